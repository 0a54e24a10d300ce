"""A disk of sectors that loses power in the middle of a write, in one of four ways, and may harm neighbours.

It does not know what is stored. A write reaches the disk sector by sector, in any order; what was appended
before lies in the same sector as its beginning.
"""

from emulator.models.disk import Memory, PowerCut
from hal.common.blobs import pieces_of

# Nothing of the write reached the disk; its beginning did; some of its sectors; noise stands in its place.
MODES = ("nothing", "beginning", "some", "noise")
SECTOR_BYTES = 512


class Tear:
    """What an append leaves in which the power goes, sector by sector, in any order."""

    def __init__(self, prng, sector_bytes=SECTOR_BYTES, harms_neighbours=False):
        """Take a generator, and whether all else in the sectors that are touched may be damaged."""
        self._prng = prng
        self._sector_bytes = sector_bytes
        self._harms = harms_neighbours

    def append(self, before: bytes, content: bytes, mode: str) -> bytes:
        """Return what stands there, one of MODES, after bytes that begin with a sector; NULs where nothing of
        the append came.
        """
        blob = bytearray(before) + bytes(len(content))
        self._write(blob, len(before), content, mode)
        return bytes(blob)

    def _write(self, blob, at, content, mode):
        end = at + len(content)
        reached = self._prng.below(len(content) + 1) if mode == "beginning" else 0
        blob[at : at + reached] = content[:reached]
        if mode in ("nothing", "beginning"):
            if self._harms and mode == "beginning" and reached:
                self._harm(blob, at + reached - 1, at)
            return
        for sector in range(at // self._sector_bytes, -(-end // self._sector_bytes)):
            if self._prng.chance(1, 2):
                continue
            first, last = sector * self._sector_bytes, min((sector + 1) * self._sector_bytes, end)
            begin = max(first, at)
            if mode == "some":
                blob[begin:last] = content[begin - at : last - at]
            else:
                begin = first if self._harms else begin
                blob[begin:last] = self._prng.random_bytes(last - begin)

    def _harm(self, blob, hit, at):
        """Damage what lay before the write in the sector in which it stopped."""
        first = hit - hit % self._sector_bytes
        for place in range(first, min(at, first + self._sector_bytes)):
            blob[place] = self._prng.below(256)


class SectorDisk(Memory):
    """The Storage port over bytes that survive; `operations` counts what a cut can hit."""

    def __init__(self, prng, sector_bytes=SECTOR_BYTES, harms_neighbours=False):
        """Take a generator, and whether a torn write may damage all else in the sectors that it touches."""
        super().__init__()
        self._prng = prng
        self._tear = Tear(prng, sector_bytes, harms_neighbours)
        self._left, self._mode = None, ""
        self.operations = 0

    def cut_at(self, count, mode):
        """Let the power go at the n-th operation from now (1: the next), in a way; never with None."""
        self._left, self._mode = count, mode

    def power_on(self):
        """Give the power back."""

    def is_off(self):
        """Return that it is only off while a cut is raised."""
        return False

    def append(self, name, content):
        """Add bytes; a cut tears them."""
        content = b"".join(pieces_of(content))
        if not self._is_cut():
            super().append(name, content)
            return
        # A file ends behind the last byte that is no room.
        super().replace(name, self._tear.append(self.read(name), content, self._mode).rstrip(b"\0"))
        raise PowerCut("an append was torn")

    def replace(self, name, content):
        """Put bytes in place: beside the old ones, and then by one change of a name."""
        content = b"".join(pieces_of(content))
        if not self._is_cut():
            super().replace(name, content)
            return
        if self._prng.chance(1, 2):
            super().replace(name, content)
        raise PowerCut("a replacement was torn")

    def remove(self, name):
        """Remove a blob; after a cut it is there or not."""
        if not self._is_cut():
            super().remove(name)
            return
        if self._prng.chance(1, 2):
            super().remove(name)
        raise PowerCut("a removal was torn")

    def rename(self, name, other):
        """Give a blob another name; after a cut it has the old one or the new one."""
        cut = self._is_cut()
        if not cut or self._prng.chance(1, 2):
            super().rename(name, other)
        if cut:
            raise PowerCut("a change of names was torn")

    def _is_cut(self):
        self.operations += 1
        if self._left is None:
            return False
        self._left -= 1
        if self._left > 0:
            return False
        self._left = None
        return True
