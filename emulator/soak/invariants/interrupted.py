"""A session that a power cut left open ends by power loss, or goes on where that is configured and within its
time, and its receipt tells either.

It does not know how the terminal decides that.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.pricing import calendar

SLACK_S = 2


class InterruptionsAreTold(Invariant):
    """Counts for how long power was away while a session was open."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        # In the open session: restarts, and how long it was dark before them; whether the clock was right.
        self._starts = self._away_ms = 0
        self._is_clock_true = True

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "session.started":
            self._starts = self._away_ms = 0
            self._is_clock_true = True
        elif payload["kind"] == "boot" and self.ledger.opened:
            self._starts += 1
            self._away_ms += self.now_ms() - (self.charger.cut_ms or self.now_ms())
        elif payload["kind"] == "session.ended" and self._starts:
            yield from self._judge(payload)

    def step(self) -> Iterator[str]:
        self._look_at_clock()
        return iter(())

    def _look_at_clock(self) -> None:
        wall = self.charger.wall
        self._is_clock_true = self._is_clock_true and wall.utc_s() == wall.true_utc_s()

    def _judge(self, payload: dict) -> Iterator[str]:
        session, within_s = payload["session"], self.charger.config.resume_within_s
        pauses_s = [
            calendar.parse_utc(pause["to"]) - calendar.parse_utc(pause["from"])
            for pause in payload.get("interruptions", ())
        ]
        for pause_s in pauses_s:
            if pause_s > within_s:
                yield "%s went on after %d s without power, %d are allowed" % (session, pause_s, within_s)
        if payload["reason"] == "power_loss":
            if "power_loss" not in payload["flags"]:
                yield "%s ended by power loss and bears no such flag" % session
            return
        if not pauses_s or "resumed" not in payload["flags"]:
            yield "%s was interrupted, ended by %s and tells no pause" % (session, payload["reason"])
        self._look_at_clock()
        if self._is_clock_true and sum(pauses_s) + SLACK_S * self._starts < self._away_ms // 1000:
            yield "%s was without power for %d s and tells %s" % (session, self._away_ms // 1000, pauses_s)
