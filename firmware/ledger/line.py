"""Builds the line of a record in memory that is there from the start, one record after another.

It does not know what the record says, who signs it, or where the line goes. A small board's heap falls to
pieces in time, and then has no room for a whole record in one of them.
"""

import binascii

from firmware.crypto import canonical, jose
from firmware.errors import LedgerError
from firmware.ledger import segment

# Room for the line of a session of many prices; a longer record is built in memory of its own.
ROOM_BYTES = 3584

# Before the record stand its checksum and a blank.
_RECORD = segment.CHECKSUM_CHARACTERS + 1
_SIGNATURE_CHARACTERS = 86

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Line:
    """One line of `firmware.ledger.segment`; what it hands out is good until the next one is begun."""

    def __init__(self, header: "dict[str, str]", room_bytes: int = ROOM_BYTES) -> None:
        """Take the header that all records have."""
        self._header = jose.b64url(canonical.encode(header)).encode() + b"."
        self._room = bytearray(room_bytes)
        self._buffer = self._room
        self._end = 0
        self._begun: "memoryview | None" = None

    def begin(self, payload: "dict[str, Any]") -> memoryview:
        """Return the signing input of a record (RFC 7515, 5.1). Raises CryptoError for what is no JSON."""
        self._buffer = self._room
        while not self._write(payload):
            self._buffer = bytearray(2 * len(self._buffer))
        self._begun = memoryview(self._buffer)[_RECORD : self._end]
        return self._begun

    def _write(self, payload: "dict[str, Any]") -> bool:
        """Write header and payload into the buffer; return whether there was room.

        The payload is first written plain, a quarter of the room behind its place: as base64url grows by a
        third, it never overtakes what is still to be read.
        """
        buffer = self._buffer
        start = _RECORD + len(self._header)
        last = len(buffer) - _SIGNATURE_CHARACTERS - 2
        begin = end = start + (last - start + 3) // 4 + 1
        for piece in canonical.pieces(payload):
            size = len(piece)
            if end + size > last:
                return False
            buffer[end : end + size] = piece
            end += size
        buffer[_RECORD:start] = self._header
        plain = memoryview(buffer)
        while begin < end:
            following = min(begin + jose.PIECE_BYTES, end)
            text = jose.b64url_bytes(plain[begin:following])
            buffer[start : start + len(text)] = text
            begin, start = following, start + len(text)
        self._end = start
        return True

    def sign(self, signing_input: memoryview, signature: bytes) -> memoryview:
        """Put the signature (r and s) to the record that was begun, and return it in compact form.

        Raises LedgerError when another one was begun meanwhile.
        """
        if signing_input is not self._begun:
            raise LedgerError("a record was begun before the last one was signed; this is a bug")
        self._begun = None
        text = jose.b64url_bytes(signature)
        end = self._end + 1 + len(text)
        self._buffer[self._end : end + 1] = b".%s\n" % text
        self._end = end
        record = memoryview(self._buffer)[_RECORD:end]
        self._buffer[:_RECORD] = b"%08x " % binascii.crc32(record)
        return record

    def whole(self) -> memoryview:
        """Return the line of the signed record, with checksum and newline."""
        return memoryview(self._buffer)[: self._end + 1]
