"""The ledger as it lies on a simulated disk, read on as it grows, whether the terminal lives or not.

It does not know the terminal's own view of it. What was read once has to stay as it was: a second record of
the same number is a violation, for this disk takes a record whole or the power goes. Where something was
damaged it goes on behind the newest record that it knows, whatever the name of that one's segment.
"""

from collections.abc import Callable, Iterator
from typing import Any

from emulator.simulation.audit import Books
from firmware.ledger import announced, chain, checkpoint, damage, segment

# So much of a line's end is no noise.
LEFT = damage.REMAINS


class Ledger:
    """Reads new records; `books` keeps what they say, `hashes` the hash of each by its number."""

    def __init__(self, charger: Any):
        self._disk = charger.disk.platter()
        # Behind the newest record that was read: its segment, where its line begins, and the line.
        self._name: str | None = None
        self._offset = self._at = 0
        self._line = b""
        # Whether something was damaged since the beginning. Then: how large the other segments were, the
        # newest record's number, and what is gone since the newest damage.
        self._is_damaged = False
        self._others: dict[str, int] = {}
        self._seq = 0
        self._gone: str | None = None
        # The numbers of records of which nothing on the disk told after a damage, and whether one of them was
        # given again: then nobody can say any more what this ledger should hold.
        self._untold: set[int] = set()
        self.has_forgotten = False
        self.books = Books(charger, charger.world.shown_wh(), charger.decode)
        self.hashes: dict[int, str] = {}
        self._seqs: dict[str, int] = {}
        self.books.hash_of = self.hashes.get
        # The session that is open, and the newest that has ended: their payloads.
        self.opened: dict | None = None
        self.ended: dict | None = None

    def damage(self, spoil: Callable[[], None]) -> None:
        """Have something spoilt: what was read may be gone then, or have another name; what is left has to
        stay.
        """
        whole = self.whole()
        ends = {self._known_seq(compact): compact[-LEFT:].encode() for *_, compact, _ in self._intact()}
        spoil()
        self._is_damaged = True
        self._seq = 0
        self._name = None
        told_seq = max(self._told_seq(), self._ended_seq(ends))
        # No more than what this damage took, or one before it without a start in between.
        self._untold = {seq for seq in whole | self._untold if seq > told_seq}

    def gone(self) -> str | None:
        """Return in words what was read once and is no longer there; whole segments may be removed."""
        size = self._disk.size(self._name) if self._name else 0
        if 0 < size < self._offset:
            return "%s had %d bytes and has %d" % (self._name, self._offset, size)
        if size and not self._is_there():
            return "record %d went bad where it lies" % self._seq
        return self._gone

    def read_on(self) -> Iterator[dict]:
        """Yield the payload of every record that has become durable since the last time."""
        if self._is_damaged and not self._is_in_place():
            yield from self._look()
            return
        while True:
            if self._name:
                yield from self._read_segment(self._name, self._offset)
            # Where something was damaged a segment may be behind the newest one by its name alone.
            following = None if self._is_damaged else segment.oldest(self._disk, self._name or "")
            if following is None:
                return
            self._name, self._offset = following, 0
            self._at, self._line = 0, b""

    def _read_segment(self, name: str, offset: int) -> Iterator[dict]:
        for at, compact, _what, next_offset in segment.stream(self._disk, name, offset):
            if compact is not None and not self._forgets(compact):
                self._stand(name, at, next_offset)
                yield self._enter(compact)

    def _stand(self, name: str, at: int, next_offset: int) -> None:
        self._name, self._at, self._offset = name, at, next_offset
        self._line = self._disk.read(name, at, next_offset - at)

    def _is_there(self) -> bool:
        """Return whether the newest record is where it was."""
        return self._name is not None and self._disk.read(self._name, self._at, len(self._line)) == self._line

    def _is_in_place(self) -> bool:
        """Return whether it is, and the other segments are as they were."""
        return self._is_there() and self._others == self._others_now()

    def _others_now(self) -> dict[str, int]:
        others = [name for name in self._disk.names() if name.startswith(segment.PREFIX)]
        return {name: self._disk.size(name) for name in others if name != self._name}

    def _look(self) -> Iterator[dict]:
        """Look at all segments, whatever their names are: yield what is new, and stand behind the newest
        record of all.
        """
        newest_seq, stand = 0, None
        for name, at, compact, next_offset in self._intact():
            seq = self._known_seq(compact)
            if not seq and self._forgets(compact):
                return
            if not seq:
                payload = self._enter(compact)
                seq = payload["seq"]
                yield payload
            if seq > newest_seq:
                newest_seq, stand = seq, (name, at, next_offset)
        if newest_seq < self._seq:
            self._gone = "record %d is no longer there" % self._seq
        self._name, self._offset, self._seq = None, 0, newest_seq
        if stand:
            self._stand(*stand)
        self._others = self._others_now()

    def whole(self) -> set[int]:
        """Return the numbers of the records that were read and lie on the disk."""
        return {self._known_seq(compact) for _name, _at, compact, _next_offset in self._intact()}

    def _intact(self) -> Iterator[tuple[str, int, str, int]]:
        """Yield where each record lies that is intact, it, and where it ends."""
        for name in sorted(self._disk.names()):
            if name.startswith(segment.PREFIX):
                for at, compact, _what, next_offset in segment.stream(self._disk, name):
                    if compact is not None:
                        yield name, at, compact, next_offset

    def _known_seq(self, compact: str) -> int:
        """Return the number of a record that was read before, 0 for another one."""
        return self._seqs.get(compact, 0)

    def _told_seq(self) -> int:
        """Return the newest number of which anything on the disk tells: a record, a copy, a checkpoint."""
        told = [*self.whole(), *(seq for seq, _span in announced.copies(self._disk))]
        for name in (*checkpoint.SLOTS, checkpoint.MILESTONE):
            found = checkpoint.read(self._disk.read(name))
            if found:
                told.append(found[1]["summary"]["next_seq"] - 1)
        return max(told, default=0)

    def _ended_seq(self, ends: dict[int, bytes]) -> int:
        """Return the newest number of those whose line's end is left, whatever became of its beginning."""
        names = [name for name in self._disk.names() if name.startswith(segment.PREFIX)]
        lines = [line for name in names for line in self._disk.read(name).splitlines(True)]
        left = {line[-LEFT - 1 : -1] for line in lines if line.endswith(b"\n")}
        return max([seq for seq, end in ends.items() if end in left], default=0)

    def _forgets(self, compact: str) -> bool:
        """Return whether a record has the number of one of which nothing told, and note it."""
        if self._untold and not self.has_forgotten:
            self.has_forgotten = segment.seq_of(compact) in self._untold
        return self.has_forgotten

    def _enter(self, compact: str) -> dict:
        payload = self.books.enter(compact)
        self.hashes[payload["seq"]] = chain.hash(compact)
        self._seq = self._seqs[compact] = payload["seq"]
        if payload["kind"] == "session.started":
            self.opened = payload
        elif payload["kind"] == "session.ended":
            self.opened, self.ended = None, payload
        return payload
