"""Faults come and go in the ledger as they did: none is told to be mended that was never told, none twice.

It does not know what broke.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger


class FaultsComeAndGo(Invariant):
    """Follows the faults that are open; records that went bad may have told of others."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._open: set[str] = set()
        self._is_blind = False

    def record(self, payload: dict) -> Iterator[str]:
        self._is_blind = self._is_blind or payload["kind"] == "ledger.damaged"
        if payload["kind"] == "fault":
            self._open.add(payload["fault"])
        elif payload["kind"] == "fault.cleared":
            if payload["fault"] not in self._open and not self._is_blind:
                yield "record %d takes back the fault %s, which no record told" % (
                    payload["seq"],
                    payload["fault"],
                )
            self._open.discard(payload["fault"])
