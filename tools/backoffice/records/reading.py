"""Reads the lines of an upload against a terminal's ledger: what is new, what is known, what does not hold.

It does not know HTTP, and it stores nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import chain, damage, rotation
from tools.backoffice.records.entry import Entry, entry_of
from tools.backoffice.records.inspection import whole
from tools.backoffice.records.models import Terminal, TerminalKey
from tools.backoffice.records.proof import decode, opener, verifier

MAX_LINE_BYTES = 16 * 1024

# (seq of the first, how many) in, compact records as they are stored out.
Stored = Callable[[int, int], list[str]]
# A number in, what was shown ahead of its turn for places from there on out: {seq: compact}.
Shown = Callable[[int], dict[int, str]]


class Announced(NamedTuple):
    """A key that a record announces: the record's number, the key (X and Y) and its thumbprint."""

    seq: int
    public_key: bytes
    thumbprint: str


class Reading:
    """One upload, read line by line until its end or the first line that does not hold."""

    def __init__(self, terminal: Terminal, now: datetime, stored: Stored, shown: Shown) -> None:
        # Of records that hold. Their payloads are not kept: those of a batch are a megabyte to walk over.
        self.accepted: list[Entry] = []
        self.duplicates = 0
        self.status = 200
        self.line = 0
        self.reason = ""
        # A record that was signed for a position where another one is stored: (seq, compact).
        self.fork: tuple[int, str] | None = None
        # Keys that took over, in order.
        self.announced: list[Announced] = []
        # The record by which the terminal names those that it lost, once the one after them has come too.
        self.damage: tuple[int, str] | None = None
        self._terminal = terminal
        self._now = now
        self._stored = stored
        self._shown = shown
        self._promises: dict[int, str] | None = None
        # What such a record promises to make good: its number and itself, and the place before the gap.
        self._proof: tuple[int, str] | None = None
        self._before: tuple[int, str] | None = None
        # Keys that were announced ahead of their turn, for it may be one of them that signed the promise.
        self._ahead: list[Announced] = []
        self._known: set[str] = set()
        # The first record that each key of the terminal signs, its thumbprint, the key. None: not read.
        self._register: list[tuple[int, str, bytes]] | None = None
        public_key = bytes(terminal.public_key or b"")
        self._opener = opener(terminal.thumbprint, public_key)
        self._chain = chain.Chain(
            terminal.pk,
            terminal.thumbprint,
            verifier(public_key),
            terminal.next_seq,
            terminal.prev,
            decode,
            self._newcomer,
        )

    def read(self, lines: list[bytes]) -> None:
        """Take the lines in order; `status`, `line` and `reason` say where and why it ended."""
        if not lines:
            self.line = 1
            self._end(422, "the body holds no record")
        for self.line, line in enumerate(lines, 1):
            if len(line) > MAX_LINE_BYTES:
                self._end(422, f"a line of {len(line)} bytes; at most {MAX_LINE_BYTES} are read")
            elif not line.isascii():
                self._end(422, "a line that is no compact JWS: it holds bytes beyond ASCII")
            else:
                self._take(line.decode(), len(lines) - self.line + 1)
            if self.status != 200:
                break
        if self._proof and self.status == 200:
            self._end(409, "the record after those that are damaged has to follow")
        if self._before:
            # Nothing followed that holds: the gap stays.
            self._chain.next_seq, self._chain.prev = self._before

    @property
    def next_seq(self) -> int:
        """Return the position after the last record that holds."""
        return self._chain.next_seq

    @property
    def prev(self) -> str:
        """Return what the record at that position carries as `prev`."""
        return self._chain.prev

    @property
    def speaks_for_terminal(self) -> bool:
        """Say whether a line came that only the terminal can have signed."""
        return bool(self.accepted or self.duplicates or self.fork or self.status == 409)

    def answer(self) -> dict[str, Any]:
        """Return what the terminal is told."""
        if self.status == 200:
            return {"next_seq": self.next_seq}
        if self.status == 409:
            return {"next_seq": self.next_seq, "reason": self.reason}
        return {"next_seq": self.next_seq, "line": self.line, "reason": self.reason}

    def _take(self, compact: str, lines_left: int) -> None:
        if self._known and compact in self._known:
            self.duplicates += 1
            return
        place = self._chain.next_seq, self._chain.prev
        try:
            payload = self._next(compact)
        except LedgerError as problem:
            self._judge(compact, str(problem), lines_left)
            return
        if self._promised(place[0]).get(place[0], compact) != compact:
            self._chain.next_seq, self._chain.prev = place
            self.fork = (place[0], compact)
            self._end(422, f"seq {place[0]} was shown with other bytes: the ledger was signed twice here")
            return
        self.accepted.append(entry_of(payload, compact, self._now))
        if payload.get("kind") == chain.KEY_ROTATED:
            key, public_key = self._chain.key, self._chain.public or b""
            self.announced.append(Announced(payload["seq"], public_key, key))
            self._opener = opener(key, public_key)
        if self._proof:
            self.damage, self._proof, self._before = self._proof, None, None

    def _next(self, compact: str) -> dict[str, Any]:
        """Return the payload of the next record, as the chain does: LedgerError if it is none."""
        came = self._opener.open(compact.encode())
        # Where that is in doubt the chain's own, strict reader tells, and what is wrong.
        return self._chain.follow(*came) if came else self._chain.check(compact)

    def _newcomer(self, public_key: bytes) -> Callable[[Any, bytes], bool]:
        """Return how a key verifies that is to take over; LedgerError where it was anybody's before."""
        thumbprint = jose.thumbprint(public_key)
        is_known = thumbprint in {key.thumbprint for key in self.announced}
        if is_known or TerminalKey.objects.filter(thumbprint=thumbprint).exists():
            raise LedgerError(f"a change of keys to {thumbprint}, which is in use or was before")
        return verifier(public_key)

    def _promised(self, seq: int) -> dict[int, str]:
        """Return what the terminal has shown ahead of its turn, which has to come when it is its turn."""
        if self._promises is None:
            self._promises = self._shown(seq)
        return self._promises

    def _judge(self, compact: str, problem: str, lines_left: int) -> None:
        """Tell what a line is that does not continue the chain."""
        payload = self._signed(compact)
        seq: Any = payload.get("seq")
        named = damage.span(payload)
        if seq is not None and seq < self.next_seq:
            self._known.update(self._stored(seq, lines_left), (entry.compact for entry in self.accepted))
            if self._known and compact in self._known:
                self.duplicates += 1
            else:
                self.fork = (seq, compact)
                self._end(422, f"seq {seq} is stored with other bytes: the ledger was signed twice here")
        elif named and self._is_first and named[0] <= self.next_seq <= named[1]:
            self._skip(named, seq, compact)
        elif named and seq == self.next_seq and self._goes_back(named, payload.get("prev")):
            # The terminal lost the end of its ledger, which is here, and goes on from what it has.
            self._chain.prev, self.damage = payload["prev"], (seq, compact)
            self._take(compact, lines_left)
        elif self._is_first and self._promised(self.next_seq).get(seq) == compact and lines_left > 1:
            # It was shown before, and the answer was lost.
            return
        elif self._is_first and payload.get("kind") == chain.KEY_ROTATED and lines_left > 1:
            self._look_ahead(payload, jose.kid(compact))
        elif seq is not None and seq > self.next_seq and self._is_first:
            self._end(409, f"seq {seq} leaves a gap; go on from {self.next_seq}")
        else:
            self._end(422, problem)

    @property
    def _is_first(self) -> bool:
        """Say whether nothing came yet but what is known, and announcements in or ahead of their turn."""
        came = self.duplicates + len(self._ahead) + len(self.announced)
        return len(self.accepted) == len(self.announced) and self.line == came + 1

    def _look_ahead(self, payload: dict[str, Any], key: str) -> None:
        """Hear of a key before its turn: records before that are lost may be named under it, and it has to
        be announced once more when it is its turn.
        """
        try:
            public_key = rotation.successor(payload, key, self._newcomer)
        except LedgerError as problem:
            self._end(422, str(problem))
            return
        self._ahead.append(Announced(payload["seq"], public_key, jose.thumbprint(public_key)))

    def _skip(self, named: tuple[int, int, str], seq: int, compact: str) -> None:
        """Go on behind records that the terminal lost: by what it signed, and if the next one follows."""
        self._before = self._chain.next_seq, self._chain.prev
        self._chain.next_seq, self._chain.prev = named[1] + 1, named[2]
        self._proof = (seq, compact)
        self._promised(self.next_seq)[seq] = compact

    def _goes_back(self, named: tuple[int, int, str], prev: object) -> bool:
        """Say whether a record names all from one that is known here on, and goes on from the one before."""
        return named[1] == self.next_seq - 1 and prev == self._hash_before(named[0])

    def _hash_before(self, seq: int) -> str | None:
        """Return what a record at a position had to carry as `prev`, None where that is not known."""
        if seq == 1:
            return self._first_prev()
        for entry in self.accepted:
            if entry.seq == seq - 1:
                return chain.hash(entry.compact)
        found = self._stored(seq - 1, 1)
        return chain.hash(found[0]) if found else None

    def _signed(self, compact: str) -> dict[str, Any]:
        """Return the payload of a line with its position, an empty one unless the key of that position
        signed it.
        """
        try:
            seq: Any = chain.payload_of(compact, None, decode).get("seq")
            key = self._key_at(jose.kid(compact), seq) if whole(seq) and seq > 0 else None
            if key is None:
                return {}
            payload = chain.payload_of(compact, verifier(key), decode)
        except LedgerError:
            return {}
        return payload if payload.get("terminal") == self._terminal.pk else {}

    def _keys(self) -> list[tuple[int, str, bytes]]:
        if self._register is None:
            kept = self._terminal.terminalkey_set.order_by("from_seq")
            self._register = [(key.from_seq, key.thumbprint, bytes(key.public_key)) for key in kept]
        return self._register

    def _first_prev(self) -> str:
        """Return the thumbprint of the terminal's first key, which its first record carries."""
        return self._keys()[0][1]

    def _key_at(self, thumbprint: str, seq: int) -> bytes | None:
        """Return the terminal's key of a thumbprint where it is the one that signs at a position."""
        heard = self.announced + [key for key in self._ahead if key not in self.announced]
        announced = [(key.seq + 1, key.thumbprint, key.public_key) for key in heard]
        found = None
        for from_seq, name, public_key in [*self._keys(), *announced]:
            if from_seq <= seq:
                found = public_key if name == thumbprint else None
        return found

    def _end(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
