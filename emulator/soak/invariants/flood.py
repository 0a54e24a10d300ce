"""The ledger holds what happened and not the echo of its own faults: so many records in an hour and no more.

It does not know what they say.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger

# Drivers who do nothing but tap bring some three records a minute.
MOST_AN_HOUR = 200
HOUR_MS = 3_600_000


class LedgerIsNotFlooded(Invariant):
    """Counts records; how many were already there when an hour began."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._hour, self._before = 0, 0

    def step(self) -> Iterator[str]:
        records, hour = self.ledger.books.records, self.now_ms() // HOUR_MS
        if records - self._before > MOST_AN_HOUR * (hour - self._hour + 1):
            yield "%d records in %d hours" % (records - self._before, hour - self._hour + 1)
        if hour != self._hour:
            self._hour, self._before = hour, records
