"""The form of an invariant: asked after every step, at every screen, at every record; it answers with what is
wrong.

It does not know any promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.soak.ledger import Ledger


class Invariant:
    """Yields sentences about what does not hold; a method stays as it is where it has nothing to say."""

    def __init__(self, charger: Any, ledger: Ledger):
        """Take the charger with its world, and the ledger as it lies on the disk."""
        self.charger = charger
        self.ledger = ledger

    def record(self, payload: dict) -> Iterator[str]:
        """Judge a record that has become durable."""
        return iter(())

    def step(self) -> Iterator[str]:
        """Judge what is so after a step."""
        return iter(())

    def screen(self, screen_id: str) -> Iterator[str]:
        """Judge what the driver is shown; all that is durable has been read."""
        return iter(())

    def close(self) -> Iterator[str]:
        """Judge the command that lets power flow; all that is durable has been read."""
        return iter(())

    def now_ms(self) -> int:
        """Return the virtual time."""
        return int(self.charger.kernel.now_ms)
