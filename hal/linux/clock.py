"""Time on Linux: the system's clock once something keeps it right, or a time that the operator signed.

It never sets the system's clock, and says None rather than a time that nobody vouches for.
"""

import ctypes
import os
import time

from hal.common.real_clock import RealClock, plausible

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


class Clock(RealClock):
    """The clock port."""

    def __init__(self) -> None:
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        self._signed_utc_s: int | None = None
        self._signed_at_s = 0

    def utc_s(self) -> int | None:
        """Return seconds since 1970-01-01T00:00:00Z, or None while the time is not known."""
        if self._signed_utc_s is not None:
            return self._signed_utc_s + _boot_s() - self._signed_at_s
        return plausible(int(time.time()))

    def status(self) -> str:
        """Return `synchronised`, `estimated` or `unset`."""
        if self._signed_utc_s is not None:
            return "synchronised"
        if self.utc_s() is None:
            return "unset"
        return "synchronised" if self._is_kept() else "estimated"

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
