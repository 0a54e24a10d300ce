"""Tells what was lost at a ledger's end from what an interrupted write left there."""

from emulator.models.disk import Memory
from emulator.models.prng import Prng
from firmware.ledger import damage, segment
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen


def ledger(count=3):
    """Return a storage with some records, and the line of the newest."""
    storage = Memory()
    journal = Journal(storage)
    records = pen.records(count)
    for seq, compact in enumerate(records, 1):
        journal.append(seq, compact)
    return storage, segment.encode_line(records[-1])


def with_end(end, cut=0):
    storage, line = ledger()
    name = segment.name(1)
    content = storage.read(name)
    storage.replace(name, content[: len(content) - (len(line) if cut else 0)] + end)
    return storage


def test_noise_that_an_interrupted_write_left_is_no_lost_record():
    for seed in range(200):
        noise = Prng(seed, "noise").random_bytes(1024)
        assert damage.last_written(with_end(noise + b"\n")) == 3, seed


def test_a_whole_line_that_went_bad_is_one_however_much_of_it():
    line = ledger()[1]
    for first, count in ((0, 1), (3, 40), (len(line) // 2, 100), (0, len(line) - 40)):
        bad = bytearray(line)
        for place in range(first, first + count):
            bad[place] ^= 0x80
        assert damage.last_written(with_end(bytes(bad), cut=True)) == 3, (first, count)


def test_two_records_that_a_sector_of_noise_runs_through_are_never_one():
    storage, line = ledger()
    content = storage.read(segment.name(1))
    end = len(content) - len(line)
    for seed in range(60):
        chance = Prng(seed, "sector")
        # Of the record before the newest its beginning is left, of the newest its end.
        first = end - 200 + chance.below(100)
        noise = chance.random_bytes(300).rstrip(b"\n")
        storage.replace(segment.name(1), content[:first] + noise + content[first + len(noise) :])
        assert 3 <= damage.last_written(storage) <= 4, seed


def test_a_write_of_which_a_sector_did_not_reach_the_disk_is_no_lost_record():
    line = ledger()[1]
    for first, size in ((0, 1), (0, 300), (20, 64)):
        torn = line[:first] + bytes(size) + line[first + size :]
        assert damage.last_written(with_end(torn)) == 3, (first, size)
