"""Keeps records that announce a new key once more, in a blob of their own, and weaves them into the ledger.

It does not know keys. All that comes after such a record hangs on it, and the key that signed it is gone: so
one byte that goes bad must not take it. A copy has the ledger's own form, and is as public; where a record
is missing in the ledger, its copy stands for it. In memory only where there are copies.
"""

from firmware.crypto import canonical, jose
from firmware.ledger import chain, segment, spans

# So many copies of what the office has stay: it may come back from a backup of before, and the ledger's own
# have gone bad since. Each is 1 KB of a small board's heap while they are written.
MOST_KNOWN = 1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from firmware.ledger.journal import Journal, Place
    from firmware.ledger.spans import Span

    Found = tuple[int, Span, Place | None]


def copies(storage: "Any") -> "list[tuple[int, Span]]":
    """Return number and place of each copy that is intact, in the order of the ledger."""
    found = []
    for seq, span, _what, _at, _following in spans.each(storage, segment.COPIES):
        if seq is not None and span is not None:
            found.append((seq, span))
    return found


def keep(journal: "Journal", acknowledged: int, seq: "int | None" = None) -> None:
    """Add the copy of an announcement, durable on return, and give up old ones that the office has.

    It is the record of a number, or else the newest that the office (`acknowledged`) does not have. Raises
    OSError; then the copies before still stand.
    """
    found = None
    for number, compact in journal.read_from(seq or acknowledged + 1):
        if seq is None and not _announces(compact):
            continue
        found = number, compact
        if number == seq:
            break
    if found is None:
        return
    storage = journal.storage
    kept = journal.announcements()
    oldest_seq = max([journal.first_seq()] + [number + 1 for number, _ in kept[:-MOST_KNOWN]])
    lines = [
        segment.encode_line(spans.text(storage, span))
        for number, span in kept
        if number < found[0] and (number > acknowledged or number >= oldest_seq)
    ]
    journal.copies = None
    storage.replace(segment.COPIES, b"".join(lines + [segment.encode_line(found[1])]))


def _announces(compact: str) -> bool:
    payload = canonical.decode(jose.split(compact, chain.RECORD_TYPE)[0])
    return bool(payload["kind"] == chain.KEY_ROTATED)


def compacts(storage: "Any") -> "Iterator[str]":
    """Yield all records of a storage, the oldest first, with copies of those that are missing; what is
    damaged is left out.
    """
    missing = copies(storage)
    for name in segment.each(storage):
        for _, compact, _, _ in segment.stream(storage, name):
            if compact is None:
                continue
            seq = segment.seq_of(compact)
            while missing and seq is not None and missing[0][0] <= seq:
                number, span = missing.pop(0)
                if number < seq:
                    yield spans.text(storage, span)
            yield compact
    for _, span in missing:
        yield spans.text(storage, span)


def woven(
    missing: "list[tuple[int, Span]]", own: "Iterator[Found]", place: "Place | None"
) -> "Iterator[Found]":
    """Yield the records of a ledger, as `Journal.spans_from` does, with copies of those that are missing."""
    for item in own:
        while missing and missing[0][0] < item[0]:
            yield missing.pop(0) + (place,)
        if missing and missing[0][0] == item[0]:
            missing.pop(0)
        place = item[2]
        yield item
    for seq, span in missing:
        yield seq, span, place
