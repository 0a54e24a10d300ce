"""Turns a bit of a flash around wherever littlefs may keep a pointer: what it gives back is read.

It runs on MicroPython alone, as `-m tests.hal.bad_littlefs`, and prints how many flashes were hurt, and how
many of them kept something back.
"""

import vfs

import firmware.floors  # noqa: F401 - a shallow stack needs the rooms one by one
from emulator.models.prng import Prng
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from firmware.ledger.readable import Readable
from hal.esp32.storage import Storage
from tests.firmware.ledger import pen
from tests.hal.cuts_littlefs import BLOCK_BYTES, Flash, Wire

# Two segments of some blocks each, of which all but a first begin with pointers; and one that comes later.
*RECORDS, LATER = pen.records(41)
SEGMENT_BYTES = 10000
HEAD_BYTES = 8


def mounted(flash):
    """Return the storage on a flash, as a start finds it."""
    vfs.mount(vfs.VfsLfs2(Wire(flash)), "/flash")
    return Readable(Storage("/flash/ledger"))


def hurt(flash, place, bit):
    """Turn a bit of a flash around; return how many records come back of it, to which one more was added."""
    flash.content[place] ^= bit
    storage = mounted(flash)
    journal = Journal(storage, SEGMENT_BYTES)
    read = list(journal.read_from(1))
    for seq, compact in read:
        assert RECORDS[seq - 1] == compact, place
    if not storage.free_bytes():
        assert len(read) < len(RECORDS), place
        # As the terminal does with what was uploaded.
        while not storage.free_bytes():
            storage.remove(segment.oldest(storage))
        journal.forget()
    journal.append(len(RECORDS) + 1, LATER)
    assert list(Journal(storage).read_from(len(RECORDS) + 1)) == [(len(RECORDS) + 1, LATER)], place
    vfs.umount("/flash")
    return len(read)


def heads(content):
    """Yield each place in the head of a block of a file: such a block holds lines, and no names of files."""
    for block in range(len(content) // BLOCK_BYTES):
        begin = block * BLOCK_BYTES
        held = content[begin : begin + BLOCK_BYTES]
        if b".eyJ" in held and segment.PREFIX.encode() not in held:
            yield from range(begin, begin + HEAD_BYTES)


def main():
    """Print how many flashes were hurt, and how many of those gave back less."""
    flash = Flash(Prng(1, "flash"))
    vfs.VfsLfs2.mkfs(Wire(flash))
    journal = Journal(mounted(flash), SEGMENT_BYTES)
    for seq, compact in enumerate(RECORDS, 1):
        journal.append(seq, compact)
    vfs.umount("/flash")
    whole = bytes(flash.content)
    count = less = 0
    for place in heads(whole):
        flash.content[:] = whole
        less += hurt(flash, place, 0x10) < len(RECORDS)
        count += 1
    print("HURT", count, less)


if __name__ == "__main__":
    main()
