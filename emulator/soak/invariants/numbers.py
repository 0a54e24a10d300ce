"""Receipts are numbered without a gap, and a session's start bears the number that its receipt gets.

It does not know energy and prices.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.ledger import summary


class NumbersHaveNoGap(Invariant):
    """Counts receipts."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._count = 0

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] not in ("session.started", "session.ended"):
            return
        if payload["session"] == self.ledger.books.lost_end:
            # Its first end went bad at rest before anybody had it.
            return
        if payload["session"] == self.ledger.books.given_again:
            # Nor had anybody a receipt of a session whose start and end are both lost.
            self._count = min(self._count, summary.number(payload["session"]) - 1)
        expected = "%s-%06d" % (self.charger.config.id, self._count + 1)
        if payload["session"] != expected:
            yield "%s of %s, the next number is %s" % (payload["kind"], payload["session"], expected)
        if payload["kind"] == "session.ended":
            self._count += 1
