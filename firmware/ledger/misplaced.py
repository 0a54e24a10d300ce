"""Puts segments back that stand under another's name, or under none: their records say what it is.

It does not know keys, only their thumbprints. A name changes at once or not at all, and none is overwritten,
so the power may go at any time: the next start goes on. Loaded at starts, and before records are called lost.
"""

from firmware.crypto import canonical, jose
from firmware.ledger import chain, segment, spans

# A start looks at the segments of so many records, the newest ones; at all that there are where one of these
# is out of its place, or fewer records are found than a checkpoint knows. What the office lacks may be all of
# a long life, so of older ones the uploader looks, before it calls records lost.
RECORDS = 2000
# Under this ending a segment waits until its place is free. As a name that nobody reads it is found again.
ASIDE = ".aside"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    # The terminal's id, and the thumbprints of keys that are known to be its own.
    Ours = tuple[str, Sequence[str | None]]
    # The number of a segment's first intact record, and its name.
    Found = tuple[int, str]


def put_back(storage: "Any", ours: "Ours", since_seq: int = 0, next_seq: int = 0) -> "tuple[int, int]":
    """Give segments their own names back; return how many, and the newest number in one of the terminal's
    that has to stay where nobody reads it, 0 where there is none.

    Looked at are those from `since_seq` on, by their names, and all that have no segment's name; where one
    was put back, or the ledger does not reach up to before `next_seq`, all. A copy of a segment that stands
    in its place stays, and so does what does not continue this ledger.
    """
    count, newest = _put_back(storage, ours, since_seq)
    is_more = count > 0 or since_seq > 1 and _last(storage, spans.newest(storage))[0] + 1 < next_seq
    while is_more:
        # By one that has its place again the one before it may be known to be this ledger's.
        more, newest = _put_back(storage, ours, 0)
        count += more
        is_more = more > 0
    return count, newest


def _put_back(storage: "Any", ours: "Ours", since_seq: int) -> "tuple[int, int]":
    found = _misplaced(storage, since_seq)
    count = newest = 0
    # The oldest first: by it the next one is known to continue the ledger.
    for i in range(len(found)):
        seq, name = found[i]
        if _continues(storage, ours, name, seq) and _move(storage, found, i):
            count += 1
        elif _is_ours(storage, ours, name):
            newest = max(newest, _last(storage, name)[0])
    return count, newest


def _misplaced(storage: "Any", since_seq: int) -> "list[Found]":
    """Return what stands under another's name, by the number that it begins with. One pass over the names."""
    found = []
    for name in storage.names():
        if not name.startswith(segment.PREFIX):
            continue
        named = segment.first_seq(name) if segment.is_segment(name) else 0
        if named and named < since_seq:
            continue
        seq, offset = spans.first(storage, name)
        # Records may be damaged before the first that is intact.
        if seq and seq != named and not (named and offset and spans.is_in_place(storage, name)):
            found.append((seq, name))
    return sorted(found)


def _last(storage: "Any", name: "str | None") -> "tuple[int, str, str]":
    """Return number, hash and key of the last intact record, (0, "", "") where there is none."""
    last = 0, "", ""
    for _, compact, _, _ in segment.last_items(storage, name) if name else ():
        seq = segment.seq_of(compact) if compact is not None else None
        if compact is not None and seq:
            last = seq, chain.hash(compact), jose.kid(compact)
    return last


def _payload(storage: "Any", name: str) -> "tuple[dict[str, Any], str]":
    """Return the payload of the first intact record, and the thumbprint of its key."""
    _, begin = spans.first(storage, name)
    for seq, span, _what, _offset, _following in spans.each(storage, name, begin):
        if seq is not None and span is not None:
            compact = spans.text(storage, span)
            return canonical.decode(jose.split(compact, chain.RECORD_TYPE)[0]), jose.kid(compact)
    return {}, ""


def _is_ours(storage: "Any", ours: "Ours", name: str) -> bool:
    payload, key = _payload(storage, name)
    # One in which the key was changed begins under another than it ends.
    return payload.get("terminal") == ours[0] and (key in ours[1] or _last(storage, name)[2] in ours[1])


def _continues(storage: "Any", ours: "Ours", name: str, seq: int) -> bool:
    """Return whether a segment belongs to this ledger: by the hash of the record before it, else by the one
    that the record after it carries, else by its key.
    """
    payload = _payload(storage, name)[0]
    if payload.get("terminal") != ours[0]:
        return False
    before = spans.newest(storage, segment.name(seq))
    if before == name:
        before = spans.newest(storage, name)
    last, record_hash, _ = _last(storage, before)
    if last == seq - 1 > 0:
        return bool(payload.get("prev") == record_hash)
    last, record_hash, _ = _last(storage, name)
    following = spans.oldest(storage, segment.name(seq))
    if following == name:
        following = spans.oldest(storage, name)
    if following and last and spans.first(storage, following)[0] == last + 1:
        return bool(_payload(storage, following)[0].get("prev") == record_hash)
    return _is_ours(storage, ours, name)


def _move(storage: "Any", found: "list[Found]", i: int) -> bool:
    """Give one its own name; what has that name and is out of its place, too, or has no record at all, goes
    aside. Return whether it has it.
    """
    seq, name = found[i]
    target = segment.name(seq)
    try:
        if target in storage.names():
            holder, _ = spans.first(storage, target)
            if holder and (holder, target) not in found:
                return False
            storage.rename(target, target + ASIDE)
            if holder:
                found[found.index((holder, target))] = holder, target + ASIDE
        storage.rename(name, target)
    except OSError:
        # Read-only, or a place aside that is taken: it is looked at again with the next start.
        return False
    return True
