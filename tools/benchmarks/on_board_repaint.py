"""Measures on the MicroPython that runs it what repainting the display leaves as garbage, in bytes.

It does not know bounds. It prints a line a repaint: the screen's name and bytes.
"""

import gc

import firmware.floors  # noqa: F401 - loads the rooms bottom-up
from firmware import config as settings
from firmware.crypto import jsontext
from firmware.pricing.calendar import Zone
from firmware.terminal.display import Display
from firmware.terminal.tariffs import Tariffs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REPAINTS = 100
START_UTC_S = 1774717140
TARIFF = b"""{"id": "evening", "currency": "EUR", "elements": [
    {"price_components": [{"type": "ENERGY", "price": 0.59, "vat": 19}],
     "restrictions": {"start_time": "17:00", "end_time": "21:00"}},
    {"price_components": [{"type": "ENERGY", "price": 0.39, "vat": 19}]}]}"""


class Panel:
    """A panel that shows nothing to anybody."""

    def show(self, screen: dict) -> None:
        """Take a screen."""


class Clock:
    """A clock that stands still."""

    def utc_s(self) -> int:
        """Return a moment."""
        return START_UTC_S

    def ticks_ms(self) -> int:
        """Return a moment."""
        return 0

    def elapsed_ms(self, since_ms: int) -> int:
        """Return that no time has passed."""
        return 0


class Account:
    """The figures of a session that goes on: what the display asks of a `Billing`."""

    def __init__(self) -> None:
        self.elapsed_ms = 0

    def energy_wh(self) -> int:
        """Return the energy at 11 kW."""
        return self.elapsed_ms * 11 // 3600

    def gross_minor(self) -> int:
        """Return the price at 0.49 a kWh."""
        return self.energy_wh() * 49 // 1000


class Board:
    """The two ports that a display needs."""

    panel = Panel()
    clock = Clock()


def repaints() -> None:
    """Print what the repaints of a session's display allocate, and those of the welcome with its prices."""
    document = {"id": "KT-0001", "tariffs": [jsontext.parse(TARIFF)]}
    config: Any = settings.from_document(document)
    board: Any = Board()
    account: Any = Account()
    tariffs = Tariffs(board, config.tariffs, 0, "EUR")
    display = Display(board, config, tariffs, Zone("CET-1CEST,M3.5.0,M10.5.0/3"))
    for screen_id, shown in (("charging", account), ("suspended", account), ("welcome", None)):
        for repaint in range(REPAINTS):
            account.elapsed_ms += 2000
            size = _allocated_by(display, screen_id, shown)
            # The first one loads texts.
            if repaint:
                print(screen_id, size)


def _allocated_by(display: Display, screen_id: str, account: "Any") -> int:
    """Return the bytes that a repaint allocates; nothing is collected meanwhile."""
    gc.collect()
    gc.disable()
    before: int = gc.mem_alloc()  # type: ignore[attr-defined]
    display.show(screen_id, {}, account)
    size: int = gc.mem_alloc() - before  # type: ignore[attr-defined]
    gc.enable()
    return size


if __name__ == "__main__":
    repaints()
