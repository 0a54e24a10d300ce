"""Time on Linux: the system's clock once something keeps it right, or a time that the operator signed.

It never sets the system's clock, and says None rather than a time that nobody vouches for.
"""

import ctypes
import os
import time

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

# Before this moment, 2025-01-01T00:00:00Z, no such terminal existed: the clock was never set.
PLAUSIBLE_UTC_S = 1_735_689_600
TIMESYNCD_MARK = "/run/systemd/timesync/synchronized"
STA_UNSYNC = 0x40
TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), up to its status; the rest is room for what the kernel fills in."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


class Clock:
    """The clock port; ticks wrap as on the ESP32, so that a Pi meets the same wrap."""

    def __init__(self) -> None:
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        self._signed_utc_s: int | None = None
        self._signed_at_s = 0

    def utc_s(self) -> int | None:
        """Return seconds since 1970-01-01T00:00:00Z, or None while the time is not known."""
        if self._signed_utc_s is not None:
            return self._signed_utc_s + _boot_s() - self._signed_at_s
        system_utc_s = int(time.time())
        return system_utc_s if system_utc_s >= PLAUSIBLE_UTC_S else None

    def status(self) -> str:
        """Return `synchronised`, `estimated` or `unset`."""
        if self._signed_utc_s is not None:
            return "synchronised"
        if self.utc_s() is None:
            return "unset"
        return "synchronised" if self._is_kept() else "estimated"

    def ticks_ms(self) -> int:
        """Return a tick count in milliseconds that wraps at 2**30."""
        return now_ms()

    def elapsed_ms(self, since_ms: int) -> int:
        """Return the milliseconds from an earlier `ticks_ms()` to now."""
        return between_ms(since_ms, now_ms())

    async def sleep_ms(self, duration_ms: int) -> None:
        """Let other tasks run for so long."""
        await pause_ms(duration_ms)

    def set_utc(self, utc_s: int) -> None:
        """Take a time that the operator signed; it counts on from there, also while the machine sleeps."""
        self._signed_utc_s, self._signed_at_s = utc_s, _boot_s()

    def _is_kept(self) -> bool:
        """Return whether the kernel or timesyncd says that something keeps the system's clock right."""
        if os.path.exists(TIMESYNCD_MARK):
            return True
        if self._adjtimex is None:
            return False
        timex = _Timex()
        state = self._adjtimex(ctypes.byref(timex))
        return 0 <= state < TIME_ERROR and not timex.status & STA_UNSYNC


def _boot_s() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000_000
