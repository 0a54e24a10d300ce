"""Proves that sectors which a disk does not give back cost what lies in them, nothing else, and no number."""

import errno

from emulator.models.bad_sectors import SECTOR_BYTES, BadSectors
from emulator.models.prng import Prng
from emulator.models.sectors import SectorDisk
from firmware.ledger import readable, segment
from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from firmware.terminal.memory import Memory as Remembered
from tests.firmware.ledger import pen
from tests.portable import raises

RECORDS = pen.records(8)
SMALL = 1500


def filled():
    disk = BadSectors(SectorDisk(Prng(1, "sectors")))
    journal = Journal(disk, SMALL)
    for seq, compact in enumerate(RECORDS, 1):
        journal.append(seq, compact)
    return disk


def touching(disk, name, sector):
    """Return the numbers of the records of which a byte lies in a sector."""
    found = []
    for offset, compact, _, following in segment.stream(disk, name):
        # The newline before a record is not its own; that behind it is not needed.
        if offset < (sector + 1) * SECTOR_BYTES and following - 1 > sector * SECTOR_BYTES:
            found.append(segment.seq_of(compact))
    return found


def sectors(disk):
    for name in sorted(disk.names()):
        for sector in range(-(-disk.size(name) // SECTOR_BYTES)):
            yield name, sector


def test_every_sector_costs_what_lies_in_it_and_the_ledger_goes_on():
    for name, sector in list(sectors(filled())):
        disk = filled()
        lost = touching(disk, name, sector)
        disk.lose(name, sector)
        storage = readable.Readable(disk)
        journal = Journal(storage, SMALL)
        remembered = Remembered(storage, journal, pen.TERMINAL, pen.FIRST_PREV)
        next_seq = remembered.known["next_seq"]
        # No number is given twice, and few that nobody used are passed over.
        assert 9 <= next_seq <= 11, (name, sector, next_seq)
        if 8 in lost:
            assert remembered.lost["first_seq"] == min(lost) and remembered.lost["last_seq"] == next_seq - 1
        added = pen.Pen(next_seq, "prev").write()
        try:
            journal.append(next_seq, added)
        except OSError as error:
            assert error.errno == errno.EIO and 8 in lost
            journal.append(next_seq, added)
        kept = dict(journal.read_from(1))
        expected = {seq: RECORDS[seq - 1] for seq in range(1, 9) if seq not in lost}
        expected[next_seq] = added
        assert kept == expected, (name, sector)
        assert Journal(storage, SMALL).tail() == (next_seq, added)


def test_a_file_of_which_nothing_is_told_is_gone_on_without():
    for name in sorted(filled().names()):
        disk = filled()
        lost = [segment.seq_of(each[1]) for each in segment.stream(disk, name)]
        storage = readable.Readable(disk)
        Checkpoints(storage).save({"summary": dict(known_of(storage)), "acknowledged": 0})
        disk.lose(name, -1)
        journal = Journal(storage, SMALL)
        remembered = Remembered(storage, journal, pen.TERMINAL, pen.FIRST_PREV)
        assert remembered.known["next_seq"] == 9
        added = pen.Pen(9, "prev").write()
        for _ in range(2):
            try:
                journal.append(9, added)
                break
            except OSError as error:
                assert error.errno == errno.EIO
        assert [seq for seq, _ in journal.read_from(1)] == [n for n in range(1, 10) if n not in lost], name


def known_of(storage):
    return Remembered(storage, Journal(storage, SMALL), pen.TERMINAL, pen.FIRST_PREV).known


def test_a_checkpoint_that_is_not_given_back_counts_for_none_until_it_is_written_anew():
    disk = filled()
    storage = readable.Readable(disk)
    checkpoints = Checkpoints(storage)
    checkpoints.save({"saved": 1})
    checkpoints.save({"saved": 2})
    (newest,) = [name for name in disk.names() if b'"saved":2' in disk.read(name)]
    disk.lose(newest, 0)
    checkpoints = Checkpoints(storage)
    assert checkpoints.load() == {"saved": 1}
    checkpoints.save({"saved": 3})
    assert Checkpoints(storage).load() == {"saved": 3}


def test_what_is_not_given_back_reads_the_same_from_wherever_it_is_read():
    disk = BadSectors(SectorDisk(Prng(1, "sectors")))
    disk.append("a", b"x" * 2000)
    disk.lose("a", 1)
    storage = readable.Readable(disk)
    whole = storage.read("a")
    assert whole[:512] == b"x" * 512 and whole[1024:] == b"x" * 976 and len(whole) == 2000
    assert b"x" not in whole[512:1024] and whole[1023:1024] == b"\n"
    for offset in range(0, 2000, 37):
        for count in (1, 200, 700, None):
            end = len(whole) if count is None else offset + count
            assert storage.read("a", offset, count) == whole[offset:end], (offset, count)


def test_what_else_a_storage_refuses_is_refused():
    class Broken:
        def read(self, name, offset=0, count=None):
            raise OSError(errno.EACCES, "not yours")

        size = read

    assert raises(OSError, readable.Readable(Broken()).read, "a").errno == errno.EACCES
    assert raises(OSError, readable.Readable(Broken()).size, "a").errno == errno.EACCES
