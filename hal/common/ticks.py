"""The arithmetic of a tick count that wraps, the same on every board so that no test hides the wrap.

It knows no clock.
"""

# The ESP32's own period, 12.4 days; both ends of a difference stay small integers on a 32-bit MicroPython.
TICKS_MASK = (1 << 30) - 1


def between_ms(since_ms: int, now_ms: int) -> int:
    """Return the milliseconds from one tick count to a later one, right across one wrap."""
    return (now_ms - since_ms) & TICKS_MASK
