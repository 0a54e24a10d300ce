"""Asks every invariant at every occasion that a player gives.

It does not know what they check; a promise that is broken once is told once.
"""

from collections.abc import Callable
from typing import Any

from emulator.soak.invariants.standard import STANDARD
from emulator.soak.ledger import Ledger
from emulator.soak.people import People


class Watch:
    """Watches one charger for a player (`emulator.simulation.play`)."""

    def __init__(self, charger: Any):
        self.ledger = Ledger(charger)
        self.people = People(charger, self.ledger)
        self._invariants = [kind(charger, self.ledger) for kind in STANDARD]
        self._told: set[str] = set()
        self._screen_id = ""
        self.checked = 0

    def damage(self, spoil: Callable[[], None]) -> None:
        """Have something go bad where it lies."""
        self.ledger.damage(spoil)

    def has_forgotten(self) -> bool:
        """Return whether records went bad of which nothing was left, and their numbers were given again."""
        return self.ledger.has_forgotten

    def step(self) -> list[str]:
        """Return what does not hold after a step."""
        violated = self._read_on()
        for invariant in self._invariants:
            violated += invariant.step()
        self.people.step()
        return self._new(violated)

    def screen(self, screen_id: str) -> list[str]:
        """Return what does not hold when a screen is shown; other figures on the same one say nothing."""
        if screen_id == self._screen_id:
            return []
        self._screen_id = screen_id
        violated = self._read_on()
        for invariant in self._invariants:
            violated += invariant.screen(screen_id)
        return self._new(violated)

    def close(self) -> list[str]:
        """Return what does not hold when power is let flow."""
        violated = self._read_on()
        for invariant in self._invariants:
            violated += invariant.close()
        return self._new(violated)

    def _read_on(self) -> list[str]:
        violated: list[str] = []
        for payload in self.ledger.read_on():
            self.people.record(payload)
            for invariant in self._invariants:
                violated += invariant.record(payload)
        return violated

    def _new(self, violated: list[str]) -> list[str]:
        if self.ledger.has_forgotten:
            return []
        self.checked += len(self._invariants)
        new = [wrong for wrong in violated if wrong not in self._told]
        self._told.update(new)
        return new
