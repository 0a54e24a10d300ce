"""A receipt claims no energy that its meter did not show, and none of another meter.

It does not know how the energy between two sessions is accounted for.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger


class ReceiptsClaimNoMore(Invariant):
    """Notes what the true meter showed at each start."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._shown_wh: dict[str, int] = {}
        self._serial: dict[str, str] = {}

    def record(self, payload: dict) -> Iterator[str]:
        world = self.charger.world
        session = payload.get("session", "")
        if payload["kind"] == "session.started":
            self._shown_wh[session] = world.shown_wh()
            self._serial[session] = payload["meter"]["serial"]
            return
        if payload["kind"] != "session.ended" or session not in self._serial:
            return
        meter = payload["meter"]
        if meter["serial"] != self._serial[session]:
            yield "%s begins with meter %s and ends with %s" % (
                session,
                self._serial[session],
                meter["serial"],
            )
        if meter["serial"] == world.meter_serial() and meter["stop_wh"] > world.shown_wh():
            yield "%s ends at %d Wh, the meter shows %d" % (session, meter["stop_wh"], world.shown_wh())
        if payload["energy_wh"] < 0:
            yield "%s has %d Wh" % (session, payload["energy_wh"])
