"""Reads of a storage what it still gives back; where it does not, stand bytes of which no checksum holds.

It does not know whose they are. So a sector that cannot be read is damage like any other: all that lies in a
storage is proved by a checksum or a hash, and whoever reads it knows how to go on behind what went bad.
"""

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
        # In memory only where a sector went bad.
        from firmware.ledger import unreadable

        end = self.size(name)
        return unreadable.given_back(
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
