"""The office holds exactly what it acknowledged: the same bytes as the ledger, up to the number that it
expects next.

It does not know the network.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant


class OfficeHoldsTheSame(Invariant):
    """Compares the hash that the office has reached with that of the ledger's record."""

    def step(self) -> Iterator[str]:
        next_seq, prev = self.charger.office.backup()[:2]
        if next_seq - 1 not in self.ledger.hashes:
            if next_seq > 1:
                yield "the office has record %d, which the disk does not hold" % (next_seq - 1)
        elif self.ledger.hashes[next_seq - 1] != prev:
            yield "the office has another record %d than the disk" % (next_seq - 1)
