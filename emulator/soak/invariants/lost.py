"""What lies whole on the disk, under whatever name, is not told to be lost.

It does not know what went bad, or when.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant
from firmware.ledger import damage


class NothingWholeIsLost(Invariant):
    """Looks at the disk where a record names others as lost."""

    def record(self, payload: dict) -> Iterator[str]:
        named = damage.span(payload)
        if named is None:
            return
        for seq in sorted(self.ledger.whole()):
            if named[0] <= seq <= named[1]:
                yield "record %d names %d as lost, which is whole on the disk" % (payload["seq"], seq)
