"""A terminal's ledger as files in a folder, to be read while its terminal may be running.

It does not know what the files say, and never writes.
"""

import errno
from collections.abc import Iterator
from pathlib import Path

from firmware.ledger import unreadable
from hal.common import padding
from hal.common.blobs import names_in


class LedgerFolder:
    """The reading half of the storage port; it takes no lock."""

    def __init__(self, folder: str | Path):
        """Name the folder. Raises OSError where there is none."""
        self._folder = Path(folder)
        # What the disk does not give back: how many bytes, by file and offset.
        self.unreadable: dict[tuple[str, int], int] = {}
        next(self.names(), None)

    def names(self) -> Iterator[str]:
        """Yield the names of all blobs, in no particular order."""
        return names_in(str(self._folder))

    def entries(self) -> Iterator[str]:
        """Yield the names of all that is there, also of what can be no blob."""
        return (path.name for path in self._folder.iterdir())

    def size(self, name: str) -> int:
        """Return the bytes of a blob, 0 where there is none."""
        path = self._file(name)
        return padding.size(str(path)) if path else 0

    def read(self, name: str, offset: int = 0, count: int | None = None) -> bytes:
        """Return up to `count` bytes from `offset`; empty where there is no such blob or no more bytes."""
        path = self._file(name)
        if not path:
            return b""
        try:
            return padding.read(str(path), offset, count)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
        size = self.size(name)
        end = size if count is None else min(size, offset + count)
        return unreadable.given_back(self._read, name, offset, end, self._note)

    def _read(self, name: str, offset: int, count: int) -> bytes:
        return padding.read(str(self._folder / name), offset, count)

    def _note(self, name: str, offset: int, count: int) -> None:
        begin = offset - offset % unreadable.SECTOR_BYTES
        self.unreadable[name, begin] = max(self.unreadable.get((name, begin), 0), offset + count - begin)

    def _file(self, name: str) -> Path | None:
        """Return where a blob is, None where there is none. Raises OSError for what is no file."""
        path = self._folder / name
        if path.is_file():
            return path
        if path.is_symlink() or path.exists():
            what = "no file, but a directory, a device or a dead link; move it out of the ledger"
            raise OSError(errno.EINVAL, what, str(path))
        return None
