"""A terminal that has all that it needs becomes ready for drivers within a bounded time, and stays so.

It does not know what keeps a terminal busy, only what it needs: power, a sound charger, room, and no vehicle.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from emulator.soak.people import People

BUSY = ("", "out_of_order", "recovering", "finishing", "charging", "suspended")


class ReadyInTime(Invariant):
    """Between two steps nothing changes but by the terminal itself."""

    # An idle meter is asked once an hour, and one that lied is believed again after some minutes.
    LONGEST_MS = 2 * 3_600_000

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._people = People(charger, ledger)
        self._well_ms: int | None = None
        # The terminal that was well: another one is there after power was gone between two steps.
        self._assembly: Any = None
        self._screen_id = ""

    def record(self, payload: dict) -> Iterator[str]:
        self._people.record(payload)
        return iter(())

    def screen(self, screen_id: str) -> Iterator[str]:
        self._screen_id = screen_id
        return iter(())

    def step(self) -> Iterator[str]:
        self._people.step()
        if self._people.are_needed() or not self._is_well():
            self._well_ms = None
            return
        if self._well_ms is None or self._began_anew(self._well_ms):
            self._well_ms, self._assembly = self.now_ms(), self.charger.assembly
        if self.now_ms() - self._well_ms >= self.LONGEST_MS and self._screen_id in BUSY:
            told = "the terminal has had all that it needs for %d minutes and shows %s"
            yield told % ((self.now_ms() - self._well_ms) // 60_000, self._screen_id or "nothing")

    def _began_anew(self, since_ms: int) -> bool:
        """Return whether power was gone since: a start that is cut at once leaves no terminal to compare."""
        cut_ms = self.charger.cut_ms
        return self._assembly is not self.charger.assembly or (cut_ms is not None and cut_ms >= since_ms)

    def _is_well(self) -> bool:
        charger = self.charger
        return bool(
            charger.is_powered()
            and charger.world.is_sound()
            and charger.world.pilot() == "A"
            and self.ledger.books.serial in (None, charger.world.meter_serial())
            and charger.disk.free_bytes() > 2 * charger.config.storage_reserve_bytes
        )
