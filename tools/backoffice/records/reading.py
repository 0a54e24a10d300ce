"""Reads the lines of an upload against a terminal's ledger: what is new, what is known, what does not hold.

It does not know HTTP, and it stores nothing.
"""

from collections.abc import Callable
from typing import Any

from firmware.errors import LedgerError
from firmware.ledger import chain
from tools.backoffice.records.inspection import whole
from tools.backoffice.records.models import Terminal
from tools.backoffice.records.proof import decode, verifier

MAX_LINE_BYTES = 16 * 1024

# (seq of the first, how many) in, compact records as they are stored out.
Stored = Callable[[int, int], list[str]]


class Reading:
    """One upload, read line by line until its end or the first line that does not hold."""

    def __init__(self, terminal: Terminal, stored: Stored) -> None:
        self.accepted: list[tuple[str, dict[str, Any]]] = []
        self.duplicates = 0
        self.status = 200
        self.line = 0
        self.reason = ""
        # A record that was signed for a position where another one is stored: (seq, compact).
        self.fork: tuple[int, str] | None = None
        self._terminal = terminal
        self._stored = stored
        self._known: set[str] = set()
        self._verify = verifier(bytes(terminal.public_key or b""))
        self._chain = chain.Chain(
            terminal.pk, terminal.thumbprint, self._verify, terminal.next_seq, terminal.prev, decode
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
                return

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
        try:
            payload = self._chain.check(compact)
        except LedgerError as problem:
            self._judge(compact, str(problem), lines_left)
            return
        self.accepted.append((compact, payload))

    def _judge(self, compact: str, problem: str, lines_left: int) -> None:
        """Tell what a line is that does not continue the chain."""
        seq = self._signed_seq(compact)
        if seq is not None and seq < self.next_seq:
            self._known.update(self._stored(seq, lines_left), (line for line, _ in self.accepted))
            if self._known and compact in self._known:
                self.duplicates += 1
            else:
                self.fork = (seq, compact)
                self._end(422, f"seq {seq} is stored with other bytes: the ledger was signed twice here")
        elif seq is not None and seq > self.next_seq and self.line == 1:
            self._end(409, f"seq {seq} leaves a gap; go on from {self.next_seq}")
        else:
            self._end(422, problem)

    def _signed_seq(self, compact: str) -> int | None:
        """Return the position that a line claims, None unless the terminal signed it."""
        try:
            payload = chain.payload_of(compact, self._verify, decode)
        except LedgerError:
            return None
        if payload.get("terminal") != self._terminal.pk:
            return None
        seq: Any = payload.get("seq")
        return seq if whole(seq) and seq > 0 else None

    def _end(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
