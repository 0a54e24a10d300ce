"""Finds where records lie on storage, with their checksums proved, and holds none of them.

It does not know what a record says, beyond its sequence number. What is damaged is judged by segment.py.
"""

import binascii

from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import segment

# With what the heap adds to it no more than 512, for which room is found in a heap that has fallen to pieces.
BLOCK_BYTES = 480
# More records in a row than one block of a disk holds.
ENOUGH = 8

_HEAD = segment.CHECKSUM_CHARACTERS + 1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    # Where a record lies: a segment's name, an offset in it, and the record's bytes.
    Span = tuple[str, int, int]
    # The record's number and span or None, what is wrong or None, offset and offset of what follows.
    Item = tuple[int | None, Span | None, str | None, int, int]


def each(storage: "Any", name: str, offset: int = 0) -> "Iterator[Item]":
    """Yield what a segment holds from an offset on at which a line begins."""
    block = storage.read(name, offset, BLOCK_BYTES)
    while block:
        item = _plain(storage, name, offset, block) or _judged(storage, name, offset)
        if item is None:
            return
        yield item
        offset = item[4]
        block = storage.read(name, offset, BLOCK_BYTES)


def oldest(storage: "Any", after: str = "") -> "str | None":
    """Return the oldest segment, of those after a given one, that stands where its name says, or None."""
    found = segment.oldest(storage, after)
    while found and not is_in_place(storage, found):
        found = segment.oldest(storage, found)
    return found


def newest(storage: "Any", before: "str | None" = None) -> "str | None":
    """Return the newest such segment, of those before a given one, or None."""
    found = segment.newest(storage, before)
    while found and not is_in_place(storage, found):
        found = segment.newest(storage, found)
    return found


def is_in_place(storage: "Any", name: str) -> bool:
    """Return whether a segment begins with a record that belongs between its name and the next one's: a file
    that got another's name, or another's content, would have its records read out of their order.
    """
    named, seq = segment.first_seq(name), first(storage, name)[0]
    # Some may be damaged before it.
    following = segment.oldest(storage, name) if seq > named else None
    return not seq or seq >= named and (following is None or seq < segment.first_seq(following))


def first(storage: "Any", name: str) -> "tuple[int, int]":
    """Return number and offset of the record with which a segment begins, (0, 0) where none is intact.

    Others may stand before it, as blocks are written to a wrong place: it begins the longest run of numbers,
    of runs as long the lowest that the name allows.
    """
    named = segment.first_seq(name) if segment.is_segment(name) else 0
    found = begin = 0, 0
    longest = length = before = 0
    for seq, _span, _what, offset, _next_offset in each(storage, name):
        if seq is None:
            continue
        if seq != before + 1 or not length:
            begin, length = (seq, offset), 0
        before = seq
        length += 1
        is_nearer = named <= begin[0] < found[0] or found[0] < named <= begin[0]
        if length > longest or length == longest and is_nearer:
            found, longest = begin, length
        if length == ENOUGH or seq == named and found[0] == seq:
            break
    return found


def _plain(storage: "Any", name: str, offset: int, block: bytes) -> "Item | None":
    """Return the record of an undamaged line of its own that begins with a block, or None."""
    told, block = block[:_HEAD], block[_HEAD:]
    size = checksum = 0
    end = -1
    while end < 0:
        end = block.find(b"\n")
        if end >= 0:
            block = block[:end]
        elif not block or size > jose.MAX_COMPACT_BYTES:
            return None
        if not segment.is_ascii(block):
            return None
        checksum = binascii.crc32(block, checksum)
        size += len(block)
        if end < 0:
            block = storage.read(name, offset + _HEAD + size, BLOCK_BYTES)
    if not size or told != b"%08x " % checksum:
        return None
    span = (name, offset + _HEAD, size)
    seq = segment.seq_of(str(block, "utf-8")) if size == len(block) else _seq_of(storage, span)
    return seq, span, None, offset, offset + _HEAD + size + 1


def _judged(storage: "Any", name: str, offset: int) -> "Item | None":
    """Return what is to be made of a line that is not plainly undamaged, None where nothing follows."""
    for at, compact, what, following in segment.stream(storage, name, offset):
        if compact is None:
            return None, None, what, at, following
        return segment.seq_of(compact), (name, at + _HEAD, len(compact)), None, at, following
    return None


def _seq_of(storage: "Any", span: "Span") -> "int | None":
    """Return the sequence number of a record, of which a piece is held at a time."""
    name, offset, size = span
    start = storage.read(name, offset, min(BLOCK_BYTES, size)).find(b".") + 1
    end = size - segment.SIGNATURE_CHARACTERS - 1
    if not 0 < start <= end or storage.read(name, offset + end, 1) != b".":
        return segment.seq_of(text(storage, span))

    def piece(begin: int, end: int) -> str:
        return str(storage.read(name, offset + begin, end - begin), "utf-8")

    return segment.seq_between(piece, start, end)


def place(span: "Span") -> "tuple[str, int]":
    """Return where the line of a record begins: segment and offset."""
    return span[0], span[1] - _HEAD


def text(storage: "Any", span: "Span") -> str:
    """Return the record that lies in a span."""
    return str(storage.read(*span), "utf-8")


def size_bytes(spans: "list[Span]") -> int:
    """Return how long the lines of an upload are: records with a newline each, without checksum."""
    return sum([span[2] + 1 for span in spans])


def blocks(storage: "Any", spans: "list[Span]") -> "Iterator[bytes]":
    """Yield those lines in blocks. Raises LedgerError where they are gone."""
    for name, offset, size in spans:
        end = offset + size
        while offset < end:
            block = storage.read(name, offset, min(BLOCK_BYTES, end - offset))
            if not block:
                raise LedgerError("a record of segment %s went away; look at the disk" % name)
            offset += len(block)
            yield block if offset < end else block + b"\n"
