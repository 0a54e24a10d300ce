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
