"""Whatever was done to a card, the reader waits for the next one a moment after it is gone.

It does not know what is read from cards.
"""

from collections.abc import Iterator
from typing import Any

from emulator.soak import presentations
from emulator.soak.invariants.invariant import Invariant
from emulator.soak.ledger import Ledger

# A reader that did not get on with a card pauses for a second.
LATE_MS = 10_000


class NextCardIsRead(Invariant):
    """Notes since when a terminal that waited for the last card waits for none, with none there."""

    def __init__(self, charger: Any, ledger: Ledger):
        super().__init__(charger, ledger)
        self._antenna = presentations.of(charger)
        self._turn = -1
        self._since_ms = 0

    def step(self) -> Iterator[str]:
        antenna: Any = self._antenna
        is_same = antenna.met is not None and antenna.met is self.charger.assembly
        if not is_same or antenna.waiting is antenna.met or antenna.card is not None:
            self._turn = -1
        elif antenna.turn != self._turn:
            self._turn, self._since_ms = antenna.turn, self.now_ms()
        elif self.now_ms() - self._since_ms > LATE_MS:
            yield "nobody has waited for a card for %d s" % ((self.now_ms() - self._since_ms) // 1000)
