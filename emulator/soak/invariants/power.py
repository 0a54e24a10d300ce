"""Power flows only into a session whose start is on the disk.

It does not know why a contactor is closed; one that is welded is excused.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant


class PowerNeedsSession(Invariant):
    """Holds the contactor against the disk."""

    def close(self) -> Iterator[str]:
        if self.ledger.opened is None:
            yield "the contactor is told to close and the disk holds no open session"

    def step(self) -> Iterator[str]:
        world = self.charger.world
        if world.contactor_closed and self.ledger.opened is None and world.is_sound():
            yield "the contactor is closed and the disk holds no open session"
