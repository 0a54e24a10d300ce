"""Checks a whole ledger: checksums, signatures, sequence and chain, going on after each problem.

It does not know keys (`verify` is handed in) and changes nothing.
"""

from firmware.crypto import jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import chain, checkpoint, damage, rotation, segment, spans

NOT_IN_PLACE = "a segment whose name is damaged, or that begins with another record; nobody reads it"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from firmware.ledger.chain import Verify


def check_ledger(
    storage: "Any",
    verify: "Verify | None",
    terminal: "str | None" = None,
    first_prev: "str | None" = None,
    verifier: "Callable[[bytes], Verify] | None" = None,
    first_seq: int = 1,
) -> "dict[str, Any]":
    """Return `{"holds", "records", "problems": [{"seq", "file", "offset", "what"}]}`.

    A problem that a later record of the kind `ledger.damaged` names has that one's number as `declared`, too.
    It stays a problem: what is lost is lost, but the terminal has said so under its signature.

    Without `verify` no signature is checked, without `terminal` all records need the first one's, without
    `first_prev` the first record's `prev` is taken as it is. `verifier(public)` returns how a key verifies:
    with it the records that change the key are followed. Of a part of a ledger `first_seq` is where it
    begins: what was before is not asked for. Damaged bytes between two records that follow each other are
    what an interrupted write left: nothing is missing, so only a line's end is a problem. Nor is a record
    missing of which there is a copy (firmware.ledger.announced).
    """
    audit = _Audit(verify, terminal, first_prev, verifier)
    audit.skip(first_seq)
    audit.blobs(storage)
    for name in audit.segments:
        audit.begin(name, storage)
        for offset, compact, what, following in segment.stream(storage, name):
            audit.end = name, following
            if compact is None:
                audit.damage(name, offset, what or "")
            else:
                audit.fill(segment.seq_of(compact))
                audit.record(name, offset, compact)
    audit.fill(None)
    audit.finish()
    return {"holds": not audit.problems, "records": audit.records, "problems": audit.problems}


