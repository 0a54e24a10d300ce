"""What the clocks of real boards share: ticks, pauses, and from when on a time is believed.

It does not know where a board keeps the time of day.
"""

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

# 2025-01-01T00:00:00Z: before it no such terminal existed, so a clock that shows less was never set.
PLAUSIBLE_UTC_S = 1735689600


class RealClock:
    """The ticks of the clock port; they wrap everywhere as on the ESP32, so that every board meets it."""

    def ticks_ms(self) -> int:
        """Return a tick count in milliseconds that wraps at 2**30."""
        return now_ms()

    def elapsed_ms(self, since_ms: int) -> int:
        """Return the milliseconds from an earlier `ticks_ms()` to now."""
        return between_ms(since_ms, now_ms())

    async def sleep_ms(self, duration_ms: int) -> None:
        """Let other tasks run for so long."""
        await pause_ms(duration_ms)


def plausible(utc_s: int) -> "int | None":
    """Return a time that a board shows, or None where it counts from a beginning of its own."""
    return utc_s if utc_s >= PLAUSIBLE_UTC_S else None
