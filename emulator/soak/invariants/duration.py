"""A session's duration is the time that passed, whatever the clock did; after a power cut it ends with the
newest checkpoint, and where the session went on the time without power is none of it.

It does not know the wall clock.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger
from firmware.ledger import checkpoint

# A start is read some moments before it is durable, an end likewise; with a bad line it takes longer.
SLACK_MS = 5000
LATE_MS = 60000


class DurationIsTime(Invariant):
    """Measures each session in virtual time."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._begun_ms: int | None = None
        self._cut_ms: int | None = None
        self._is_disturbed = False
        # The most checkpoints that were bad at once while the power was off.
        self._bad_slots = 0
        # How long each stretch with power lasted up to its cut, and when the newest one began.
        self._stretches_ms: list[int] = []
        self._since_ms = 0
        # The first cut of the newest stretch: a start may itself be cut before its record is durable.
        self._stretch_cut_ms: int | None = None

    def record(self, payload: dict) -> Iterator[str]:
        # Where the power went in the middle of that write or right after it, it was then and not now.
        written_ms = self.now_ms() if self.charger.is_powered() else self.charger.cut_ms
        if payload["kind"] == "session.started":
            self._begun_ms, self._cut_ms, self._is_disturbed = written_ms, None, False
            self._bad_slots = 0
            self._stretches_ms, self._since_ms, self._stretch_cut_ms = [], written_ms or 0, None
        self._look_for_cut()
        if payload["kind"] == "boot" and self._stretch_cut_ms is not None:
            self._stretches_ms.append(self._stretch_cut_ms - self._since_ms)
            self._since_ms, self._stretch_cut_ms = written_ms, None
        if payload["kind"] != "session.ended" or self._begun_ms is None:
            return
        longest_ms = (self._cut_ms or written_ms) - self._begun_ms
        pauses = len(payload.get("interruptions", ()))
        if pauses:
            longest_ms = sum(self._stretches_ms) + written_ms - self._since_ms
            # A cut in the middle of a recovery makes stretches in which nobody charged.
            self._is_disturbed |= len(self._stretches_ms) > pauses
        told_ms = 1000 * payload["duration_s"]
        if told_ms > longest_ms + SLACK_MS:
            yield "%s lasted %d ms and claims %d s" % (payload["session"], longest_ms, payload["duration_s"])
        self._is_disturbed |= self._bad_slots == len(checkpoint.SLOTS)
        if not self._is_disturbed and told_ms < longest_ms - self._missing_ms() * (1 + pauses):
            yield "%s lasted %d ms and tells %d s" % (payload["session"], longest_ms, payload["duration_s"])
        self._begun_ms = None

    def step(self) -> Iterator[str]:
        self._look_for_cut()
        if not self.charger.world.is_sound() or self.charger.disk.is_limited():
            # It ends at the last good reading, or its newest checkpoint was not taken.
            self._is_disturbed = True
        if self._begun_ms is not None and not self.charger.is_powered():
            self._bad_slots = max(self._bad_slots, self._count_bad_slots())
        return iter(())

    def _count_bad_slots(self) -> int:
        """Return how many checkpoints went bad: with none left nobody knows how long a session had lasted."""
        platter = self.charger.disk.platter()
        return [checkpoint.read(platter.read(slot)) for slot in checkpoint.SLOTS].count(None)

    def _look_for_cut(self) -> None:
        """Note the first cut of a session and of a stretch: its time ended then, whatever went wrong with its
        recovery.
        """
        cut_ms = self.charger.cut_ms
        if self._stretch_cut_ms is None and cut_ms is not None and cut_ms >= self._since_ms:
            self._stretch_cut_ms = cut_ms
        if self._cut_ms is None and None not in (self._begun_ms, cut_ms) and cut_ms >= self._begun_ms:
            self._cut_ms = cut_ms

    def _missing_ms(self) -> int:
        """Return how much of a session may be missing: up to a poll, after a cut also up to a checkpoint, or
        to the one before where the newest went bad.
        """
        config = self.charger.config
        poll_ms: int = SLACK_MS + config.meter_poll_ms
        if self._cut_ms is None:
            return poll_ms
        return (poll_ms + 1000 * config.checkpoint_s + LATE_MS) * (1 + self._bad_slots)