class _Audit:
    def __init__(
        self,
        verify: "Verify | None",
        terminal: "str | None",
        first_prev: "str | None",
        verifier: "Callable[[bytes], Verify] | None",
    ) -> None:
        self.records = 0
        self.segments: "list[str]" = []
        # Where what was read last ends: segment and offset.
        self.end = "", 0
        self.problems: "list[dict[str, Any]]" = []
        self._verify = verify
        self._terminal = terminal
        self._prev = first_prev
        self._key = first_prev
        self._verifier = verifier
        self._next_seq = 1
        self._last = ""
        # How far it goes by the checkpoints: next number, `prev` of that record, and which one says so.
        self._known: "tuple[int, str | None, str]" = (1, None, "")
        self._damaged: "list[dict[str, Any]]" = []
        # Records that are missing, as (first, last, `prev` of the one after them, problem), and what the
        # terminal said of such, as (first, last, that `prev`, number of the record that says so).
        self._missing: "list[tuple[int, int, str | None, dict[str, Any]]]" = []
        self._declared: "list[tuple[int, int, str, int]]" = []
        # Number, offset and text of each copy of a record that is kept apart.
        self._copies: "list[tuple[int, int, str]]" = []

    def blobs(self, storage: "Any") -> None:
        """Name a checkpoint's slot that is damaged or gone, and what looks like a segment and is none.

        Where a checkpoint knows that the office has what is no longer kept, nothing is missing there.
        """
        self.segments = in_place(storage)
        for offset, compact, _, _ in segment.stream(storage, segment.COPIES):
            seq = segment.seq_of(compact) if compact else None
            if compact and seq:
                self._copies.append((seq, offset, compact))
        kept = self.segments[0] if self.segments else None
        intact, gone = [], []
        for slot in checkpoint.SLOTS + (checkpoint.MILESTONE,):
            content = storage.read(slot) if slot in storage.names() else b""
            found = checkpoint.read(content)
            if found:
                intact.append(found)
                self._hear(slot, found[1].get("summary") or {})
                if kept and segment.first_seq(kept) <= found[1].get("acknowledged", 0) + 1:
                    self.skip(segment.first_seq(kept))
            elif slot in storage.names():
                self.problems.append(_problem(None, slot, 0, "a damaged checkpoint; another one counts"))
            else:
                gone.append(slot)
        for slot in gone:
            if any(_implies(slot, generation, document) for generation, document in intact):
                self.problems.append(_problem(None, slot, 0, "a checkpoint that is gone; another one counts"))
        for name in storage.names():
            if name.startswith(segment.PREFIX) and name not in self.segments:
                self.problems.append(
                    _problem(None, name, 0, NOT_IN_PLACE + _name_of(storage, name, self.segments))
                )

    def _hear(self, slot: str, summary: "dict[str, Any]") -> None:
        if summary.get("next_seq", 1) > self._known[0]:
            self._known = summary["next_seq"], summary.get("prev"), slot

    def fill(self, seq: "int | None") -> None:
        """Check the copies of records that are missing before a number, None: before the end."""
        while self._copies and (seq is None or self._copies[0][0] <= seq):
            number, offset, compact = self._copies.pop(0)
            if number >= self._next_seq and number != seq:
                self.record(segment.COPIES, offset, compact)

    def skip(self, first_seq: int) -> None:
        """Ask for no record before one."""
        if first_seq > self._next_seq:
            self._next_seq, self._prev = first_seq, None

    def begin(self, name: str, storage: "Any") -> None:
        """Name a segment that holds nothing."""
        if not storage.read(name, 0, 1):
            self.damage(name, 0, "a segment without a byte")

    def damage(self, name: str, offset: int, what: str) -> None:
        """Keep damaged bytes in mind until it shows whether a record is lost; name a line's end at once."""
        kept = self.problems if what == segment.DAMAGED_END else self._damaged
        kept.append(_problem(self._next_seq, name, offset, what))

    def finish(self) -> None:
        """Name the damage after the last record, where nothing but a checkpoint tells whether it was one."""
        next_seq, prev, slot = self._known
        if next_seq > self._next_seq:
            self._name_damaged(next_seq - 1, prev)
            what = "records %d to %d are missing at the end; %s knows of them"
            what = what % (self._next_seq, next_seq - 1, slot)
            missing = _problem(self._next_seq, self.end[0] or slot, self.end[1], what)
            self.problems.append(missing)
            self._missing.append((self._next_seq, next_seq - 1, prev, missing))
        self._name_damaged()
        for first, last, prev, problem in self._missing:
            for told in self._declared:
                if told[0] <= first and last == told[1] and prev == told[2]:
                    problem["declared"] = told[3]
                    problem["what"] += "; record %d says so" % told[3]
                    break

    def _name_damaged(self, last_seq: int = 0, prev: "str | None" = None) -> None:
        """Name the damaged bytes; with the number of the last record that is missing there, and `prev` of the
        one after it.
        """
        if last_seq:
            self._missing.extend([(self._next_seq, last_seq, prev, problem) for problem in self._damaged])
        self.problems.extend(self._damaged)
        self._damaged = []

    def record(self, name: str, offset: int, compact: str) -> None:
        """Check one record against those before it."""
        if compact == self._last:
            # Written again because storage failed after the first time; the same bytes say the same.
            return
        self.records += 1
        try:
            payload = chain.payload_of(compact, self._verify)
        except LedgerError as error:
            payload = {"seq": segment.seq_of(compact)}
            self.problems.append(_problem(payload["seq"], name, offset, self._refused(compact, str(error))))
        else:
            self._members(name, offset, payload)
            self._signed(name, offset, payload, jose.kid(compact))
        seq = payload["seq"] if isinstance(payload.get("seq"), int) else self._next_seq
        self._next_seq = seq + 1
        self._prev = chain.hash(compact)
        self._last = compact

    def _refused(self, compact: str, what: str) -> str:
        """Add whose record it is where that explains why it does not hold."""
        try:
            kid = jose.kid(compact)
        except CryptoError:
            return what
        if self._verify is None or self._key in (None, kid):
            return what
        return "%s; it names the key %s…, and no record before it leads there from %s…" % (
            what,
            kid[:8],
            str(self._key)[:8],
        )

    def _signed(self, name: str, offset: int, payload: "dict[str, Any]", kid: str) -> None:
        """Hold the key that a verified record names against the ledger's, and take the one it announces."""
        if self._verifier is None or self._key is None:
            return
        if kid != self._key:
            what = "a record that names the key %s…, and was signed with %s…" % (kid[:8], self._key[:8])
            self.problems.append(_problem(payload.get("seq"), name, offset, what))
        if payload.get("kind") != chain.KEY_ROTATED:
            return
        try:
            public = rotation.successor(payload, self._key, self._verifier)
        except LedgerError as error:
            self.problems.append(_problem(payload.get("seq"), name, offset, str(error)))
            return
        self._key = jose.thumbprint(public)
        self._verify = self._verifier(public)

    def _members(self, name: str, offset: int, payload: "dict[str, Any]") -> None:
        seq, terminal, prev = payload.get("seq"), payload.get("terminal"), payload.get("prev")
        whats = []
        declared = damage.span(payload)
        if declared and isinstance(seq, int):
            self._declared.append(declared + (seq,))
        if not isinstance(seq, int) or seq is True:
            whats.append("a record without a sequence number")
        elif seq > self._next_seq:
            self._name_damaged(seq - 1, prev)
            missing = _problem(seq, name, offset, "records %d to %d are missing" % (self._next_seq, seq - 1))
            self.problems.append(missing)
            self._missing.append((self._next_seq, seq - 1, prev, missing))
        elif seq < self._next_seq:
            whats.append(
                "record %d where %d belongs: a number stands twice or out of order" % (seq, self._next_seq)
            )
        if self._terminal is None:
            self._terminal = terminal
        if terminal != self._terminal:
            whats.append("a record of terminal %r in the ledger of %r" % (terminal, self._terminal))
        # After a gap there is no hash to hold it against: the gap itself is the problem.
        if seq == self._next_seq and self._prev is not None and prev != self._prev:
            whats.append("prev is not the hash of the record before")
        if whats:
            self._name_damaged()
        self._damaged = []
        for what in whats:
            self.problems.append(_problem(seq, name, offset, what))


def _implies(slot: str, generation: int, document: "dict[str, Any]") -> bool:
    """Return whether there was another slot when a checkpoint of such a generation was written.

    They take turns from the first on; the copy is written when a session ends, but for a power cut just then.
    """
    if slot != checkpoint.MILESTONE:
        return generation > 1
    return bool((document.get("summary") or {}).get("receipts", 0) > 1)


def _name_of(storage: "Any", name: str, in_place: "list[str]") -> str:
    """Return in words which name a segment needs, by its first record, and whether it can have it."""
    seq, _ = spans.first(storage, name)
    if not seq:
        return ": no record in it is intact; move it away"
    own = segment.name(seq)
    told = ": it begins with record %d, as %s should; the terminal's next start names it so"
    if own in in_place:
        told = ": it begins with record %d, as %s does, which is in its place; move it away"
    return told % (seq, own)


def in_place(storage: "Any") -> "list[str]":
    """Return the names of the segments that are read, the oldest first."""
    found = []
    name = spans.oldest(storage)
    while name:
        found.append(name)
        name = spans.oldest(storage, name)
    return found


def _problem(seq: "int | None", name: str, offset: int, what: str) -> "dict[str, Any]":
    return {"seq": seq, "file": name, "offset": offset, "what": what}
