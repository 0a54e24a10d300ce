"""A receipt claims no energy that its meter did not show, and none of another meter.

It does not know how the energy between two sessions is accounted for.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger

# A register in float32 shows its energy rounded.
STEP_WH = 8
# A start that storage refused is tried again with the same reading, while a welded contactor may be closed.
LATE_WH = 2000


class ReceiptsClaimNoMore(Invariant):
    """Notes with which meter each session began."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._serial: dict[str, str] = {}

    def record(self, payload: dict) -> Iterator[str]:
        world = self.charger.world
        session = payload.get("session", "")
        if payload["kind"] == "session.started":
            self._serial[session] = payload["meter"]["serial"]
            begun_wh, counted_wh = payload["meter"]["wh"], world.counted_wh(payload["meter"]["serial"])
            if counted_wh is None or not counted_wh - LATE_WH <= begun_wh <= counted_wh + STEP_WH:
                yield "%s begins at %d Wh, its meter has counted %s" % (session, begun_wh, counted_wh)
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
        counted_wh = world.counted_wh(meter["serial"])
        if counted_wh is None or meter["stop_wh"] > counted_wh + STEP_WH:
            yield "%s ends at %d Wh, its meter has counted %s" % (session, meter["stop_wh"], counted_wh)
        if payload["energy_wh"] < 0:
            yield "%s has %d Wh" % (session, payload["energy_wh"])
