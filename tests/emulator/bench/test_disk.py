"""Runs a real `kilotap run` on a disk that is full, read-only or gone: it says so, and goes on by itself."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.bench.live import Live, living

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pn532"), pytest.mark.timeout(120)]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Give a bench whose ledger lies on a small file system of its own; skip where none may be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    with living(tmp_path) as bench:
        bench.ledger.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "kilotap-test", str(bench.ledger)]
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no small file system can be mounted here: {error}")
        try:
            yield bench
        finally:
            subprocess.run(["umount", "--lazy", str(bench.ledger)], check=True)


def fill(folder: Path) -> Path:
    """Take the last byte of a disk."""
    path = folder / "OTHERS"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(descriptor, bytes(4096))
    except OSError:
        os.close(descriptor)
    return path


def refuses(live: Live) -> None:
    """A tap is refused with words, and no power flows."""
    live.shows("out_of_order")
    before = live.screens.count("refused")
    live.stop()
    assert live.charger.wait_for(lambda: live.screens.count("refused") > before, 10), live.screens
    live.shows("out_of_order")
    assert not live.charger.world.state()["contactor"]


def recovers(live: Live) -> None:
    """With room it takes a session, without anybody having started it anew."""
    live.shows("welcome")
    live.charger.plug(False)
    live.begin()
    live.stop()
    live.shows("receipt")
    live.uploaded()
    assert "kilotap: storage has room again, and takes records\n" in live.warned()


def test_a_disk_that_is_full_from_the_start_or_fills_in_a_session_is_waited_for(live: Live) -> None:
    others = fill(live.ledger)
    live.start()
    live.charger.plug(True)
    refuses(live)
    assert live.warned().endswith("is full; free or replace it\n") and live.warned().count("\n") == 1
    others.unlink()
    recovers(live)
    live.charger.plug(False)
    live.begin()
    others = fill(live.ledger)
    live.stop()
    assert live.charger.wait_for(lambda: live.warned().count("\n") == 3, 10)
    # No power for what nobody can record. The end itself may find room in the pages that its segment has.
    assert live.charger.wait_for(lambda: not live.charger.world.state()["contactor"], 10)
    others.unlink()
    live.shows("receipt")
    assert live.kinds().count("session.ended") == 2
    assert live.end()[0] == 0


def test_a_terminal_on_a_read_only_disk_goes_on_when_it_can_be_written(live: Live) -> None:
    live.start()
    live.shows("welcome")
    live.uploaded()
    live.end()
    subprocess.run(["mount", "-o", "remount,ro", str(live.ledger)], check=True)
    live.start()
    live.charger.plug(True)
    refuses(live)
    refuses(live)
    assert "Read-only file system" in live.warned() and live.warned().count("\n") == 1
    subprocess.run(["mount", "-o", "remount,rw", str(live.ledger)], check=True)
    recovers(live)
    assert live.kinds().count("boot") == 2


def test_a_folder_that_is_taken_away_is_told_and_a_new_one_is_gone_on_with(tmp_path: Path) -> None:
    with living(tmp_path) as live:
        live.start()
        live.shows("welcome")
        live.uploaded()
        shutil.rmtree(live.ledger)
        live.charger.plug(True)
        live.charger.tap("alice")
        refuses(live)
        assert "No such file or directory" in live.warned()
        live.ledger.mkdir()
        recovers(live)
