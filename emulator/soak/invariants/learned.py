"""A clock that is learned gives the records since the start their times, none later than the true one.

It does not know how the terminal learns the time.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.ledger import damage
from firmware.pricing import calendar

TICKS = 1 << 30
SLACK_S = 2


class LearnedTimesAreTrue(Invariant):
    """Notes when each record without a time was there, and works its time out when the clock is learned."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        # Number, ticks, and a true time at which the record was durable.
        self._unset: list[tuple[int, int, int]] = []
        # What was named as lost just before a start's own record, which storage may have refused first.
        self._ahead: list[tuple[int, int, int]] = []
        # How far the wall clock was off after the step before: a record of a step's may be of before it.
        self._off_s = 0
        self._newest = ""

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "boot":
            self._ahead = [told for told in self._unset[-1:] if self._newest == damage.KIND]
            self._unset = []
        self._newest = payload["kind"]
        if payload["at"] is None:
            self._unset.append((payload["seq"], payload["ticks_ms"], self.charger.wall.true_utc_s()))
        elif payload["kind"] == "clock.learned":
            yield from self._judge(payload, calendar.parse_utc(payload["at"]))
            self._unset = []
        elif self._unset and not self.charger.disk.is_limited():
            yield "record %d knows the time and those from %d on got none" % (
                payload["seq"],
                self._unset[0][0],
            )

    def step(self) -> Iterator[str]:
        self._off_s = self._off_now_s(self.charger.wall.true_utc_s())
        yield from ()

    def _off_now_s(self, otherwise_s: int) -> int:
        wall = self.charger.wall
        shown_s = wall.utc_s()
        return int((otherwise_s if shown_s is None else shown_s) - wall.true_utc_s())

    def _judge(self, payload: dict, learned_s: int) -> Iterator[str]:
        if self._ahead and payload["since_seq"] == self._ahead[0][0]:
            self._unset = self._ahead + self._unset
        if not self._unset or payload["since_seq"] != self._unset[0][0]:
            yield "record %d gives a time to records from %d on" % (payload["seq"], payload["since_seq"])
        # The wall clock itself may be off: then the times are as wrong as it is, and no more.
        off_s = max(self._off_s, self._off_now_s(learned_s))
        for seq, ticks_ms, there_s in self._unset:
            at_s = learned_s - ((payload["ticks_ms"] - ticks_ms) & (TICKS - 1)) // 1000
            if at_s - off_s > there_s + SLACK_S:
                yield "record %d gets the time %s" % (seq, calendar.format_utc(at_s))
