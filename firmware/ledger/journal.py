"""Keeps records in segments on storage, in order, durable when `append` returns.

It does not know what a record says or whether it is true: that is the chain's. A write that failed may have
left half a line, or all of it; so the next one begins a line of its own, and of two records with the same
sequence number only the later counts, for the chain went on from it.
"""

from firmware.errors import LedgerError
from firmware.ledger import segment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    # Where a record begins: a segment's name and an offset in it.
    Place = tuple[str, int]
    # Told of damaged bytes: a segment's name, an offset in it, and what is wrong.
    Problem = Callable[[str, int, str], None]


class Journal:
    """All records of a terminal; nothing is read before it is needed."""

    def __init__(self, storage: "Any", segment_bytes: int = 65536) -> None:
        """Take the storage and the size beyond which a new segment begins."""
        self._storage = storage
        self._segment_bytes = segment_bytes
        self._last_seq = -1
        self._segment = ""
        self._size = 0
        self._ends_in_line = False

    def append(self, seq: int, compact: "str | bytes") -> None:
        """Add a record, durable on return.

        Raises OSError when storage does not take it: then it counts as not written and the same number is
        given to the next. LedgerError for a number that is not beyond the last one.
        """
        if seq <= self.last_seq():
            raise LedgerError("record %d after record %d: numbers only grow" % (seq, self.last_seq()))
        if not self._segment:
            self._find_end()
        line = segment.encode_line(compact)
        if not self._segment or self._size and self._size + len(line) > self._segment_bytes:
            target, size = segment.name(seq), 0
        else:
            target, size = self._segment, self._size
        if size and self._ends_in_line:
            line = b"\n" + line
        # Forgotten until it went well: after a failure the end is looked for again.
        self._segment = ""
        self._storage.append(target, line)
        self._segment, self._size, self._ends_in_line = target, size + len(line), False
        self._last_seq = seq

    def _find_end(self) -> None:
        known = segment.names(self._storage)
        if known:
            self._segment = known[-1]
            self._size = self._storage.size(self._segment)
            last = self._storage.read(self._segment, self._size - 1, 1) if self._size else b"\n"
            self._ends_in_line = last != b"\n"

    def last_seq(self) -> int:
        """Return the number of the newest record that is durable, 0 where there is none."""
        if self._last_seq < 0:
            newest = self.tail()
            self._last_seq = newest[0] if newest else 0
        return self._last_seq

    def first_seq(self) -> int:
        """Return the number of the oldest record that is kept, 0 where there is none."""
        known = segment.names(self._storage)
        return segment.first_seq(known[0]) if known else 0

    def tail(self) -> "tuple[int, str] | None":
        """Return (seq, record) of the newest record on storage, read from the end."""
        for name in reversed(segment.names(self._storage)):
            newest = _newest(_last_lines(self._storage, name)) or _newest(segment.stream(self._storage, name))
            if newest:
                return newest
        return None

    def read_from(self, seq: int, problem: "Problem | None" = None) -> "Iterator[tuple[int, str]]":
        """Yield (seq, record) from a number on; damaged lines are left out and told to `problem`."""
        for number, compact, _ in self.read_with_places(seq, None, problem):
            yield number, compact

    def read_with_places(
        self, seq: int, place: "Place | None" = None, problem: "Problem | None" = None
    ) -> "Iterator[tuple[int, str, Place]]":
        """Yield (seq, record, the place after it) from a number on, or from a place that was given before."""
        held = None
        for name, offset in self._parts(seq, place):
            for at, compact, what, following in segment.stream(self._storage, name, offset):
                number = segment.seq_of(compact) if compact is not None else None
                if compact is None or number is None:
                    if problem:
                        problem(name, at, what or "a record without a sequence number")
                elif number >= seq:
                    if held and held[0] != number:
                        yield held
                    held = number, compact, (name, following)
        if held:
            yield held

    def _parts(self, seq: int, place: "Place | None") -> "list[Place]":
        """Return the segments that can hold a record from `seq` on, each with the offset to begin at."""
        known = segment.names(self._storage)
        if place and place[0] in known:
            begin = known.index(place[0])
            return [place] + [(name, 0) for name in known[begin + 1 :]]
        begin = 0
        for index, name in enumerate(known):
            if segment.first_seq(name) <= seq:
                begin = index
        return [(name, 0) for name in known[begin:]]


def _last_lines(storage: "Any", name: str) -> "Iterator[segment.Item]":
    """Scan the last block of a segment from its first whole line on: mostly the newest record is there."""
    offset = max(0, storage.size(name) - segment.BLOCK_BYTES)
    content = storage.read(name, offset, segment.BLOCK_BYTES)
    begin = content.find(b"\n") + 1 if offset else 0
    return segment.scan(content[begin:], offset + begin)


def _newest(items: "Iterator[segment.Item]") -> "tuple[int, str] | None":
    newest = None
    for _, compact, _, _ in items:
        seq = segment.seq_of(compact) if compact is not None else None
        if compact is not None and seq is not None:
            newest = seq, compact
    return newest
