"""The part of the journal that the office does not have yet: a view, so nothing is dropped or kept twice.

It does not know how records travel.
"""

from firmware.errors import LedgerError
from firmware.ledger import segment, spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.ledger.journal import Journal, Place
    from firmware.ledger.spans import Span


class Outbox:
    """Records after the last acknowledged one; `acknowledged` is its sequence number, 0 before the first."""

    def __init__(self, journal: "Journal", acknowledged: int = 0) -> None:
        self.journal = journal
        self.acknowledged = acknowledged
        # Number and place of the record after the last batch, so that the next one need not be looked for.
        self._place: "Place | None" = None
        self._place_seq = 0
        # The number of the first record of the last batch, and its place, for it may have to go out again.
        self.batch_seq = acknowledged + 1
        self._first_place: "Place | None" = None

    def pending(self) -> int:
        """Return how many records the office does not have."""
        return max(0, self.journal.last_seq() - self.acknowledged)

    def batch(self, max_records: int, max_bytes: int) -> "list[Span]":
        """Return where the next records lie, in order, within both bounds, but at least one if there is any.

        A record whose write failed is not among them, even where its bytes reached storage. A batch ends
        where a record is missing; the next one begins behind the gap.
        """
        batch: "list[Span]" = []
        size = 0
        seq = self.acknowledged + 1
        place = self._first_place if self.batch_seq == seq else None
        place = self._place if self._place_seq == seq else place
        last = self.journal.last_seq()
        self.batch_seq = last + 1
        for number, span, following in self.journal.spans_from(seq, place):
            size += span[2] + 1
            if number > last or batch and (size > max_bytes or number != self._place_seq):
                break
            if not batch:
                self.batch_seq = number
                # One of a copy is no place in the ledger.
                self._first_place = None if span[0] == segment.COPIES else spans.place(span)
            batch.append(span)
            self._place, self._place_seq = following, number + 1
            if len(batch) == max_records:
                break
        return batch

    def gap(self) -> "tuple[int, int] | None":
        """Return the first and last of the records that lack before the last batch; None where none does."""
        first = self.acknowledged + 1
        return (first, self.batch_seq - 1) if first < self.batch_seq <= self.journal.last_seq() + 1 else None

    def is_kept(self, seq: int) -> bool:
        """Return whether a record has not been removed with what the office had."""
        return seq >= self.journal.first_seq()

    def find(self, seq: int) -> "Span | None":
        """Return where a record lies, None where it is not kept or is damaged."""
        for number, span, _ in self.journal.spans_from(seq):
            return span if number == seq else None
        return None

    def record(self, span: "Span") -> bytes:
        """Return the record that lies there."""
        return b"".join(self.journal.blocks([span]))[:-1]

    def blocks(self, batch: "list[Span]") -> "Iterator[bytes]":
        """Yield the lines of a batch, as its upload has them, in blocks: no record is ever held whole."""
        return self.journal.blocks(batch)

    def acknowledge(self, next_seq: int) -> None:
        """Go on from the record that the office asks for, which may be an older one after its loss of data.

        LedgerError when it believes to have what was never written.
        """
        last = self.journal.last_seq()
        if next_seq > last + 1:
            raise LedgerError(
                "the office asks for record %d, this ledger ends with %d: another was uploaded under its key"
                % (next_seq, last)
            )
        if next_seq < 1:
            raise LedgerError("the office asks for record %d; a ledger begins with 1" % next_seq)
        self.acknowledged = next_seq - 1

    def remove_oldest(self) -> bool:
        """Remove the journal's oldest segment if the office has it whole; return whether. Raises OSError."""
        return self.journal.remove_oldest(self.acknowledged)
