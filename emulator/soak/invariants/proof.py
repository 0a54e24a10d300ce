"""A session under a contract that asks for proof begins, and ends by its card, where that very card stayed at
the reader for all that it was asked: none that was pulled away or changed for another, and no copy.

It does not know how a card proves itself.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak import presentations
from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger

# From a card to the record of its session: the driver may still have to plug, the meter has to answer.
LATE_MS = 15 * 60_000


class CardsAreProved(Invariant):
    """Holds starts and ends against what was held to the reader before them; a card serves once."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._seen = presentations.of(charger)
        self._asked = [entry["contract"] for entry in charger.config.contracts if entry.get("level")]
        self._served_turn = 0

    def record(self, payload: dict) -> Iterator[str]:
        if payload["kind"] == "boot" and self._seen.card and self._seen.turn == self._served_turn:
            # A start reads the card that lies at the reader once more.
            self._served_turn -= 1
        elif payload["kind"] == "session.started":
            yield from self._judge(payload, "began", LATE_MS)
        elif payload["kind"] == "session.ended" and payload["reason"] == "card":
            # It may have been kept for later, where storage refused it.
            yield from self._judge(payload, "was ended", self.now_ms())

    def _judge(self, payload: dict, told: str, within_ms: int) -> Iterator[str]:
        token = payload["token"]
        is_asked = payload["contract"] in self._asked
        for one in reversed(self._seen.newest):
            fits = one.is_proof_of(token) if is_asked else one.is_of(token)
            if fits and one.turn > self._served_turn and self._written_ms() - one.at_ms <= within_ms:
                self._served_turn = one.turn
                return
        card = "the card of its contract that proved itself" if is_asked else "its card"
        yield "%s %s and %s was not at the reader" % (payload["session"], told, card)

    def _written_ms(self) -> int:
        # Where the power went right after that write, it was then and not now.
        return int(self.now_ms() if self.charger.is_powered() else self.charger.cut_ms)
