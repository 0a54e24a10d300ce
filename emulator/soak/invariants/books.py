"""The chain verifies, no number is missing, every session has one end, and the energy on the meter is that on
receipts, that given back and that of the open session.

It does not know the rules of records; the books do.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger


class BooksBalance(Invariant):
    """Holds the books against the meter."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._told = 0
        self._is_excused = False

    def record(self, payload: dict) -> Iterator[str]:
        yield from self.ledger.books.problems[self._told :]
        self._told = len(self.ledger.books.problems)

    def step(self) -> Iterator[str]:
        books, world = self.ledger.books, self.charger.world
        if not world.is_sound():
            # Energy without a session, or unread at its end, is given back in the next one.
            books.is_excused = True
        if books.serial in (None, world.meter_serial()):
            left_over = books.left_over(world.shown_wh())
            if left_over:
                yield left_over
            elif world.shown_wh() < books.at_wh and not books.is_excused:
                yield "the ledger has %d Wh, the meter shows %d" % (books.at_wh, world.shown_wh())
