"""A session that a power cut left open ends by power loss, or goes on where that is configured and within its
time, and its receipt tells either.

It does not know how the terminal decides that.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.pricing import calendar


class InterruptionsAreTold(Invariant):
    """Counts the starts that found a session open."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        # Restarts in the open session.
        self._starts = 0

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "session.started":
            self._starts = 0
        elif payload["kind"] == "boot" and self.ledger.opened:
            self._starts += 1
        elif payload["kind"] == "session.ended" and self._starts:
            yield from self._judge(payload)

    def _judge(self, payload: dict) -> Iterator[str]:
        session, within_s = payload["session"], self.charger.config.resume_within_s
        pauses_s = [
            calendar.parse_utc(pause["to"]) - calendar.parse_utc(pause["from"])
            for pause in payload.get("interruptions", ())
        ]
        for pause_s in pauses_s:
            if not 0 <= pause_s <= within_s:
                yield "%s went on after %d s without power, 0 to %d are allowed" % (
                    session,
                    pause_s,
                    within_s,
                )
        if payload["reason"] == "power_loss":
            if "power_loss" not in payload["flags"]:
                yield "%s ended by power loss and bears no such flag" % session
            return
        if not pauses_s or "resumed" not in payload["flags"]:
            yield "%s was interrupted, ended by %s and tells no pause" % (session, payload["reason"])
