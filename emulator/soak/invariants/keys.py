"""The key that a ledger leads to is on the board, whenever the power goes, and the office follows.

It does not know how keys are changed; that each record names the key to which the trail leads is the chain's.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant


class KeyIsAtHand(Invariant):
    """Compares the key of the ledger's next record with those that the board keeps."""

    def step(self) -> Iterator[str]:
        keys = self.charger.keys
        if keys and self.ledger.books.key() not in keys.thumbprints():
            yield (
                "the ledger goes on under the key %s…, which is not on the board"
                % self.ledger.books.key()[:8]
            )
