"""A small back office for the simulation: verifies the chain, stores once, answers `next_seq`, and counts.

It does not know TLS, databases and people; the real one is tools/backoffice, and both use the firmware's own
chain.
"""

from firmware.crypto import canonical
from firmware.errors import LedgerError
from firmware.ledger.chain import Chain

REMEMBERED = 256


class Office:
    """The records of one terminal, known by its key: `verify(signing_input, signature) -> bool`."""

    def __init__(self, terminal: str, first_prev: str, verify, keep=None):
        """Take the enrolled terminal; `keep(compact)` is called for each record that is stored."""
        self._path = "/api/terminals/%s/records" % terminal
        self._chain = Chain(terminal, first_prev, verify)
        self._keep = keep
        self._newest: "list[str]" = []
        self.stored = 0
        self.duplicates = 0

    def next_seq(self) -> int:
        """Return the sequence number that is stored next."""
        return self._chain.next_seq

    def answer(self, request: bytes) -> bytes:
        """Return the HTTP response to one whole HTTP request."""
        head, body = request.split(b"\r\n\r\n", 1)
        words = head.split(b"\r\n", 1)[0].decode().split(" ")
        if words[0] != "POST" or words[1] != self._path:
            return _response("404 Not Found", {"reason": "no such terminal"})
        return self._records([line for line in body.decode().split("\n") if line])

    def _records(self, lines):
        for number, compact in enumerate(lines, 1):
            if compact in self._newest:
                self.duplicates += 1
                continue
            try:
                payload = self._chain.check(compact)
            except LedgerError as error:
                told = {"next_seq": self.next_seq(), "line": number, "reason": str(error)}
                return _response("422 Unprocessable Content", told)
            self._store(payload, compact)
        return _response("200 OK", {"next_seq": self.next_seq()})

    def _store(self, payload, compact):
        self.stored += 1
        self._newest.append(compact)
        if len(self._newest) > REMEMBERED:
            self._newest.pop(0)
        if self._keep:
            self._keep(compact)


def is_whole(request: bytes) -> bool:
    """Return whether an HTTP request has arrived with its whole body."""
    end = request.find(b"\r\n\r\n")
    if end < 0:
        return False
    for line in request[:end].decode().lower().split("\r\n"):
        if line.startswith("content-length:"):
            return len(request) >= end + 4 + int(line.split(":")[1])
    return True


def _response(status, document):
    body = canonical.encode(document)
    head = "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
    return head.encode() + body
