"""Room made behind the bytes of a blob: NULs, with which no blob ends, so that its end is found again.

It does not know who makes the room. docs/decisions/preallocated-segments.md says what for.
"""

import errno
import os

from firmware.errors import BoardError
from hal.common.blobs import names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NUL = b"\0"
BLOCK_BYTES = 4096
# <sys/stat.h>, which MicroPython has no module for.
S_IFMT, S_IFREG = 0o170000, 0o100000


def end_of(blob: "Any") -> int:
    """Return where the bytes of an open file end: after the last that is not NUL."""
    end = int(blob.seek(0, 2))
    while end:
        begin = max(0, end - BLOCK_BYTES)
        blob.seek(begin)
        try:
            kept = len(blob.read(end - begin).rstrip(NUL))
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            # What the disk does not give back was no room, as far as anyone can tell.
            return end
        if kept:
            return begin + kept
        end = begin
    return 0


def read(path: str, offset: int = 0, count: "int | None" = None) -> bytes:
    """Return up to `count` bytes of a file without its room, also while it grows. Raises OSError."""
    with open(path, "rb") as blob:
        return read_from(blob, offset, count)


def read_from(blob: "Any", offset: int, count: "int | None") -> bytes:
    """Return up to `count` bytes of an open file without its room."""
    blob.seek(offset)
    content = bytes(blob.read(-1 if count is None else count))
    if content[-1:] != NUL:
        return content
    # Read anew, for what stood there as room may be content by now; up to the end nothing changes.
    left = max(0, end_of(blob) - offset)
    blob.seek(offset)
    return bytes(blob.read(left if count is None else min(count, left)))


def size(path: str) -> int:
    """Return the bytes of a file without its room. Raises OSError."""
    with open(path, "rb") as blob:
        return end_of(blob)


def find(directory: str) -> "list[str]":
    """Return the names of the blobs that a terminal left with room behind them: the one it wrote last.

    Raises BoardError where something else than a file has a blob's name, OSError.
    """
    return [name for name in names_in(directory) if _is_padded(directory + "/" + name)]


def _is_padded(path: str) -> bool:
    try:
        is_file = os.stat(path)[0] & S_IFMT == S_IFREG
    except OSError:
        is_file = False
    if not is_file:
        # To open a pipe would wait for ever; what is a link to a disk that is not there may be the ledger.
        raise BoardError(
            "storage %s: a directory, a device or a link that leads nowhere, where only files may be; "
            "move it away, or mount the disk it leads to" % path
        )
    with open(path, "rb") as blob:
        end = blob.seek(0, 2)
        blob.seek(max(0, end - 1))
        try:
            return bool(blob.read(1) == NUL)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
