"""Fills a real file system to its last byte: what was durable stays, and the journal goes on with room."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from hal.linux.storage import open_storage
from tests.firmware.ledger import pen
from tests.hal.disks import small_disk

DISK_BYTES = 256 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK_BYTES) as place:
        yield place


def test_a_disk_that_really_is_full_loses_nothing_and_is_gone_on_with(disk: Path) -> None:
    (disk / "of-others").write_bytes(b"x" * 60_000)
    storage = open_storage(str(disk / "ledger"))
    journal, checkpoints = Journal(storage), Checkpoints(storage)
    writer, durable = pen.Pen(), []
    with pytest.raises(OSError, match="full|No space") as full:
        while True:
            compact = writer.write(fault="meter", what="x" * 400)
            journal.append(len(durable) + 1, compact)
            durable.append(compact)
            checkpoints.save({"seq": len(durable)})
    assert full.value.errno == errno.ENOSPC and len(durable) > 50
    assert [found for _, found in Journal(storage).read_from(1)][: len(durable)] == durable
    assert Checkpoints(storage).load()["seq"] in (len(durable), len(durable) - 1)
    (disk / "of-others").unlink()
    seq = journal.last_seq() + 1
    other = pen.Pen(seq, "prev").write()
    journal.append(seq, other)
    checkpoints.save({"seq": seq})
    kept = dict(Journal(storage).read_from(1))
    assert [kept[number] for number in range(1, len(durable) + 1)] == durable and kept[seq] == other
    assert Checkpoints(storage).load() == {"seq": seq}
