"""Keeps records in segments on storage, in order, durable when `append` returns.

It does not know what a record says or whether it is true: that is the chain's. A write that failed may have
left half a line, or all of it; so the next one begins a line of its own, and of two records with the same
sequence number only the later counts, for the chain went on from it. Nobody else writes segments or removes
them: the oldest and the newest are looked for once, so that work does not grow with the ledger's age.
"""

import errno

from firmware.errors import LedgerError
from firmware.ledger import segment, spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from firmware.ledger.line import Line
    from firmware.ledger.spans import Span

    # Where a record begins: a segment's name and an offset in it.
    Place = tuple[str, int]
    # Told of damaged bytes: a segment's name, an offset in it, and what is wrong.
    Problem = Callable[[str, int, str], None]


class Journal:
    """All records of a terminal; nothing is read before it is needed."""

    def __init__(self, storage: "Any", segment_bytes: int = 65536, sector_bytes: int = 0) -> None:
        """Take the storage, the size beyond which a new segment begins, and the size of a sector where a
        write may damage what else lies in it: then each record fills its sectors. 0 where it cannot.
        """
        self.storage = storage
        self._segment_bytes = segment_bytes
        self._sector_bytes = sector_bytes
        self._last_seq = -1
        # The oldest segment and the one that is written, each empty while it is not known.
        self.oldest = ""
        self._segment = ""
        self._size = 0
        # A segment to whose end nothing can be added, for the disk does not give that back; empty: none.
        self._closed = ""
        # What has to be written before the next line: the end of one that was cut short.
        self._mend = b""
        # What `announcements` returns; None: not looked for yet.
        self.copies: "Sequence[tuple[int, Span]] | None" = None

    def append(self, seq: int, compact: "str | bytes") -> None:
        """Add a record, durable on return; raises as `append_line` does."""
        self.append_line(seq, segment.encode_line(compact))

    def append_line(self, seq: int, line: "bytes | Line") -> None:
        """Add a record in the form of its line, durable on return.

        Raises OSError when storage does not take it: then it counts as not written and the same number is
        given to the next. LedgerError for a number that is not beyond the last one.
        """
        if seq <= self.last_seq():
            raise LedgerError("record %d after record %d: numbers only grow" % (seq, self.last_seq()))
        if not self._segment:
            self._find_end()
        if not self._size or self._size + len(line) > self._segment_bytes:
            # One that holds nothing is gone on with only under this name: all that it held went bad.
            target, size = segment.name(seq), 0
            if self.storage.size(target):
                # No segment that anybody reads, or it would be the one that is written.
                self.storage.remove(target)
        else:
            target, size = self._segment, self._size
        # Forgotten until it went well: after a failure the end is looked for again.
        self._segment = ""
        mend = self._whole(self._mend, size) if size and self._mend else b""
        line = self._whole(line, size + len(mend))
        try:
            if mend:
                self.storage.append(target, mend)
            self.storage.append(target, line)
        except OSError as error:
            if error.errno == errno.EIO:
                self._closed = target
            raise
        size += len(mend)
        self._segment, self._size, self._mend = target, size + len(line), b""
        self._last_seq = seq

    def forget(self) -> None:
        """Look for the segments anew: their names may have changed."""
        self.oldest = self._segment = ""

    def _find_end(self) -> None:
        self._size = 0
        self._segment = spans.newest(self.storage) or ""
        if self._segment:
            self._size = self.storage.size(self._segment)
            last = self.storage.read(self._segment, self._size - 1, 1) if self._size else b"\n"
            self._mend = b"" if last == b"\n" else self._line_end()
            if self._sector_bytes and self._size % self._sector_bytes and self._mend != segment.TORN_END:
                # The last sector holds a record, and is not written again.
                self._size = self._segment_bytes
            if self._segment == self._closed:
                self._size = self._segment_bytes

    def _line_end(self) -> bytes:
        """Return what ends the last line: where a record lacks its newline alone, or that is damaged, one."""
        is_intact = False
        for offset, compact, _what, following in segment.last_items(self.storage, self._segment):
            is_intact = compact is not None or is_intact and following - offset == 1
        return b"\n" if is_intact else segment.TORN_END

    def _whole(self, line: "bytes | Line", at: int) -> "Any":
        """Return what fills whole sectors, where that is asked for."""
        if not self._sector_bytes:
            return line
        # In memory only on boards with such media.
        from firmware.ledger import padded

        return padded.to_sector(line, at, self._sector_bytes)

    def last_seq(self) -> int:
        """Return the number of the newest record that is durable, 0 where there is none."""
        if self._last_seq < 0:
            newest = self.tail()
            self._last_seq = newest[0] if newest else 0
        return self._last_seq

    def first_seq(self) -> int:
        """Return the number of the oldest record that is kept, 0 where there is none."""
        oldest = self._find_oldest()
        return segment.first_seq(oldest) if oldest else 0

    def announcements(self) -> "Sequence[tuple[int, Span]]":
        """Return number and place of each copy of a record that announces a new key, in order."""
        if self.copies is None:
            self.copies = ()
            if self.storage.size(segment.COPIES):
                # In memory only where there are copies.
                from firmware.ledger import announced

                self.copies = announced.copies(self.storage)
        return self.copies

    def _find_oldest(self) -> str:
        if not self.oldest:
            self.oldest = spans.oldest(self.storage) or ""
        return self.oldest

    def remove_oldest(self, last_seq: int) -> bool:
        """Remove the oldest segment if it holds no record after `last_seq`; return whether it went.

        The newest two stay. Raises OSError.
        """
        removed = self._find_oldest()
        following = self._following(removed) if removed else None
        # A segment ends where the next one begins.
        if following is None or segment.first_seq(following) - 1 > last_seq:
            return False
        if following == (self._segment or spans.newest(self.storage)):
            return False
        # Forgotten until it went well: after a failure it is there or not.
        self.oldest = ""
        self.storage.remove(removed)
        self.oldest = following
        return True

    def _following(self, name: str) -> "str | None":
        """Return the segment after one; the one that is written has none, which needs no look."""
        return None if name == self._segment else spans.oldest(self.storage, name)

    def tail(self) -> "tuple[int, str] | None":
        """Return (seq, record) of the newest record on storage, read from the end."""
        newest, name = None, spans.newest(self.storage)
        while name:
            newest = _newest(segment.last_items(self.storage, name))
            if newest:
                break
            name = spans.newest(self.storage, name)
        for seq, span in self.announcements():
            if newest is None or seq > newest[0]:
                newest = seq, spans.text(self.storage, span)
        return newest

    def read_from(self, seq: int, problem: "Problem | None" = None) -> "Iterator[tuple[int, str]]":
        """Yield (seq, record) from a number on; damaged lines are left out and told to `problem`."""
        for number, span, _ in self.spans_from(seq, None, problem):
            yield number, spans.text(self.storage, span)

    def spans_from(
        self, seq: int, place: "Place | None" = None, problem: "Problem | None" = None
    ) -> "Iterator[tuple[int, Span, Place | None]]":
        """Yield (seq, where the record lies, the place after it) from a number on, or from a place that was
        given before; None where the place is to be looked for.
        """
        own = self._intact_from(seq, place, problem)
        missing = [copy for copy in self.announcements() if copy[0] >= seq]
        if not missing:
            return own
        # In memory only where there are copies.
        from firmware.ledger import announced

        return announced.woven(missing, own, place)

    def _intact_from(
        self, seq: int, place: "Place | None", problem: "Problem | None"
    ) -> "Iterator[tuple[int, Span, Place]]":
        held = None
        name: "str | None"
        name, offset = place or (self._holding(seq), 0)
        # Of what comes after this number none was given yet.
        given = max(seq, segment.first_seq(name) if name else 0) - 1
        while name:
            for number, span, what, at, following in spans.each(self.storage, name, offset):
                if span is None or number is None:
                    if problem:
                        problem(name, at, what or "a record without a sequence number")
                elif number > (held[0] + 1 if held else seq) and self._is_beyond(name, number):
                    if problem:
                        problem(name, at, "record %d, which stands out of order" % number)
                elif held and number < held[0]:
                    stray = number
                    if number > given:
                        # The one before stood too early: with this one it goes on.
                        stray = held[0]
                        held = number, span, (name, following)
                    if problem:
                        problem(name, at, "record %d, which stands out of order" % stray)
                elif number >= seq:
                    if held and held[0] != number:
                        given = held[0]
                        yield held
                    held = number, span, (name, following)
            name, offset = self._following(name), 0
        if held:
            yield held

    def _is_beyond(self, name: str, number: int) -> bool:
        """Return whether a record belongs to a later segment than the one in which it stands."""
        following = self._following(name)
        return following is not None and number >= segment.first_seq(following)

    def blocks(self, found: "list[Span]") -> "Iterator[bytes]":
        """Yield records one a line, in blocks, for an upload. Raises LedgerError where one is gone."""
        return spans.blocks(self.storage, found)

    def _holding(self, seq: int) -> str:
        """Return the segment that holds a record, the oldest where it is not kept, empty where none is."""
        return spans.newest(self.storage, segment.name(seq + 1)) or self._find_oldest()


def _newest(items: "Iterator[segment.Item]") -> "tuple[int, str] | None":
    newest = None
    for _, compact, _, _ in items:
        seq = segment.seq_of(compact) if compact is not None else None
        if compact is not None and seq is not None and (newest is None or seq >= newest[0]):
            newest = seq, compact
    return newest
