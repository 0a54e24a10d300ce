"""Faults come and go in the ledger as they did: none is told to be mended that was never told, none twice.

It does not know what broke.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.ledger.journal import Journal


class FaultsComeAndGo(Invariant):
    """Follows the faults that are open; a start over records that went bad may have missed one's coming or
    going.
    """

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._open: set[str] = set()

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "fault":
            self._open.add(payload["fault"])
        elif payload["kind"] == "fault.cleared":
            if payload["fault"] not in self._open and not self._is_damaged():
                yield "record %d takes back the fault %s, which no record told" % (
                    payload["seq"],
                    payload["fault"],
                )
            self._open.discard(payload["fault"])

    def _is_damaged(self) -> bool:
        """Return whether a record lacks among those that are kept."""
        seqs = [seq for seq, _ in Journal(self.charger.disk.platter()).read_from(1)]
        return bool(seqs) and len(seqs) != seqs[-1] - seqs[0] + 1
