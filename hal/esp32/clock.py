"""Time of the ESP32: its real-time clock, once somebody set it.

It does not know who sets it. The clock forgets with the power, so after a cut it says None; after a reset it
goes on and is an estimate.
"""

import time

import machine

from hal.common.real_clock import RealClock, plausible

YEAR_2000_UTC_S = 946684800


class Clock(RealClock):
    """The clock port."""

    def __init__(self) -> None:
        # The ESP32's port counts from 2000; one built with the other epoch counts from 1970.
        self._epoch_utc_s = YEAR_2000_UTC_S if time.gmtime(0)[0] == 2000 else 0
        self._is_signed = False

    def utc_s(self) -> "int | None":
        """Return seconds since 1970-01-01T00:00:00Z, or None while the time is not known."""
        return plausible(int(time.time()) + self._epoch_utc_s)

    def status(self) -> str:
        """Return `synchronised`, `estimated` or `unset`."""
        if self.utc_s() is None:
            return "unset"
        return "synchronised" if self._is_signed else "estimated"

    def set_utc(self, utc_s: int) -> None:
        """Take a time that the operator signed into the real-time clock, which TLS looks at too."""
        year, month, day, hour, minute, second, weekday = time.gmtime(utc_s - self._epoch_utc_s)[:7]
        machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))
        self._is_signed = True
