"""The names of blobs, and the few numbers that every storage shares.

It does not know any storage.
"""

import os
import sys

from firmware.errors import BoardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hal.ports import Pieces

if TYPE_CHECKING or sys.implementation.name != "micropython":

    def _files(directory: str) -> "Iterator[str]":
        with os.scandir(directory) as entries:
            for entry in entries:
                yield entry.name

else:

    def _files(directory):
        for entry in os.ilistdir(directory):
            yield entry[0]


# MicroPython's errno module lacks it; Linux and the ESP32 agree on the number.
ENOSPC = 28
LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789.-"
LONGEST_NAME = 40
# Where a replacement is written before it takes a blob's name; an underscore is not among the letters.
FRESH = "_fresh"


def checked_name(name: str) -> str:
    """Return the name. Raises BoardError where no blob can have it."""
    if not is_name(name):
        raise BoardError("storage: %r is no name of a blob; use a-z, 0-9, dot and dash, at most 40" % name)
    return name


def names_in(directory: str) -> "Iterator[str]":
    """Yield the names of the blobs in a directory, one by one, for all of them may not fit into memory."""
    return (name for name in _files(directory) if is_name(name))


def is_name(name: str) -> bool:
    """Return whether a blob may have this name: `[a-z0-9.-]{1,40}`, and neither `.` nor `..`."""
    if not 1 <= len(name) <= LONGEST_NAME or name in (".", ".."):
        return False
    # As bytes: of a text, MicroPython would keep each character that it ever cut out.
    return all(letter in LETTERS for letter in name.encode("utf-8", "replace"))


def pieces_of(content: "bytes | Pieces") -> "Iterable[bytes]":
    """Return the pieces in which an append gets its bytes."""
    return (content,) if isinstance(content, (bytes, bytearray)) else content
