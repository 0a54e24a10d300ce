"""Lets a disk give sectors back no more: the terminal goes on, the office gets the rest and is told of it."""

from emulator.models.bad_sectors import SECTOR_BYTES, BadSectors
from firmware.ledger import readable, segment
from firmware.ledger.checkpoint import MILESTONE, SLOTS
from firmware.terminal import startup
from tests.emulator.simulation.test_damage import BEFORE, REJECTED, Damaged


class Unreadable(Damaged):
    """A story in which the sectors of some records, or of other blobs, are not given back from a cut on."""

    def __init__(self, numbers, blobs=(), before=BEFORE):
        self._numbers, self._blobs = numbers, blobs
        self._bad = None
        startup.Readable = self._readable
        try:
            super().__init__(self._lose, before)
        finally:
            startup.Readable = readable.Readable

    def _readable(self, disk):
        """Return what the terminal makes of its storage; the sectors are lost for all starts."""
        self._bad = self._bad or BadSectors(disk)
        return readable.Readable(self._bad)

    def _lose(self, platter):
        for name in list(segment.each(platter)):
            for offset, compact, _what, following in list(segment.stream(platter, name)):
                if segment.seq_of(compact) in self._numbers:
                    for sector in range(offset // SECTOR_BYTES, -(-following // SECTOR_BYTES)):
                        self._gone(platter, name, sector)
        for name in self._blobs:
            for sector in range(-(-platter.size(name) // SECTOR_BYTES)):
                self._gone(platter, name, sector)

    def _gone(self, platter, name, sector):
        """Have nobody read a sector, not the story's own books either, which ask the platter itself."""
        content = bytearray(platter.read(name))
        begin, end = sector * SECTOR_BYTES, min(len(content), (sector + 1) * SECTOR_BYTES)
        content[begin:end] = b"\x7f" * (end - begin)
        platter.replace(name, content)
        self._bad.lose(name, sector)


def test_records_in_sectors_that_are_not_given_back_are_named_once_and_all_else_is_uploaded():
    for numbers in ((6,), (6, 8), (2, 8)):
        damaged = Unreadable(numbers).holds()
        assert set(numbers) <= set(damaged.missing) and len(damaged.missing) <= 3 * len(numbers)
        assert damaged.told or not [seq for seq in damaged.missing if seq > damaged.had]


def test_the_newest_record_in_a_sector_that_is_not_given_back_keeps_its_number_and_the_next_goes_elsewhere():
    for before in (BEFORE, REJECTED):
        newest = 9 if before is BEFORE else 10
        damaged = Unreadable((newest,), (), before).holds()
        assert newest in damaged.missing and len(damaged.told) == 1
        assert len(list(segment.each(damaged.disk))) > 2


def test_checkpoints_that_are_not_given_back_are_damaged_ones():
    for blobs in (SLOTS[:1], SLOTS, (MILESTONE,)):
        damaged = Unreadable((), blobs).holds()
        assert damaged.missing == [] and damaged.told == []
