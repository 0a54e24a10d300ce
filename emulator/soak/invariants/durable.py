"""What was durable once stays, whatever happens to the power.

It does not know records.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant


class DurableStays(Invariant):
    """Looks whether the disk is shorter than what was read from it."""

    def step(self) -> Iterator[str]:
        gone = self.ledger.gone()
        if gone:
            yield "the disk has lost what was durable: " + gone
