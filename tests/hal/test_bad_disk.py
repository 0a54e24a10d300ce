"""Lets a real file system give back no more what lies at its end: that is damaged, and all else is read."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.ledger import segment
from firmware.ledger.journal import Journal
from firmware.ledger.readable import Readable
from firmware.terminal.memory import Memory
from hal.common.directory import DirectoryStorage
from tests.firmware.ledger import pen
from tests.hal.disks import BLOCK_BYTES, Image, disk_of_an_image
from tools.proofs import ledgers

RECORDS = pen.records(40)
SEGMENT_BYTES = 8000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Image]:
    with disk_of_an_image(tmp_path) as image:
        yield image


def started(folder: Path) -> DirectoryStorage:
    """Give the storage to one process after the other: of a killed one nothing is left but what it wrote."""
    return DirectoryStorage(str(folder), os, lambda fd, how: None)


def test_what_a_disk_does_not_give_back_is_named_and_the_ledger_goes_on(disk: Image) -> None:
    folder = disk.place / "ledger"
    storage = started(folder)
    journal = Journal(storage, SEGMENT_BYTES)
    for seq, compact in enumerate(RECORDS, 1):
        journal.append(seq, compact)
    last = folder / segment.newest(storage)
    first_seq = segment.first_seq(last.name)
    assert last.stat().st_size > BLOCK_BYTES
    disk.lose(last)
    with pytest.raises(OSError) as told:
        last.read_bytes()
    assert told.value.errno == errno.EIO

    problems = ledgers.check_folder(str(folder), [])["problems"]
    (unread,) = [each for each in problems if "does not give back" in each["what"]]
    assert (unread["file"], unread["offset"]) == (last.name, 0)

    readable = Readable(started(folder))
    journal = Journal(readable, SEGMENT_BYTES)
    assert [compact for _, compact in journal.read_from(1)] == RECORDS[: first_seq - 1]
    remembered = Memory(readable, journal, pen.TERMINAL, pen.FIRST_PREV)
    next_seq = remembered.known["next_seq"]
    assert next_seq > len(RECORDS) and remembered.lost is not None
    assert remembered.lost["first_seq"] == first_seq
    added = pen.Pen(next_seq, "prev").write()
    for _ in range(2):
        try:
            journal.append(next_seq, added)
            break
        except OSError as error:
            assert error.errno == errno.EIO
    assert list(journal.read_from(first_seq)) == [(next_seq, added)]
