"""Proves which segments may go when room is short."""

from emulator.models.disk import Memory
from firmware.ledger import retention, segment


def storage_with(*first_seqs):
    storage = Memory()
    for first_seq in first_seqs:
        storage.append(segment.name(first_seq), b"x")
    storage.append("checkpoint-a", b"x")
    return storage


def test_only_what_the_office_has_whole_may_go_the_oldest_first():
    storage = storage_with(1, 11, 21, 31, 41)
    assert retention.removable(storage, 9) == []
    assert retention.removable(storage, 10) == [segment.name(1)]
    assert retention.removable(storage, 29) == [segment.name(1), segment.name(11)]


def test_the_newest_segments_stay():
    storage = storage_with(1, 11, 21)
    assert retention.removable(storage, 1000) == [segment.name(1)]
    assert retention.removable(storage_with(1, 11), 1000) == []
    assert retention.removable(storage_with(), 1000) == []
