"""Finds or asks for the signed record by which the office accepts that others are lost.

It does not know how it travels. Loaded only when records are missing.
"""

from ..crypto import canonical, jose
from ..ledger import chain, damage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ledger.outbox import Outbox
    from ..ledger.spans import Span

    Document = dict[str, Any]


def proof(outbox: "Outbox", known: "Document", gap: "tuple[int, int]") -> "list[Span]":
    """Return where the record lies that names all of a gap, behind those that announce the keys on the way
    to the one that signed it; nothing where none has been written yet.
    """
    for first, last, seq in known.get("damaged", ()):
        if first <= gap[0] and last == gap[1]:
            found = outbox.find(seq)
            if found:
                announced = outbox.journal.announcements()
                return [span for number, span in announced if last < number < seq] + [found]
    return []


def members(outbox: "Outbox", known: "Document", gap: "tuple[int, int]", batch: "list[Span]") -> "Document":
    """Return what such a record has to say; the hash of the last lost record stands in the one after it."""
    next_prev = known["prev"]
    if batch:
        payload = jose.split(outbox.record(batch[0]), chain.RECORD_TYPE)[0]
        next_prev = canonical.decode(payload)["prev"]
    why = damage.DAMAGED if outbox.is_kept(gap[1]) else damage.NOT_KEPT
    return damage.members(gap[0], gap[1], next_prev, why)


def put_back(outbox: "Outbox", terminal: str, key: str) -> bool:
    """Look among all segments for one that stands under another's name, before records are called lost;
    return whether one has its own name again.
    """
    from ..ledger import misplaced

    journal = outbox.journal
    count, _ = misplaced.put_back(journal.storage, (terminal, (key,)))
    if count:
        journal.forget()
    return count > 0


def at_the_end(
    storage: "Any", known: "Document", last_seq: int, misplaced_seq: int, acknowledged: int, is_known: bool
) -> "Document | None":
    """Let the ledger go on behind damaged records at its end, and return what is to be said of them, or None.

    `misplaced_seq` is the newest in a segment that nobody reads: its number is given to no other. What a
    checkpoint knows of them stands: then the chain goes on as if nothing were lost. `is_known` tells whether
    there is one where there was one.
    """
    # The last of them may be there in a copy.
    written = max(last_seq, misplaced_seq, damage.last_written(storage, is_known))
    if written < known["next_seq"]:
        return None
    # All that the office lacks is named at once, also what a checkpoint knows of.
    first_seq = max(last_seq, acknowledged) + 1
    told = damage.members(min(first_seq, known["next_seq"]), written, known["prev"])
    known["next_seq"] = written + 1
    return told
