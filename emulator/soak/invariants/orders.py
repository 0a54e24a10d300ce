"""Orders in force are the operator's: signed by nobody else, each once, in their order, and they count.

It does not know how a terminal tells a forged one.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger


class OrdersAreTheOperators(Invariant):
    """Holds decisions against what the operator signed, and sessions against the tariffs in force."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._decided = 0
        # Hashes of the tariffs that the newest order left in force, None before the first.
        self._tariffs: list[str] | None = None

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "order.applied":
            yield from self._decide(payload)
            self._tariffs = [told[1] for told in payload["tariffs"]]
        elif payload["kind"] == "order.refused" and payload["reason"] == "content":
            yield from self._decide(payload)
        elif payload["kind"] == "session.started" and not self._is_in_force(payload["tariff"]):
            yield "%s began under a tariff that no order left in force" % payload["session"]

    def _decide(self, payload: dict) -> Iterator[str]:
        serial, told_hash = payload["order"]["serial"], payload["order"]["hash"]
        operator = self.charger.operator
        if operator is None or told_hash not in operator.signed.get(serial, []):
            yield "record %d decides an order %d that the operator did not sign" % (payload["seq"], serial)
        if serial != self._decided + 1:
            yield "record %d decides order %d after %d" % (payload["seq"], serial, self._decided)
        self._decided = serial

    def _is_in_force(self, tariff: dict) -> bool:
        return self._tariffs is None or tariff["hash"] in self._tariffs
