"""Writes records: payload, signature, journal, in this order; what it returns is durable.

It does not know when a record is due. The office's acknowledgement passes through here, since it moves the
same checkpoint.
"""

from ..crypto import canonical, jose
from ..errors import LedgerError, StorageRefused
from ..ledger import chain, summary
from ..ledger.line import Line
from ..pricing import calendar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hal.ports import Clock, Signer

    from ..ledger.journal import Journal

    Document = dict[str, Any]


class Recorder:
    """The terminal's pen: one endless sequence of signed records."""

    def __init__(
        self, terminal: str, clock: "Clock", signer: "Signer", journal: "Journal", known: "Document"
    ) -> None:
        self.terminal = terminal
        self._clock = clock
        self.journal = journal
        # What storage refused: kind, members, and the moment at which it happened.
        self._unwritten: "list[tuple[str, Document, Document]]" = []
        self.use(signer)
        self.known = known
        # The first record since the start that knows no time and that no other has given one yet, 0: none.
        self._unset_seq = 0
        # Of the newest record; a receipt's short code is made of it.
        self.signature = b""
        # Why storage refused a record last.
        self.why = ""
        self.on_record: "Callable[[], None] | None" = None

    def use(self, signer: "Signer") -> None:
        """Sign with this key from now on; firmware.terminal.rotation says when that may change."""
        public = signer.public_key()
        self._signer = signer
        self.key = jose.jwk(public)
        header = {"alg": "ES256", "kid": jose.thumbprint(public), "typ": chain.RECORD_TYPE}
        self._header = jose.b64url_bytes(canonical.encode(header)) + b"."

    async def record(self, kind: str, members: "Document") -> "Document":
        """Write a record and return its payload.

        Raises StorageRefused when storage does not take it; then nothing has changed.
        """
        await self.settle()
        return await self.write(kind, members, self.moment())

    def is_due(self) -> bool:
        """Return whether a record waits for storage, or records for the time of their clock."""
        return bool(self._unwritten or self._unset_seq)

    async def flush(self) -> bool:
        """Write what is due: what storage refused before, as far as it takes it now, and a time learned;
        return whether it took all.
        """
        try:
            await self.settle()
        except StorageRefused:
            return False
        return True

    async def settle(self, moment: "Document | None" = None) -> None:
        """Write all that is due before the next record, or before one of a moment. Raises StorageRefused."""
        while self._unwritten:
            # One that was kept when the time was known already comes after what teaches it to those before.
            await self._learn(self._unwritten[0][2])
            await self.write(*self._unwritten[0])
            self._unwritten.pop(0)
        if self._unset_seq:
            # Not later than what comes next, or that would seem of a clock that was set back.
            await self._learn(moment or self.moment())

    async def _learn(self, moment: "Document") -> None:
        """Give records that know no time a true one, once a moment has it: ticks count since one start."""
        if self._unset_seq and moment["at"] is not None:
            await self.write("clock.learned", {"since_seq": self._unset_seq}, moment)
            self._unset_seq = 0

    async def record_when_possible(self, kind: str, members: "Document") -> bool:
        """Write a record, or keep it with its moment to be written before the next one; return whether it is
        durable already.
        """
        moment = self.moment()
        try:
            await self.settle(moment)
            await self.write(kind, members, moment)
        except StorageRefused as error:
            self.why = str(error)
            # In memory only while storage takes nothing.
            from . import backlog

            backlog.keep(self._unwritten, kind, members, moment)
            return False
        return True

    async def sign(self, digest: bytes) -> bytes:
        """Return r and s over a SHA-256 digest.

        Raises StorageRefused when the key's chip does not answer: without a signature there is no record.
        """
        try:
            return await self._signer.sign(digest)
        except OSError as error:
            raise StorageRefused("the key does not sign: %s" % error)

    def number(self) -> str:
        """Return the number of the session that begins next, or of the open one: receipts are numbered
        without a gap.
        """
        return "%s-%06d" % (self.terminal, self.known["receipts"] + 1)

    def moment(self) -> "Document":
        """Return the time as a record carries it."""
        utc_s = self._clock.utc_s()
        return {
            "at": None if utc_s is None else calendar.format_utc(utc_s),
            "clock": self._clock.status(),
            "ticks_ms": self._clock.ticks_ms(),
        }

    async def write(self, kind: str, members: "Document", moment: "Document") -> "Document":
        """Write a record of a moment at once, whatever else is due. Raises StorageRefused."""
        payload = dict(members)
        payload.update(moment)
        payload["kind"] = kind
        payload["terminal"] = self.terminal
        payload["seq"] = self.known["next_seq"]
        payload["prev"] = self.known["prev"]
        before = self.known.get("at")
        if payload["at"] is not None and before is not None and payload["at"] < before:
            payload[summary.SET_BACK] = before
        line = Line(self._header, payload)
        self.signature = await self.sign(line.digest())
        record_hash = line.sign(self.signature)
        if line.size > jose.MAX_COMPACT_BYTES:
            raise LedgerError("a record of %d bytes, more than anyone reads; this is a bug" % line.size)
        try:
            self.journal.append_line(payload["seq"], line)
        except OSError as error:
            raise StorageRefused("storage does not take a record: %s" % error)
        self.known = summary.fold(self.known, payload["seq"], payload, record_hash)
        if payload["at"] is None and not self._unset_seq:
            self._unset_seq = payload["seq"]
        if self.on_record:
            self.on_record()
        return payload


def first_prev(signer: "Signer") -> str:
    """Return what the first record's `prev` holds: the key's thumbprint."""
    return jose.thumbprint(signer.public_key())
