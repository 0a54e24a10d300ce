"""A small back office for the simulation: verifies the chain, stores once, answers `next_seq`, and counts.

It does not know TLS, databases and people; the real one is tools/backoffice, and both use the firmware's own
chain.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import chain

# So many of the newest records are known again, each by the first bytes of its hash: more than a batch holds.
REMEMBERED = 128
MARK_BYTES = 4
# For a session of many prices; a longer record makes it longer.
ROOM_BYTES = 3584
SIGNATURE_CHARACTERS = 86


class Office:
    """The records of one terminal, known by its key: `verify(signing_input, signature) -> bool`."""

    def __init__(self, terminal: str, first_prev: str, verify, decode=canonical.decode):
        """Take the enrolled terminal; `decode` reads a record's payload, strictly."""
        self._path = "/api/terminals/%s/records" % terminal
        self._chain = chain.Chain(terminal, first_prev, verify, decode=decode)
        self._verify = verify
        self._decode = decode
        header = {"alg": "ES256", "kid": first_prev, "typ": chain.RECORD_TYPE}
        self._header = jose.b64url_bytes(canonical.encode(header)) + b"."
        # The line on its way: a small heap has no room for another one each time.
        self._room = bytearray(ROOM_BYTES)
        self._size = 0
        self._newest = bytearray(MARK_BYTES * REMEMBERED)
        self._lines = 0
        self._refusal: "tuple[str, dict] | None" = None
        self._is_later = False
        self.stored = 0
        self.duplicates = 0
        # What the newest record of a dead task says; empty while none died.
        self.died = ""

    def next_seq(self) -> int:
        """Return the sequence number that is stored next."""
        return self._chain.next_seq

    def backup(self) -> tuple:
        """Return what `restore` takes."""
        return self._chain.next_seq, self._chain.prev, bytes(self._newest), self.stored

    def restore(self, backup: tuple) -> None:
        """Lose everything that came after a backup."""
        self._chain.next_seq, self._chain.prev, newest, self.stored = backup
        self._newest = bytearray(newest)

    def begin(self, head: bytes) -> None:
        """Take the head of a request; its body follows line by line, for no small heap holds it whole."""
        words = head[: head.find(b"\r\n")].decode().split(" ")
        is_known = words[0] == "POST" and words[1] == self._path
        self._lines = self._size = 0
        self._refusal = None if is_known else ("404 Not Found", {"reason": "no such terminal"})

    def piece(self, content: bytes) -> None:
        """Take a piece of the line that is on its way."""
        end = self._size + len(content)
        if end > len(self._room):
            self._room = self._room + bytes(end)
        self._room[self._size : end] = content
        self._size = end

    def line(self) -> None:
        """Take the line as a record, unless one before it was refused."""
        size, self._size = self._size, 0
        if self._refusal:
            return
        self._lines += 1
        problem = self._take(size)
        if problem and self._is_later:
            self._refusal = "409 Conflict", {"next_seq": self.next_seq(), "reason": problem}
        elif problem:
            told = {"next_seq": self.next_seq(), "line": self._lines, "reason": problem}
            self._refusal = "422 Unprocessable Content", told

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return the HTTP response to one whole HTTP request."""
        self.begin(head)
        for line in body.split(b"\n")[:-1]:
            self.piece(line)
            self.line()
        return self.end()

    def end(self) -> bytes:
        """Return the HTTP response to the request."""
        if self._refusal:
            return _response(*self._refusal)
        return _response("200 OK", {"next_seq": self.next_seq()})

    def _take(self, size):
        """Store a record unless it is known, and return what is wrong with it."""
        self._is_later = False
        record = memoryview(self._room)[:size]
        mark = hashlib.sha256(record).digest()[:MARK_BYTES]
        if mark in self._newest:
            self.duplicates += 1
            return None
        record_hash = chain.hash(record)
        try:
            payload = self._chain.follow(self._payload(size), record_hash)
        except CryptoError as error:
            return "no record: %s" % error
        except LedgerError as error:
            return str(error)
        place = MARK_BYTES * (self.stored % REMEMBERED)
        self._newest[place : place + MARK_BYTES] = mark
        self.stored += 1
        if payload["kind"] == "fault" and payload["fault"].startswith("task:"):
            self.died = payload["what"]
        return None

    def _payload(self, size):
        """Return the payload of the record in the room, which is decoded where it lies."""
        room, end = self._room, size - SIGNATURE_CHARACTERS - 1
        at = len(self._header)
        if bytes(room[:at]) != self._header or end < at or room[end] != 0x2E:
            raise LedgerError("no record under this terminal's key")
        signature = jose.unb64url(bytes(room[end + 1 : size]))
        is_signed = self._verify(memoryview(room)[:end], signature)
        decoded = 0
        while at < end:
            piece = jose.unb64url(bytes(room[at : min(at + jose.PIECE_CHARACTERS, end)]))
            room[decoded : decoded + len(piece)] = piece
            at, decoded = at + jose.PIECE_CHARACTERS, decoded + len(piece)
        payload = self._decode(memoryview(room)[:decoded])
        self._is_later = payload["seq"] > self.next_seq()
        if not is_signed:
            raise LedgerError("a record whose signature does not hold")
        return payload


def body_size(head: bytes) -> int:
    """Return how long a request's body is, as its head says."""
    for line in head.decode().lower().split("\r\n"):
        if line.startswith("content-length:"):
            return int(line.split(":")[1])
    return 0


def _response(status, document):
    body = canonical.encode(document)
    head = "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    return head.encode() + body
