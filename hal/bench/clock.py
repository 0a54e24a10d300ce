"""Time of the emulated charger: real time, scaled, from a start that the story gives and the panel may shift.

It does not know who shifts it. Sleeps are divided by the speed; time-outs of wires are not, they stay real.
"""

import time

from hal.common.ticks import TICKS_MASK, between_ms
from hal.common.waiting import pause_ms


class Clock:
    """utc = start + (now - epoch) * speed + shifts: a terminal that is started again goes on in the story."""

    def __init__(self, start_utc_s: int, epoch_ms: int, speed: int, is_set: bool) -> None:
        self._start_utc_s = start_utc_s
        self._epoch_ms = epoch_ms or _now_ms()
        self._speed = speed
        self._shift_s = 0
        self._is_set = is_set

    def utc_s(self) -> "int | None":
        """Return seconds since 1970-01-01T00:00:00Z, or None while the time is not known."""
        return self._story_utc_s() if self._is_set else None

    def status(self) -> str:
        """Return `synchronised` or `unset`."""
        return "synchronised" if self._is_set else "unset"

    def ticks_ms(self) -> int:
        """Return a tick count in milliseconds of the story, which wraps at 2**30."""
        return self._story_ms() & TICKS_MASK

    def elapsed_ms(self, since_ms: int) -> int:
        """Return the milliseconds from an earlier `ticks_ms()` to now."""
        return between_ms(since_ms, self.ticks_ms())

    async def sleep_ms(self, duration_ms: int) -> None:
        """Let other tasks run for so long in the story."""
        await pause_ms(-(-duration_ms // self._speed))

    def set_utc(self, utc_s: int) -> None:
        """Take a time that the operator signed."""
        self._shift_s += utc_s - self._story_utc_s()
        self._is_set = True

    def unset(self) -> None:
        """Forget the time, as a board does whose battery is empty."""
        self._is_set = False

    def step(self, seconds: int) -> None:
        """Shift the wall time; ticks run on."""
        self._shift_s += seconds

    def _story_ms(self) -> int:
        return (_now_ms() - self._epoch_ms) * self._speed

    def _story_utc_s(self) -> int:
        return self._start_utc_s + self._story_ms() // 1000 + self._shift_s


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
