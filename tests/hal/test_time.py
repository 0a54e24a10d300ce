"""Holds clocks and schedulers against the port: wrap, unknown time, scaled time, events."""

import asyncio
import time

import pytest

from hal.common.real_clock import PLAUSIBLE_UTC_S
from hal.common.tasks import Event, Tasks
from hal.common.ticks import TICKS_MASK, between_ms, now_ms
from hal.linux.clock import Clock
from tests.hal.seats import ALL, BENCHES, Seat, seats


def test_a_difference_of_ticks_is_right_across_the_wrap() -> None:
    assert between_ms(TICKS_MASK, 0) == 1
    assert between_ms(TICKS_MASK - 499, 1500) == 2000
    assert between_ms(7, 7) == 0
    assert between_ms(0, TICKS_MASK) == TICKS_MASK


def test_linux_ticks_wrap_like_those_of_an_esp32(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic_ns", lambda: ((1 << 30) - 250) * 1_000_000)
    before_ms = clock.ticks_ms()
    assert before_ms == (1 << 30) - 250
    monkeypatch.setattr(time, "monotonic_ns", lambda: ((1 << 30) + 750) * 1_000_000)
    assert clock.ticks_ms() == 750
    assert clock.elapsed_ms(before_ms) == 1000


def test_linux_takes_a_signed_time_and_counts_on() -> None:
    clock = Clock()
    clock.set_utc(1_900_000_000)
    assert clock.utc_s() in (1_900_000_000, 1_900_000_001)
    assert clock.status() == "synchronised"
    time.sleep(1.05)
    assert clock.utc_s() in (1_900_000_001, 1_900_000_002)


def test_linux_does_not_know_the_time_before_somebody_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: 3600.0)
    assert (clock.utc_s(), clock.status()) == (None, "unset")
    monkeypatch.setattr(time, "time", lambda: float(PLAUSIBLE_UTC_S))
    assert clock.utc_s() == PLAUSIBLE_UTC_S
    assert clock.status() in ("synchronised", "estimated")


def test_linux_sleeps_so_long() -> None:
    clock = Clock()
    began_ms = clock.ticks_ms()
    asyncio.run(clock.sleep_ms(50))
    assert 50 <= clock.elapsed_ms(began_ms) < 1000
    assert between_ms(began_ms, now_ms()) >= 50


@seats(*BENCHES)
def test_a_bench_scales_steps_forgets_and_learns_the_time(seat: Seat) -> None:
    assert seat.results("times:clock") == [[True, True], True, [None, "unset"], [True, "synchronised"]]


@seats(*ALL)
def test_events_wake_and_time_out_and_tasks_are_cancelled(seat: Seat) -> None:
    assert seat.results("times:tasks") == [False, [True, True, True], [True, [True]], False, True]


@seats(*ALL)
def test_a_wait_ends_once_whatever_is_set_cleared_and_cancelled_in_its_turn(seat: Seat) -> None:
    waits = [True, *[["cancelled", True]] * 3]
    assert seat.results("times:flags") == [[*waits, *waits, False, False]]


def test_waits_are_scaled_with_the_clock() -> None:
    async def run() -> float:
        began_s = time.monotonic()
        assert await Tasks(1000).event().wait_ms(60_000) is False
        return time.monotonic() - began_s

    # A minute of the story at a thousand times real time.
    assert 0.06 <= asyncio.run(run()) < 1


def test_a_wait_that_ends_in_the_turn_of_its_cancellation_is_cancelled() -> None:
    # So a terminal ends: it opens the contactor, which wakes the watch, and cancels the watch.
    async def play() -> None:
        tasks = Tasks()
        flag = tasks.event()
        task = tasks.spawn(_wait_for_ever(flag))
        await asyncio.sleep(0.01)
        flag.set()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 2)

    async def _wait_for_ever(flag: Event) -> None:
        while True:
            await flag.wait_ms(60000)
            flag.clear()

    asyncio.run(play())
