"""Fills a real file system to its last byte: what was durable stays, and the journal goes on with room."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from hal.linux.storage import open_storage
from tests.firmware.ledger import pen

DISK_BYTES = 256 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a small file system of its own; skip where none may be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "kilotap-test", str(place)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small file system can be mounted here: {error}")
    yield place
    # The storage holds its directory open until it is swept.
    subprocess.run(["umount", "--lazy", str(place)], check=True)


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
