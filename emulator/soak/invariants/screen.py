"""The screen never claims what is not durable: no charging without a start on the disk, no receipt without
its end.

It does not know what the terminal believes.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant


class ScreenIsDurable(Invariant):
    """Holds what is shown against the disk."""

    def screen(self, screen_id: str) -> Iterator[str]:
        if screen_id in ("charging", "suspended") and self.ledger.opened is None:
            yield "the screen says %s and the disk holds no open session" % screen_id
        if screen_id == "receipt" and (self.ledger.opened or self.ledger.ended is None):
            yield "the screen shows a receipt that the disk does not hold"
