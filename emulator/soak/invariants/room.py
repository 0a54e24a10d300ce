"""No session begins while storage has less room than is kept for the open one and for faults.

It does not know when the terminal looks.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger

# It looks now and then, and whoever was let in may take a moment to plug.
LATE_MS = 120_000


class RoomIsKept(Invariant):
    """Notes since when room is short."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._short_since_ms: int | None = None

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "session.started" and self._is_short():
            since_ms = self._short_since_ms
            if since_ms is not None and self.now_ms() - since_ms > LATE_MS:
                yield "%s began with %d bytes of room" % (payload["session"], self.charger.disk.room_bytes())

    def step(self) -> Iterator[str]:
        if not self._is_short():
            self._short_since_ms = None
        elif self._short_since_ms is None:
            self._short_since_ms = self.now_ms()
        return iter(())

    def _is_short(self) -> bool:
        return bool(self.charger.disk.room_bytes() < self.charger.config.storage_reserve_bytes)
