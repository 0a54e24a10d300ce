"""A disk of which some sectors are never given back: who reads or grows what lies in them gets EIO.

It does not know what lies there. A blob that is written anew, or removed, has other sectors.
"""

import errno

SECTOR_BYTES = 512


class BadSectors:
    """The Storage port over another one; `lose` names what goes bad."""

    def __init__(self, storage):
        self._storage = storage
        # Pairs of a blob's name and a sector in it; -1: not even its size is told.
        self.lost = set()

    def __getattr__(self, name):
        return getattr(self._storage, name)

    def lose(self, name, sector):
        """Give one sector of a blob back no more; -1: nothing of it, nor how long it is."""
        self.lost.add((name, sector))

    def size(self, name):
        """Return the bytes of a blob. Raises OSError(EIO)."""
        self._need(name, ())
        return self._storage.size(name)

    def read(self, name, offset=0, count=None):
        """Return up to `count` bytes from `offset`. Raises OSError(EIO)."""
        self._need(name, ())
        size = self._storage.size(name)
        end = size if count is None else min(size, offset + count)
        self._need(name, range(offset // SECTOR_BYTES, -(-end // SECTOR_BYTES)))
        return self._storage.read(name, offset, count)

    def append(self, name, content):
        """Add bytes at the end of a blob, which is read for it. Raises OSError(EIO)."""
        size = self._storage.size(name)
        self._need(name, (size // SECTOR_BYTES,) if size % SECTOR_BYTES else ())
        self._storage.append(name, content)

    def replace(self, name, content):
        """Make a blob hold just these bytes, which lie in other sectors."""
        self._storage.replace(name, content)
        self._forget(name)

    def remove(self, name):
        """Remove a blob."""
        self._storage.remove(name)
        self._forget(name)

    def rename(self, name, other):
        """Give a blob another name; its sectors stay its own."""
        self._storage.rename(name, other)
        moved = [(other, sector) for lost, sector in self.lost if lost == name]
        self._forget(name)
        self.lost.update(moved)

    def _forget(self, name):
        self.lost = {told for told in self.lost if told[0] != name}

    def _need(self, name, sectors):
        if not self.lost:
            return
        for sector in (-1,) + tuple(sectors):
            if (name, sector) in self.lost:
                raise OSError(errno.EIO, "sector %d of %s is not given back" % (sector, name))
