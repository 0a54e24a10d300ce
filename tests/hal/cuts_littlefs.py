"""Cuts the power of littlefs on a flash in memory, at every program and erase of a session.

It runs on MicroPython alone, as `-m tests.hal.cuts_littlefs ROUNDS`, and prints how many cuts there were.
"""

import sys

import vfs

import firmware.floors  # noqa: F401 - a shallow stack needs the rooms one by one
from emulator.models.disk import PowerCut
from emulator.models.prng import Prng
from hal.esp32.storage import Storage
from tests.hal import cuts, cuts_names

BLOCK_BYTES = 4096
BLOCKS = 48


class Flash:
    """What a flash holds: it survives, and a `Wire` to it does not."""

    def __init__(self, prng):
        self.content = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
        self.prng = prng
        self.operations = 0
        self.left, self.mode = None, ""


class Wire:
    """The block device of one life: once the power went, nothing goes over it any more."""

    def __init__(self, flash):
        self._flash = flash
        self._is_dead = False

    def is_dead(self):
        """Return whether it carries nothing any more."""
        return self._is_dead

    def die(self):
        """Carry nothing any more."""
        self._is_dead = True

    def readblocks(self, block, buffer, offset=0):
        """Read; a dead one allocates nothing: files of before end while the heap is swept."""
        if self._is_dead:
            return
        at = block * BLOCK_BYTES + offset
        buffer[:] = self._flash.content[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        """Program bytes that were erased."""
        if not self._is_dead:
            self._change(block * BLOCK_BYTES + offset, bytes(buffer))

    def ioctl(self, operation, argument):
        """Answer what littlefs asks; 6 erases a block."""
        if operation == 6 and not self._is_dead:
            self._change(argument * BLOCK_BYTES, b"\xff" * BLOCK_BYTES)
        if operation == 4:
            return BLOCKS
        return BLOCK_BYTES if operation == 5 else 0

    def _change(self, at, content):
        flash = self._flash
        flash.operations += 1
        if flash.left is not None:
            flash.left -= 1
            if flash.left <= 0:
                flash.left, self._is_dead = None, True
                self._tear(at, content)
                raise PowerCut("a change of the flash was torn")
        flash.content[at : at + len(content)] = content

    def _tear(self, at, content):
        """Do some of a change: none, its beginning, its end, or noise in its place."""
        flash, size = self._flash, len(content)
        reached = flash.prng.below(size + 1)
        if flash.mode == "beginning":
            flash.content[at : at + reached] = content[:reached]
        elif flash.mode == "some":
            flash.content[at + reached : at + size] = content[reached:]
        elif flash.mode == "noise":
            flash.content[at : at + reached] = flash.prng.random_bytes(reached)


class FlashDisk:
    """The ESP32's storage over such a flash; each `power_on` mounts it anew."""

    def __init__(self, prng):
        self._flash = Flash(prng)
        self._wire = Wire(self._flash)
        vfs.VfsLfs2.mkfs(self._wire)
        self._storage = None
        self.power_on()

    @property
    def operations(self):
        """Return how often the flash was changed."""
        return self._flash.operations

    def cut_at(self, count, mode):
        """Let the power go at the n-th change of the flash from now."""
        self._flash.left, self._flash.mode = count, mode

    def is_off(self):
        """Return whether the power is gone."""
        return self._wire.is_dead()

    def power_on(self):
        """Mount the flash as a start finds it."""
        self._wire.die()
        if self._storage is not None:
            vfs.umount("/flash")
        self._wire = Wire(self._flash)
        vfs.mount(vfs.VfsLfs2(self._wire), "/flash")
        self._storage = Storage("/flash/ledger")

    def __getattr__(self, name):
        return getattr(self._storage, name)


def main(rounds):
    """Print how many cuts went by without a loss."""
    seeds = iter(range(1, 1 << 29))

    def disk():
        try:
            vfs.umount("/flash")
        except OSError:
            # The first one.
            pass
        return FlashDisk(Prng(next(seeds), "flash"))

    count = 0
    for _ in range(rounds):
        count += cuts.cut(disk, 0, (1,))
    print("CUTS", count)
    print("NAMES", cuts_names.cut(disk, (0, 1)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
