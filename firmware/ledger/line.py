"""Writes a record as a line in pieces, of which none is long.

It does not know what the record says, who signs it, or where the line goes. A small board's heap falls to
pieces in time, and then has no room for a whole record in one of them; for its pieces it has, until they
lie in storage.
"""

import binascii
import hashlib

from firmware.crypto import canonical, jose

# Whole groups of base64url.
PIECE_BYTES = 288

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Line:
    """The line of one record, as `firmware.ledger.segment` has it: it has a length, and yields its pieces as
    often as it is asked.
    """

    __slots__ = ("_checksum", "_pieces", "_record", "_signed", "size")

    def __init__(self, header: bytes, payload: "dict[str, Any]") -> None:
        """Take a header in base64url with its dot. Raises CryptoError for what is no JSON."""
        self._signed, self._record = hashlib.sha256(), hashlib.sha256()
        self._checksum = 0
        # Of the record, without checksum and newline.
        self.size = 0
        self._pieces: "list[bytes]" = []
        self._add(header)
        rest = b""
        for piece in canonical.pieces(payload):
            rest += piece
            while len(rest) >= PIECE_BYTES:
                self._add(jose.b64url_bytes(rest[:PIECE_BYTES]))
                rest = rest[PIECE_BYTES:]
        self._add(jose.b64url_bytes(rest))
        for piece in self._pieces:
            self._signed.update(piece)

    def _add(self, piece: bytes) -> None:
        self._record.update(piece)
        self._checksum = binascii.crc32(piece, self._checksum)
        self.size += len(piece)
        self._pieces.append(piece)

    def digest(self) -> bytes:
        """Return the SHA-256 of the signing input (RFC 7515, 5.1), once."""
        return self._signed.digest()

    def sign(self, signature: bytes) -> str:
        """Put the signature (r and s) to it, and return the hash that the next record carries as `prev`."""
        self._add(b"." + jose.b64url_bytes(signature))
        return jose.b64url(self._record.digest())

    def __len__(self) -> int:
        return self.size + 10

    def __iter__(self) -> "Iterator[bytes]":
        return iter([b"%08x " % self._checksum] + self._pieces + [b"\n"])
