"""Runs a real `kilotap run` on a disk that is full, read-only or gone: it says so, and goes on by itself."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.bench.live import Live, living
from tests.hal.disks import small_disk

DISK_BYTES = 2 << 20
# Half of what is kept for a session's end and for faults (`storage_reserve_bytes`), and more than they take.
LEFT_BYTES = 32768

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pn532"), pytest.mark.timeout(120)]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Give a bench whose ledger lies on a small file system of its own; skip where none may be mounted."""
    with living(tmp_path) as bench, small_disk(bench.ledger, DISK_BYTES):
        yield bench


def fill(folder: Path, left_bytes: int = 0) -> Path:
    """Take all of a disk but so many bytes."""
    path = folder / "OTHERS"
    figures = os.statvfs(folder)
    taken = max(0, figures.f_bavail * figures.f_frsize - left_bytes)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, bytes(taken))
        while not left_bytes:
            os.write(descriptor, bytes(4096))
    except OSError:
        # Full, as it is meant to be.
        pass
    finally:
        os.close(descriptor)
    return path


def is_covered(live: Live) -> bool:
    """Whether for each receipt that was shown there is one in the ledger."""
    return live.kinds().count("session.ended") >= live.receipts_shown()


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
    live.end(signal.SIGKILL)
    assert is_covered(live)
    others.unlink()
    live.start()
    live.shows("welcome")
    assert live.kinds().count("session.ended") == 2 and is_covered(live)
    assert live.end()[0] == 0


def test_a_terminal_whose_words_lie_on_the_full_disk_too_refuses_sessions_and_goes_on(live: Live) -> None:
    live.say_into(live.ledger / "WORDS")
    live.start()
    others = fill(live.ledger)
    live.charger.plug(True)
    refuses(live)
    others.unlink()
    recovers(live)
    assert live.end()[0] == 0


def test_a_receipt_that_is_shown_on_a_disk_without_room_for_another_session_outlives_a_kill(
    live: Live,
) -> None:
    live.start()
    live.begin()
    others = fill(live.ledger, LEFT_BYTES)
    live.stop()
    live.shows("receipt")
    live.end(signal.SIGKILL)
    assert live.receipts_shown() == live.kinds().count("session.ended") == 1

    # While there is room to say so, it is said in the ledger, too. A start gives back what was made of room.
    live.start()
    fill(live.ledger, LEFT_BYTES)
    live.charger.plug(True)
    refuses(live)
    told = live.records()
    faults = [each["what"] for each in told if each["kind"] == "fault" and each["fault"] == "storage"]
    assert faults and all(each.startswith("storage is nearly full; new sessions wait") for each in faults)
    # The last room is not spent on cards that are refused.
    assert "session.rejected" not in [each["kind"] for each in told]

    others.unlink()
    recovers(live)
    assert live.kinds().count("session.ended") == 2 and is_covered(live)
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
