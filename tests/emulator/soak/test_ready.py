"""Shows that a terminal which stays busy without a reason is noticed, and one that needs people is not."""

import pytest

from emulator.simulation.play import Player
from emulator.soak import playing
from emulator.soak.invariants.ready import ReadyInTime
from emulator.soak.watch import Watch
from firmware.terminal.room import Room
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story

FULL = [(0, "storage_free_bytes", 0), (600, "storage_free_bytes", 10_000_000), (3600, "link", "up")]


def violated(steps: list[tuple]) -> list[str]:
    player = Player(story(steps), lambda event: None, QuickCraft(), Watch)
    player.run(True)
    return [wrong for wrong in player.violated() if "has had all that it needs" in wrong]


def test_a_terminal_that_stays_out_of_order_is_noticed_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = (ReadyInTime.LONGEST_MS // 1000, "link", "up")
    assert violated([*FULL, later, later]) == []
    monkeypatch.setattr(Room, "_clear", lambda room: None)
    assert violated(FULL) == []
    (told,) = violated([*FULL, later])
    assert told.endswith("for 180 minutes and shows out_of_order")


def test_a_start_that_is_cut_at_once_has_not_been_busy_since() -> None:
    silent = [(60, "meter_fault", "silent"), (3600, "power", "cut"), (0, "meter_fault", "none")]
    cut = [(0, "cut_at_write", 1), (0, "power", "on")]
    later = ReadyInTime.LONGEST_MS // 1000 + 60
    assert violated([*silent, *cut, (later, "power", "on"), (600, "link", "up")]) == []


# The meter said 1 kWh less than it had, by less than may have flowed while the terminal was off, for all of a
# session; when it tells the truth again that is a jump, of which only people know what it was.
LYING = [(0, "meter_fault", "backwards"), (0, "plug", True), (5, "tap", "alice"), (30, "plug", False)]
TRUE = [(0, "meter_fault", "none"), (0, "wait", "idle"), (60, "plug", True)]


def test_a_story_ends_with_a_terminal_that_is_right_to_wait_for_people() -> None:
    player = Player(story(LYING + TRUE), lambda event: None, QuickCraft(), Watch)
    assert player.run(True) == 0, player.violated()
    assert player.is_left_to_people
    # Where the register was true all the time, to be out of order is no excuse.
    silent = [(60, "meter_fault", "silent"), (600, "link", "up"), (0, "wait", "idle")]
    player = Player(story(silent), lambda event: None, QuickCraft(), Watch)
    assert player.run(True) == 1 and not player.is_left_to_people


def test_a_known_seed_ends_so() -> None:
    assert playing.play(playing.told(1560427326566, "heavy"), QuickCraft()).left_to_people == 1
