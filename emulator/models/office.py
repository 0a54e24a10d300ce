"""A small back office for the simulation: verifies the chain, stores once, answers `next_seq`, and counts.

It does not know TLS, databases and people; the real one is tools/backoffice, and both use the firmware's own
chain.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from emulator.models.ahead import Ahead

# So many of the newest records are known again, each by the first bytes of its hash: more than a batch holds.
REMEMBERED = 128
MARK_BYTES = 4
# For a session of many prices; a longer record makes it longer.
ROOM_BYTES = 3584
SIGNATURE_CHARACTERS = 86


class Office:
    """The records of one terminal, known by its key: `verify(signing_input, signature) -> bool`."""

    def __init__(self, terminal: str, first_prev: str, verify, decode=canonical.decode, verifier=None):
        """Take the enrolled terminal; `decode` reads a record's payload, strictly, and by `verifier(public)`
        the office follows a change of keys.
        """
        self._path = "/api/terminals/%s/records" % terminal
        self._chain = chain.Chain(terminal, first_prev, verify, decode=decode, verifier=verifier)
        self._decode = decode
        self._verifier = verifier
        self._use(verify)
        # The line on its way: a small heap has no room for another one each time.
        self._room = bytearray(ROOM_BYTES)
        self._size = 0
        self._newest = bytearray(MARK_BYTES * REMEMBERED)
        self._lines = 0
        # How many lines of the request brought nothing but what is known, or announced a key.
        self._came = 0
        # Keys that were announced ahead of their turn; None: none in this request.
        self._ahead: "Ahead | None" = None
        self._refusal: "tuple[str, dict] | None" = None
        self._is_later = False
        self.stored = 0
        self.duplicates = 0
        # How many numbers it does without, because the terminal signed that it lost them; what it was shown
        # for that ahead of its turn, as {seq: hash}; and the place before a gap whose end has not come yet.
        self.skipped = 0
        self._shown: "dict[int, str]" = {}
        self._before: "tuple[int, str] | None" = None
        # What the newest record of a dead task says; empty while none died.
        self.died = ""

    def _use(self, verify):
        """Take records under the key that the chain has reached, and no others."""
        self.verify = verify
        self._header = header(self._chain.key)

    def next_seq(self) -> int:
        """Return the sequence number that is stored next."""
        return self._chain.next_seq

    def public_key(self) -> "bytes | None":
        """Return the key to which the records here lead, None where it is still the first."""
        return self._chain.public

    def backup(self) -> tuple:
        """Return what `restore` takes."""
        return (
            self._chain.next_seq,
            self._chain.prev,
            bytes(self._newest),
            self.stored,
            self.skipped,
            dict(self._shown),
            (self._chain.key, self._chain.public, self.verify),
        )

    def restore(self, backup: tuple) -> None:
        """Lose everything that came after a backup."""
        self._chain.next_seq, self._chain.prev, newest, self.stored, self.skipped, shown, key = backup
        self._newest, self._shown = bytearray(newest), dict(shown)
        self._chain.key, self._chain.public = key[:2]
        self._use(key[2])

    def begin(self, head: bytes) -> None:
        """Take the head of a request; its body follows line by line, for no small heap holds it whole."""
        words = head[: head.find(b"\r\n")].decode().split(" ")
        is_known = words[0] == "POST" and words[1] == self._path
        self._lines = self._size = self._came = 0
        self._ahead = None
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
        if self._before:
            # Nothing followed that holds: the gap stays.
            (self._chain.next_seq, self._chain.prev), self._before = self._before, None
            if self._refusal:
                self._refusal[1]["next_seq"] = self.next_seq()
            else:
                told = {
                    "next_seq": self.next_seq(),
                    "reason": "the record after the damaged ones has to follow",
                }
                self._refusal = "409 Conflict", told
        elif self._ahead and self._came == self._lines and not self._refusal:
            told = {"next_seq": self.next_seq(), "reason": "what the new key signed has to follow"}
            self._refusal = "409 Conflict", told
        if self._refusal:
            return response(*self._refusal)
        return response("200 OK", {"next_seq": self.next_seq()})

    def _take(self, size):
        """Store a record unless it is known, and return what is wrong with it."""
        self._is_later = False
        record = memoryview(self._room)[:size]
        mark = hashlib.sha256(record).digest()[:MARK_BYTES]
        if mark in self._newest:
            self.duplicates += 1
            self._came += 1
            return None
        record_hash = chain.hash(record)
        payload = None
        try:
            payload = self._payload(size)
            self._keep_promise(payload, record_hash)
            self._chain.follow(payload, record_hash)
        except CryptoError as error:
            return "no record: %s" % error
        except LedgerError as error:
            if payload is None or not self._takes_early(payload, record_hash):
                return str(error)
            if self._is_later:
                self._is_later = False
                return None
        if self._before:
            self.skipped += payload["seq"] - self._before[0]
            self._before = None
        place = MARK_BYTES * (self.stored % REMEMBERED)
        self._newest[place : place + MARK_BYTES] = mark
        self.stored += 1
        if payload["kind"] == chain.KEY_ROTATED:
            self._came += 1
            self._use(self._verifier(self._chain.public))
        if payload["kind"] == "fault" and payload["fault"].startswith("task:"):
            self.died = payload["what"]
        return None

    def _keep_promise(self, payload, record_hash):
        """Refuse another record in the place of one that was shown before."""
        seq = payload["seq"]
        if seq == self.next_seq() and self._shown.get(seq, record_hash) != record_hash:
            raise LedgerError("seq %d was shown with other bytes: the ledger was signed twice here" % seq)

    def _is_first(self):
        """Return whether nothing came yet but what is known, and announcements in or ahead of their turn."""
        return self._lines == self._came + 1

    def _takes_early(self, payload, record_hash):
        """Return whether a record out of its turn has a meaning: one that names others, or a key to come."""
        if payload["kind"] == "ledger.damaged":
            return self._skips(payload, record_hash)
        if payload["kind"] != chain.KEY_ROTATED or not (self._is_later and self._is_first()):
            return False
        if self._verifier is None or payload["terminal"] != self._chain.terminal:
            return False
        # In memory only where a key was announced before its turn.
        from emulator.models.ahead import Ahead

        if self._ahead is None:
            self._ahead = Ahead(self._chain.key, self._verifier)
        if self._ahead.hear(payload):
            self._came += 1
            return True
        return False

    def _skips(self, payload, record_hash):
        """Go on behind records that the terminal lost, where this one names them; return whether it does."""
        # In memory only where something was damaged.
        from firmware.ledger import damage

        named, next_seq = damage.span(payload), self.next_seq()
        if named is None or payload["terminal"] != self._chain.terminal:
            return False
        if self._is_later:
            if not self._is_first() or not named[0] <= next_seq <= named[1]:
                # It was shown before, and the answer was lost.
                return self._is_first() and self._shown.get(payload["seq"]) == record_hash
            self._before = next_seq, self._chain.prev
            self._shown[payload["seq"]] = record_hash
            self._chain.next_seq, self._chain.prev = named[1] + 1, named[2]
            return True
        # It lost the end of its ledger, which is here, and goes on from what it has.
        if (
            payload["seq"] != next_seq
            or named[1] != next_seq - 1
            or not self._is_mark(named[0], payload["prev"])
        ):
            return False
        self._chain.prev = payload["prev"]
        self._chain.follow(payload, record_hash)
        return True

    def _is_mark(self, seq, prev):
        """Return whether `prev` is the hash of the record before a number, as far as that is remembered."""
        back = self.next_seq() - seq
        place = MARK_BYTES * ((self.stored - 1 - back) % REMEMBERED)
        mark = self._newest[place : place + MARK_BYTES]
        return back < REMEMBERED and (seq == 1 or jose.unb64url(prev)[:MARK_BYTES] == bytes(mark))

    def _payload(self, size):
        """Return the payload of the record in the room, which is decoded where it lies."""
        room, end = self._room, size - SIGNATURE_CHARACTERS - 1
        at = len(self._header)
        begins = bytes(room[:at])
        verify = self.verify
        if begins != self._header:
            verify = self._ahead.verify(begins) if self._ahead else None
        if verify is None or end < at or room[end] != 0x2E:
            raise LedgerError("no record under this terminal's key")
        signature = jose.unb64url(bytes(room[end + 1 : size]))
        is_signed = verify(memoryview(room)[:end], signature)
        decoded = 0
        while at < end:
            piece = jose.unb64url(bytes(room[at : min(at + jose.PIECE_CHARACTERS, end)]))
            room[decoded : decoded + len(piece)] = piece
            at, decoded = at + jose.PIECE_CHARACTERS, decoded + len(piece)
        payload = self._decode(memoryview(room)[:decoded])
        self._is_later = payload["seq"] > self.next_seq()
        if not is_signed:
            raise LedgerError("a record whose signature does not hold")
        if verify is not self.verify and not self._is_later:
            raise LedgerError("a record under a key that does not sign yet")
        return payload


def header(key: str) -> bytes:
    """Return what every record under a key (its thumbprint) begins with."""
    told = {"alg": "ES256", "kid": key, "typ": chain.RECORD_TYPE}
    return jose.b64url_bytes(canonical.encode(told)) + b"."


def body_size(head: bytes) -> int:
    """Return how long a request's body is, as its head says."""
    for line in head.decode().lower().split("\r\n"):
        if line.startswith("content-length:"):
            return int(line.split(":")[1])
    return 0


def response(status: str, document: dict) -> bytes:
    """Return an HTTP response with a JSON body."""
    body = canonical.encode(document)
    head = "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    return head.encode() + body
