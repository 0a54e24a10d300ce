"""A disk that loses power at a chosen write, fills up, and otherwise keeps the word of the Storage port.

It does not know what is stored on it. Beneath it lies memory, or any other storage.
"""

import errno

from emulator.models.prng import Prng
from hal.common.blobs import pieces_of

# What a disk without a limit says is free; it fits a small integer of a 32-bit board.
PLENTY_BYTES = 1 << 29
# A disk with so much room left refuses nothing.
ROOMY_BYTES = 1 << 22
# MicroPython's errno module does not have it.
ENOSPC = 28


class PowerCut(BaseException):
    """The power went in the middle of a write; no handler of the firmware may swallow that."""


class Memory:
    """The Storage port over byte arrays."""

    def __init__(self):
        self._blobs = {}

    def size(self, name):
        """Return the bytes of a blob, 0 where there is none."""
        return len(self._blobs.get(name, b""))

    def read(self, name, offset=0, count=None):
        """Return up to `count` bytes from `offset`."""
        blob = self._blobs.get(name, b"")
        end = len(blob) if count is None else offset + count
        return bytes(blob[offset:end])

    def append(self, name, content):
        """Add bytes at the end of a blob."""
        blob = self._blobs.setdefault(name, bytearray())
        for piece in pieces_of(content):
            blob.extend(piece)

    def replace(self, name, content):
        """Make a blob hold just these bytes."""
        self._blobs[name] = bytearray(b"".join(pieces_of(content)))

    def names(self):
        """Yield the names of all blobs, in no particular order."""
        return iter(self._blobs)

    def remove(self, name):
        """Remove a blob."""
        self._blobs.pop(name, None)

    def rename(self, name, other):
        """Give a blob another name. Raises OSError where that is taken, or there is no such blob."""
        if other in self._blobs or name not in self._blobs:
            raise OSError(errno.EEXIST if other in self._blobs else errno.ENOENT, other)
        self._blobs[other] = self._blobs.pop(name)

    def free_bytes(self):
        """Return plenty."""
        return PLENTY_BYTES


class Disk:
    """The Storage port with faults. The seed decides how much of the last write survives a cut."""

    def __init__(self, backing=None, capacity_bytes=None, seed=0, sector_bytes=0):
        """Take a storage to keep the bytes on, memory where None, and a size, no limit where None.

        With `sector_bytes` a write that is cut may damage what else lies in its sectors (sectors.py).
        """
        self._backing = Memory() if backing is None else backing
        self._sector_bytes = sector_bytes
        self._prng = Prng(seed, "disk")
        self._writes_left = None
        self._powered = True
        self._room_bytes = None
        if capacity_bytes is not None:
            self.set_free_bytes(capacity_bytes - sum([self.size(name) for name in self.names()]))

    def cut_at_write(self, count: int) -> None:
        """Let the power go at the n-th append, replace, remove or rename from now, 1 for the next."""
        self._writes_left = count

    def set_free_bytes(self, count: "int | None") -> None:
        """Leave so much room from now on, or no limit with None."""
        self._room_bytes = None if count is None else max(0, count)

    def platter(self):
        """Return the storage itself, which can be read while the power is off."""
        return self._backing

    def is_limited(self) -> bool:
        """Return whether there is less room than plenty."""
        return self._room_bytes is not None and self._room_bytes < ROOMY_BYTES

    def power_off(self) -> None:
        """Take the power away between two writes."""
        self._powered = False

    def power_on(self) -> None:
        """Give the power back; a cut that was planned and did not come is forgotten."""
        self._powered = True
        self._writes_left = None

    def size(self, name):
        """Return the bytes of a blob, 0 where there is none."""
        self._check_power()
        return self._backing.size(name)

    def read(self, name, offset=0, count=None):
        """Return up to `count` bytes from `offset`."""
        if not self._powered:
            self._check_power()
        return self._backing.read(name, offset, count)

    def names(self):
        """Yield the names of all blobs, in no particular order."""
        self._check_power()
        return self._backing.names()

    def free_bytes(self):
        """Return how many bytes can still be written."""
        self._check_power()
        return self.room_bytes()

    def room_bytes(self) -> int:
        """Return the same, with power or without."""
        free = self._backing.free_bytes()
        return free if self._room_bytes is None else min(free, self._room_bytes)

    def append(self, name, content):
        """Add bytes at the end of a blob; a cut tears them. Raises OSError(ENOSPC) without taking any."""
        self._need(len(content))
        cut = self._is_cut()
        if cut:
            self._tear(name, b"".join(pieces_of(content)))
        else:
            self._backing.append(name, content)
            self._take(len(content))
        self._end(cut)

    def replace(self, name, content):
        """Make a blob hold just these bytes; a cut leaves the old or the new ones. Raises OSError(ENOSPC)."""
        grown = len(content) - self.size(name)
        # The new bytes stand beside the old ones until they are whole.
        self._need(len(content))
        cut = self._is_cut()
        if not cut or self._prng.chance(1, 2):
            self._backing.replace(name, content)
            self._take(grown)
        self._end(cut)

    def remove(self, name):
        """Remove a blob; after a cut it is there or not."""
        size = self.size(name)
        cut = self._is_cut()
        if not cut or self._prng.chance(1, 2):
            self._backing.remove(name)
            self._take(-size)
        self._end(cut)

    def rename(self, name, other):
        """Give a blob another name; after a cut it has the old one or the new one."""
        self._check_power()
        cut = self._is_cut()
        if not cut or self._prng.chance(1, 2):
            self._backing.rename(name, other)
        self._end(cut)

    def _tear(self, name, content):
        # In memory only for a cut.
        from emulator.models.sectors import MODES, SECTOR_BYTES, Tear

        sector_bytes = self._sector_bytes or SECTOR_BYTES
        size = self._backing.size(name)
        # What lies in the sectors before is out of reach.
        kept = size - size % sector_bytes
        tear = Tear(self._prng, sector_bytes, self._sector_bytes > 0)
        end = tear.append(self._backing.read(name, kept), content, self._prng.choice(MODES)).rstrip(b"\0")
        if size or end:
            self._backing.replace(name, self._backing.read(name, 0, kept) + end)
            self._take(kept + len(end) - size)

    def _check_power(self):
        if not self._powered:
            raise PowerCut("the disk has no power")

    def _need(self, count):
        if count > self.free_bytes():
            raise OSError(ENOSPC, "the disk is full")

    def _take(self, count):
        if self._room_bytes is not None:
            self._room_bytes -= count

    def _is_cut(self):
        if self._writes_left is None:
            return False
        self._writes_left -= 1
        return self._writes_left <= 0

    def _end(self, cut):
        if cut:
            self._powered = False
            raise PowerCut("the power went during a write")
