"""Writes a record as a line in pieces, of which none is long and none is kept.

It does not know what the record says, who signs it, or where the line goes. A small board's heap falls to
pieces in time, and then has no room for a whole record in one of them.
"""

import binascii
import hashlib

from firmware.crypto import canonical, jose

# Whole groups of base64url.
PIECE_BYTES = 192

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Line:
    """The line of one record, as `firmware.ledger.segment` has it: it has a length, and yields its pieces as
    often as it is asked.
    """

    __slots__ = ("_checksum", "_header", "_payload", "_record", "_signature", "_signed", "size")

    def __init__(self, header: bytes, payload: "dict[str, Any]") -> None:
        """Take a header in base64url with its dot. Raises CryptoError for what is no JSON."""
        self._header = header
        self._payload = payload
        self._signature = b""
        self._signed, self._record = hashlib.sha256(), hashlib.sha256()
        self._checksum = 0
        # Of the record, without checksum and newline.
        self.size = 0
        for piece in self._signing_input():
            self._signed.update(piece)
            self._add(piece)

    def _add(self, piece: bytes) -> None:
        self._record.update(piece)
        self._checksum = binascii.crc32(piece, self._checksum)
        self.size += len(piece)

    def _signing_input(self) -> "Iterator[bytes]":
        yield self._header
        rest = b""
        for piece in canonical.pieces(self._payload):
            rest += piece
            while len(rest) >= PIECE_BYTES:
                yield jose.b64url_bytes(rest[:PIECE_BYTES])
                rest = rest[PIECE_BYTES:]
        yield jose.b64url_bytes(rest)

    def digest(self) -> bytes:
        """Return the SHA-256 of the signing input (RFC 7515, 5.1), once."""
        return self._signed.digest()

    def sign(self, signature: bytes) -> str:
        """Put the signature (r and s) to it, and return the hash that the next record carries as `prev`."""
        self._signature = b"." + jose.b64url_bytes(signature)
        self._add(self._signature)
        return jose.b64url(self._record.digest())

    def __len__(self) -> int:
        return self.size + 10

    def __iter__(self) -> "Iterator[bytes]":
        yield b"%08x " % self._checksum
        yield from self._signing_input()
        yield self._signature
        yield b"\n"
