"""What a record of the kind `ledger.damaged` says, and the damage behind a ledger's newest intact record.

It does not know who signed it. Loaded by whoever meets damage, and by nobody else.
"""

from firmware.ledger import segment, spans

KIND = "ledger.damaged"
# No line of a record is shorter: header and signature alone have 216 bytes.
SHORTEST_BYTES = 300
# Bytes of a record went bad where they lay; the records before the first that is kept are no longer there.
DAMAGED, NOT_KEPT = "damaged", "not_kept"
# A quarter of all bytes are characters of a JWS: of random ones so many in a row come once in 10^14 places.
REMAINS = 24
_OTHERS = b"-_."
# What of a write did not reach the disk is NULs: from the line's beginning, or a sector. Noise has some, too.
HOLE = bytes(16)
# Of a whole line a blank and a newline are no characters of a JWS; so many more may be bytes that went bad by
# themselves, each in its place.
FLIPPED = 10

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # The first and the last of the records that are named, and what the record after them carries as `prev`.
    Span = tuple[int, int, str]


def members(first_seq: int, last_seq: int, next_prev: str, why: str = DAMAGED) -> "dict[str, Any]":
    """Return the members that name records which can no longer be read."""
    return {"first_seq": first_seq, "last_seq": last_seq, "next_prev": next_prev, "why": why}


def span(payload: "dict[str, Any]") -> "Span | None":
    """Return what a payload names; None where it is no such record, or names records not before it."""
    if payload.get("kind") != KIND or not isinstance(payload.get("next_prev"), str):
        return None
    first, last, seq = [_number(payload.get(name)) for name in ("first_seq", "last_seq", "seq")]
    return (first, last, payload["next_prev"]) if 0 < first <= last < seq else None


def _number(told: "Any") -> int:
    """Return a whole number; 0, which is no record's, for anything else."""
    return told if isinstance(told, int) and not isinstance(told, bool) else 0


def last_written(storage: "Any", is_known: bool = True) -> int:
    """Return the number of the newest record that was whole once: those that lie damaged behind the newest
    intact one are counted, which are so many at most.

    A write that was cut short left the beginning of a line, NULs in it, or noise alone, and the next one put
    a mark to it: it was never durable and does not count. A whole line that no longer matches its checksum
    does, where anything in it still looks like a record. Where no checkpoint is left to know better
    (`is_known`), each line does: a number that nobody used harms nobody, one that is given twice does.
    Newlines in noise make more lines than records have room in; a line with noise over newlines may be
    several records.
    """
    last = lost = 0
    name = spans.newest(storage)
    while name:
        # Damaged lines, the bytes of all that lies between the first and the last of them, those of noise.
        lines = size = noise = between = 0
        is_intact = False
        for offset, compact, _what, following in segment.last_items(storage, name):
            if compact is not None:
                lines = size = noise = between = 0
                is_intact = True
                last = segment.seq_of(compact) or last
                continue
            line = storage.read(name, offset, following - offset)
            if not is_known or _was_whole(line):
                lines += 1
                size += between + len(line)
                noise += between + _noise_in(line)
                between = 0
            elif not _is_torn(line):
                between += len(line)
        lost += min(lines + -(-noise // SHORTEST_BYTES), max(1, size // SHORTEST_BYTES)) if lines else 0
        name = None if is_intact else spans.newest(storage, name)
    return last + lost


def _noise_in(line: bytes) -> int:
    """Return how many bytes of a line are noise, of which a quarter looks like characters of a JWS; 0 where
    some bytes may have gone bad each by itself.
    """
    others = len([byte for byte in line if not _is_of_jws(byte)])
    return 0 if others <= FLIPPED else others * 4 // 3


def _is_of_jws(byte: int) -> bool:
    letter = byte | 0x20
    return 0x61 <= letter <= 0x7A or 0x30 <= byte <= 0x39 or byte in _OTHERS


def _was_whole(line: bytes) -> bool:
    """Return whether a line was written to its end, which is the last to be written."""
    return line[-1:] == b"\n" and not _is_torn(line) and _has_remains(line)


def _is_torn(line: bytes) -> bool:
    """Return whether a line says itself that it did not reach the disk as a whole."""
    return line[-2:] == segment.TORN_END or line[:1] == b"\0" or HOLE in line


def _has_remains(line: bytes) -> bool:
    """Return whether so many characters of a compact JWS stand in a row as noise does not have by chance."""
    in_a_row = 0
    for byte in line:
        in_a_row = in_a_row + 1 if _is_of_jws(byte) else 0
        if in_a_row == REMAINS:
            return True
    return False
