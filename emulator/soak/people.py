"""Knows when a terminal is right to wait for people: the ledger's register is one by which the meter lied.

It does not believe the terminal: what the meter counted and what the records tell is held against each other.
"""

from typing import Any

from emulator.soak.ledger import Ledger

TELLING = ("meter.commissioned", "session.started", "session.ended")


class People:
    """Hears of records and steps; `are_needed` then."""

    def __init__(self, charger: Any, ledger: Ledger):
        self._charger = charger
        self._ledger = ledger
        self._lied_before = False
        self._is_lie = False

    def record(self, payload: dict) -> None:
        """Note whether a register was recorded that the meter does not have."""
        if payload["kind"] in TELLING:
            # A session that began at a lie may end at the last one that was believed.
            lies = self._is_lie or self._lied_before or self._charger.world.lies()
            self._is_lie = lies and self._ledger.books.at_wh != self._charger.world.shown_wh()

    def step(self) -> None:
        """Note whether the meter lies: a record that is read after the next step may be of before it."""
        self._lied_before = self._charger.world.lies()

    def are_needed(self) -> bool:
        """Return whether nothing but `kilotap meter replace` can tell that the register is the meter's.

        The terminal has to say so, and the meter be sound now: then it is the ledger that has the lie.
        """
        session = self._charger.session()
        says_so = session is not None and "meter" in session.faults
        return says_so and self._is_lie and not self._charger.world.lies()
