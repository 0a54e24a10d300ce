"""Receipts are cancelled and corrected by the operator's order alone: each once, and the very receipt.

It does not know who may order.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.ledger import damage
from firmware.receipts import correction

CORRECTIONS = (correction.CANCELLED, correction.CORRECTED)


class CorrectionsAreOrdered(Invariant):
    """Holds each correction against its receipt and against what was ordered."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        # Number of the record and gross amount by receipt; numbers of records by correction, and by receipt
        # that one has cancelled.
        self._receipts: dict[str, tuple[int, int]] = {}
        self._made: dict[str, int] = {}
        self._cancelled: dict[str, int] = {}
        # How many records the newest order still asks for, None where damage may have taken some.
        self._left: int | None = 0

    def record(self, payload: dict) -> Iterator[str]:
        kind = payload["kind"]
        if kind == "session.ended":
            self._receipts[payload["receipt"]] = payload["seq"], payload["gross_minor"]
        elif kind == "order.applied":
            if self._left:
                told = "record %d applies an order, and %d corrections of the one before are not made"
                yield told % (payload["seq"], self._left)
            self._left = payload["left"]
        elif kind == damage.KIND:
            self._forget(payload)
        elif kind in CORRECTIONS:
            yield from self._correct(payload)

    def _forget(self, payload: dict) -> None:
        """Expect once more what went bad."""
        first, last, _ = damage.span(payload) or (0, 0, "")
        for known in (self._made, self._cancelled):
            for name in [name for name, seq in known.items() if first <= seq <= last]:
                del known[name]
        self._left = None

    def _correct(self, payload: dict) -> Iterator[str]:
        name, old = payload["receipt"], payload["corrects"]["receipt"]
        number = int(name[len(old) + 2 :])
        if self._left is not None:
            self._left -= 1
        if self.charger.operator is None or not self.charger.operator.is_ordered(old, number):
            yield "%s was ordered by nobody" % name
        elif self._left is not None and self._left < 0 or name in self._made:
            yield "%s is made more often than it was ordered" % name
        if old in self._cancelled:
            yield "%s corrects a receipt of which nothing is left" % name
        self._made[name] = payload["seq"]
        if payload["kind"] == correction.CANCELLED:
            self._cancelled[old] = payload["seq"]
        seq, gross_minor = self._receipts.get(old, (0, 0))
        if payload["corrects"]["hash"] != self.ledger.hashes.get(seq):
            yield "%s corrects another record than receipt %s" % (name, old)
        if payload["kind"] == correction.CANCELLED and payload["gross_minor"] != -gross_minor:
            yield "%s takes %d back of %d" % (name, -payload["gross_minor"], gross_minor)
