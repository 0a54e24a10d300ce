"""Counts what a journal of records programs into the flash of the MicroPython that runs it.

It does not know bounds; it is started as `-m tools.benchmarks.on_board_flash RECORDS` and prints two numbers:
the bytes that were programmed, and those of the records' lines.
"""

import sys

import vfs

from firmware.ledger.journal import Journal
from hal.esp32.storage import Storage

BLOCK_BYTES, BLOCKS = 4096, 256
RECORD = "x" * 890


class Flash:
    """A flash in memory that counts."""

    def __init__(self) -> None:
        self.programmed = 0
        self._content = bytearray(BLOCK_BYTES * BLOCKS)

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0) -> None:
        """Read from a block."""
        at = block * BLOCK_BYTES + offset
        buffer[:] = self._content[at : at + len(buffer)]

    def writeblocks(self, block: int, buffer: bytearray, offset: int = 0) -> None:
        """Program a part of a block."""
        at = block * BLOCK_BYTES + offset
        self._content[at : at + len(buffer)] = buffer
        self.programmed += len(buffer)

    def ioctl(self, operation: int, argument: int) -> int:
        """Answer the size; an erase costs nothing here."""
        return {4: BLOCKS, 5: BLOCK_BYTES}.get(operation, 0)


def main(records: int) -> None:
    """Print both numbers."""
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/flash")
    storage = Storage("/flash/ledger")
    journal = Journal(storage)
    before = flash.programmed
    for seq in range(1, records + 1):
        journal.append(seq, RECORD)
    print(flash.programmed - before, sum([storage.size(name) for name in storage.names()]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
