"""The watchdog of the ESP32: it restarts a board that hangs, and calls firmware good that lived a minute.

It does not know what hangs. Once started it cannot be stopped.
"""

import machine

from hal.common.ticks import between_ms, now_ms
from hal.esp32 import slots

BITE_MS = 30000
STEADY_MS = 60000


class Watchdog:
    """The chip's timer, and the word to boot.py that this slot works."""

    def __init__(self) -> None:
        self._timer = machine.WDT(timeout=BITE_MS)
        self._began_ms = now_ms()
        self._is_confirmed = False

    def pace_ms(self) -> int:
        """Return a third of the time after which it bites: one feeding may come late, and one be missed."""
        return BITE_MS // 3

    def feed(self) -> None:
        """Say that the terminal lives."""
        self._timer.feed()
        if not self._is_confirmed and between_ms(self._began_ms, now_ms()) >= STEADY_MS:
            self._is_confirmed = True
            slots.confirm()
