"""Reads of a storage what it still gives back; where it does not, stand bytes of which no checksum holds.

It does not know whose they are. So a sector that cannot be read is damage like any other: all that lies in a
storage is proved by a checksum or a hash, and whoever reads it knows how to go on behind what went bad.
"""

import errno

# The smallest unit that a disk gives back or not.
SECTOR_BYTES = 512
# They look like lines of records that were whole once: as many numbers count as given as may have been there.
_LOST = b"-" * 255 + b"\n"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    # Returns the bytes of a blob from an offset on, as many as asked. Raises OSError.
    Read = Callable[[str, int, int], bytes]
    # Told of what is not given back: the blob's name, an offset in it, and how many bytes.
    Told = Callable[[str, int, int], Any]


class Readable:
    """The Storage port over another one, whose reads do not fail because of a sector that went bad."""

    def __init__(self, storage: "Any") -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._storage, name)

    def read(self, name: str, offset: int = 0, count: "int | None" = None) -> bytes:
        """Return up to `count` bytes from `offset`. Raises OSError, but not for what is not given back."""
        try:
            found: bytes = self._storage.read(name, offset, count)
            return found
        except OSError as error:
            if error.errno != errno.EIO:
                raise
        end = self.size(name)
        return given_back(
            self._storage.read, name, offset, end if count is None else min(end, offset + count)
        )

    def size(self, name: str) -> int:
        """Return the bytes of a blob, 0 where there is none, or where the disk does not even tell that."""
        try:
            return int(self._storage.size(name))
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return 0


def given_back(read: "Read", name: str, offset: int, end: int, told: "Told | None" = None) -> bytes:
    """Return the bytes of a blob between two offsets, sector by sector."""
    found = b""
    while offset < end:
        following = min(end, offset - offset % SECTOR_BYTES + SECTOR_BYTES)
        try:
            piece = read(name, offset, following - offset)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            begin = offset % len(_LOST)
            piece = (_LOST * 3)[begin : begin + following - offset]
            if told:
                told(name, offset, following - offset)
        found += piece
        offset = following
    return found
