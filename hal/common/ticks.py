"""Ticks that wrap, the same on every board so that no test hides the wrap: real time, and their differences.

It knows no clock port; a board whose clock is scaled times its wires with these.
"""

import time

from hal.common.waiting import MICROPYTHON

TYPE_CHECKING = False

# The ESP32's own period, 12.4 days; both ends of a difference stay small integers on a 32-bit MicroPython.
TICKS_MASK = (1 << 30) - 1

if TYPE_CHECKING or not MICROPYTHON:

    def now_ms() -> int:
        """Return real milliseconds from an unknown beginning, wrapped at 2**30."""
        return (time.monotonic_ns() // 1_000_000) & TICKS_MASK

    def now_us() -> int:
        """Return real microseconds from an unknown beginning, wrapped at 2**30, a quarter of an hour."""
        return (time.monotonic_ns() // 1000) & TICKS_MASK

else:

    def now_ms():
        """Return real milliseconds from an unknown beginning, wrapped at 2**30."""
        return time.ticks_ms() & TICKS_MASK

    def now_us():
        """Return real microseconds from an unknown beginning, wrapped at 2**30, a quarter of an hour."""
        return time.ticks_us() & TICKS_MASK


def between_ms(since_ms: int, until_ms: int) -> int:
    """Return the milliseconds from one tick count to a later one, right across one wrap."""
    return (until_ms - since_ms) & TICKS_MASK
