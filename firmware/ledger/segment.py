"""The form of the ledger on storage: blobs of lines, one record each, a checksum before it.

It does not know what a record says, beyond its sequence number. Any bytes can be read: what is damaged is
named with its offset, and hides neither the line before it nor the one after it.
"""

import binascii

from firmware.crypto import jose
from firmware.errors import CryptoError

BLOCK_BYTES = 2048
CHECKSUM_CHARACTERS = 8
MAX_LINE_BYTES = jose.MAX_COMPACT_BYTES + CHECKSUM_CHARACTERS + 2
# 64 bytes of ES256 in base64url.
SIGNATURE_CHARACTERS = 86

PREFIX = "ledger-"
_SUFFIX = ".log"
# The blob in which firmware.ledger.announced keeps copies of records, in the same form.
COPIES = "key-announced"
# What ends a line whose write was cut short: a line of a record that ends without it was whole once.
TORN_END = b"!\n"
# The one byte between two records, or after the last, is no newline, and nothing that a cut write left.
DAMAGED_END = "a line's end that is damaged"
_BLANK = b" "
_SEQ = b'"seq":'
# The same in base64, with no, one or two bytes before it in its group: as far as those and the number's first
# digit do not show in it, and at which character of the group that begins. In one text, each of eight
# characters, for a small board keeps each short one as a name.
_MARKS = "InNlcSI6JzZXEiOjic2VxIjo"
_MARK_CHARACTERS = 8
_PHASES = (0, 2, 3)
# Two bytes before it, the name, a number and what ends it, in whole groups.
_SEQ_CHARACTERS = 36
# So much of a payload is looked at in one piece: whole groups.
_SEARCHED = 480

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    # Offset, record or None, problem or None, offset of what follows.
    Item = tuple[int, str | None, str | None, int]


def name(first_seq: int) -> str:
    """Return the name of the segment that begins with a record."""
    return "%s%010d%s" % (PREFIX, first_seq, _SUFFIX)


def first_seq(segment: str) -> int:
    """Return the sequence number of a segment's first record, from its name."""
    return int(segment[len(PREFIX) : -len(_SUFFIX)])


def oldest(storage: "Any", after: str = "") -> "str | None":
    """Return the name of the oldest segment, of those after a given one, or None.

    One pass over the names, of which one is held: a ledger's age must not show in the heap.
    """
    found = None
    for blob in storage.names():
        if after < blob and (found is None or blob < found) and is_segment(blob):
            found = blob
    return found


def newest(storage: "Any", before: "str | None" = None) -> "str | None":
    """Return the name of the newest segment, of those before a given one, or None; in one pass, too."""
    found = None
    for blob in storage.names():
        if (before is None or blob < before) and (found is None or blob > found) and is_segment(blob):
            found = blob
    return found


def each(storage: "Any") -> "Iterator[str]":
    """Yield the names of all segments, the oldest first, with a pass over the names for each."""
    found = oldest(storage)
    while found:
        yield found
        found = oldest(storage, found)


def is_segment(blob: str) -> bool:
    """Return whether a blob has a segment's name."""
    digits = blob[len(PREFIX) : -len(_SUFFIX)]
    return len(digits) == 10 and digits.isdigit() and blob == name(int(digits))


def encode_line(compact: "str | bytes") -> bytes:
    """Return the line of a record: CRC-32 in eight hexadecimal digits, a blank, the record, a newline."""
    content = compact.encode() if isinstance(compact, str) else compact
    return b"".join((b"%08x " % binascii.crc32(content), content, b"\n"))


def scan(content: bytes, offset: int = 0, at_end: bool = True) -> "Iterator[Item]":
    """Yield (offset, record, None, next offset) for each record, (offset, None, what, …) for damaged bytes.

    `content` begins at `offset` of its segment. A line without an end is looked at only where the segment
    ends with it: its record counts when the checksum holds, for only the newline is missing.
    """
    start, size = 0, len(content)
    while start < size:
        end = content.find(b"\n", start)
        if end < 0:
            if not at_end:
                return
            end = size
        if end > start:
            yield from _line(content[start:end], offset + start, end == size)
        start = end + 1


def _line(line: bytes, offset: int, torn: bool) -> "Iterator[Item]":
    """Take a line apart at its blanks, of which a record has one: what damaged a newline joins a record with
    what comes after it, another record or damaged bytes.
    """
    record = _record(line)
    if record is not None:
        yield offset, record, None, offset + len(line) + (not torn)
        return
    record = _record(line[:-1])
    if record is not None:
        # Its newline is what was damaged.
        end = offset + len(line) - 1
        yield offset, record, None, end
        what = "an end that was written after a cut" if line[-1] == TORN_END[0] else DAMAGED_END
        yield end, None, what, end + 1 + (not torn)
        return
    what = (
        "a line without an end, whose write was cut short" if torn else "a line whose checksum does not hold"
    )
    known = 0
    start = line.find(_BLANK) - CHECKSUM_CHARACTERS
    while start >= -CHECKSUM_CHARACTERS:
        end = _end(line, start)
        record = _record(line[start:end]) if start >= known else None
        if record is not None:
            if start > known:
                # What an interrupted write left has a line of its own; one byte between two records has not.
                told = DAMAGED_END if start == known + 1 else what
                yield offset + known, None, told, offset + start
            yield offset + start, record, None, offset + end
            known = end
        following = line.find(_BLANK, start + CHECKSUM_CHARACTERS + 1)
        start = following - CHECKSUM_CHARACTERS if following >= 0 else -CHECKSUM_CHARACTERS - 1
    if known < len(line):
        yield offset + known, None, what, offset + len(line) + (not torn)


def _end(line: bytes, start: int) -> int:
    """Return where a record that begins there ends, whatever comes after it: its second dot is followed by a
    signature, and by nothing else.
    """
    return line.find(b".", line.find(b".", start) + 1) + 1 + SIGNATURE_CHARACTERS


def _record(line: bytes) -> "str | None":
    """Return the record of an undamaged line (without its newline), or None."""
    # A view, for a copy of a long record is dear in a small heap.
    content = memoryview(line)[CHECKSUM_CHARACTERS + 1 :]
    if not content or line[: CHECKSUM_CHARACTERS + 1] != b"%08x " % binascii.crc32(content):
        return None
    return str(content, "utf-8") if is_ascii(content) else None


def is_ascii(content: "bytes | memoryview") -> bool:
    """Return whether bytes are as many characters: two C functions, for a look at each byte takes longer."""
    try:
        return len(str(content, "utf-8")) == len(content)
    except UnicodeError:
        return False


def stream(storage: "Any", segment: str, offset: int = 0) -> "Iterator[Item]":
    """Scan a segment from an offset at which a line begins, in blocks: never more than a line is held."""
    rest = b""
    while True:
        block = storage.read(segment, offset + len(rest), BLOCK_BYTES)
        content = rest + block
        start = offset
        for item in scan(content, offset, not block):
            yield item
            offset = item[3]
        if not block:
            return
        rest = content[offset - start :]
        if len(rest) > MAX_LINE_BYTES:
            end = _end(rest, 0)
            record = _record(rest[:end])
            what = None
            if record is None:
                end = _skip(rest)
                what = "bytes without a line's end, longer than any record"
            yield offset, record, what, offset + end
            offset += end
            rest = rest[end:]


def last_items(storage: "Any", segment: str) -> "Iterator[Item]":
    """Scan a segment's last block from its first whole line on; all of it where no record is intact there."""
    offset = max(0, storage.size(segment) - BLOCK_BYTES)
    content = storage.read(segment, offset, BLOCK_BYTES)
    begin = content.find(b"\n") + 1 if offset else 0
    items = list(scan(content[begin:], offset + begin))
    if not [item for item in items if item[1] is not None]:
        return stream(storage, segment)
    return iter(items)


def _skip(rest: bytes) -> int:
    """Return how many bytes of an endless line to give up: the record that ends it may have begun."""
    start = rest.rfind(_BLANK) - CHECKSUM_CHARACTERS
    return start if start > 0 else len(rest) - CHECKSUM_CHARACTERS


def seq_of(compact: str) -> "int | None":
    """Return the sequence number that a record's payload carries, or None where there is none to read."""
    start = compact.find(".") + 1
    return seq_between(lambda begin, end: compact[begin:end], start, compact.find(".", start))


def seq_between(text: "Callable[[int, int], str]", start: int, end: int) -> "int | None":
    """Return the same for a payload from `start` to `end` of which `text` gives any piece."""
    try:
        seqs = list(_seqs(text, start, end))
        if len(seqs) < 2:
            # Only one member has this name, so it is the record's own; all else need not be read.
            return seqs[0] if seqs else None
        from firmware.crypto import jsontext

        seq = jsontext.parse(jose.unb64url(text(start, end)))["seq"]
    except (CryptoError, KeyError, TypeError):
        return None
    return seq if isinstance(seq, int) and seq is not True and seq > 0 else None


def _seqs(text: "Callable[[int, int], str]", start: int, end: int) -> "Iterator[int | None]":
    """Yield the number after each `"seq":` of a payload: what these bytes are in base64 is looked for."""
    at = start
    while at < end:
        piece = text(at, min(at + _SEARCHED + _MARK_CHARACTERS, end))
        for phase in range(len(_PHASES)):
            mark = _MARKS[phase * _MARK_CHARACTERS : (phase + 1) * _MARK_CHARACTERS]
            found = piece.find(mark)
            while 0 <= found < _SEARCHED:
                # It begins in the first, third or last character of a group of four.
                before = found % 4
                if before == _PHASES[phase]:
                    begin = at + found - before
                    payload = jose.unb64url(text(begin, min(begin + _SEQ_CHARACTERS, end)))
                    # The byte before `seq` is not all of it in the mark.
                    name_at = payload.find(_SEQ)
                    if name_at >= 0:
                        yield _number(payload, name_at + len(_SEQ))
                found = piece.find(mark, found + 1)
        at += _SEARCHED


def _number(payload: bytes, start: int) -> "int | None":
    end = start
    while end < len(payload) and 0x30 <= payload[end] <= 0x39:
        end += 1
    digits = payload[start:end]
    return int(digits) if 0 < len(digits) <= 15 and digits[0] != 0x30 else None
