"""Writes a record as the pieces of its line, of which none is long.

It does not know what the record says, who signs it, or where the line goes. A small board's heap falls to
pieces in time, and then has no room for a whole record in one of them.
"""

import binascii
import hashlib

from firmware.crypto import canonical, jose

PIECE_BYTES = 96

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Line:
    """The line of one record, as `firmware.ledger.segment` has it."""

    __slots__ = ("pieces", "size")

    def __init__(self, header: bytes, payload: "dict[str, Any]") -> None:
        """Begin with a header in base64url and its dot. Raises CryptoError for what is no JSON."""
        # The first is for the checksum.
        self.pieces = [b""]
        # Of the record: without checksum and newline.
        self.size = 0
        self._add(header)
        rest = b""
        for piece in canonical.pieces(payload):
            rest += piece
            while len(rest) >= PIECE_BYTES:
                self._add(jose.b64url_bytes(rest[:PIECE_BYTES]))
                rest = rest[PIECE_BYTES:]
        self._add(jose.b64url_bytes(rest))

    def _add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size += len(piece)

    def digest(self) -> bytes:
        """Return the SHA-256 of what there is: unsigned, that is the signing input (RFC 7515, 5.1)."""
        hashed = hashlib.sha256()
        for piece in self.pieces:
            hashed.update(piece)
        return hashed.digest()

    def sign(self, signature: bytes) -> str:
        """Put the signature (r and s) to it, and return the hash that the next record carries as `prev`."""
        self._add(b"." + jose.b64url_bytes(signature))
        record_hash = jose.b64url(self.digest())
        checksum = 0
        for piece in self.pieces:
            checksum = binascii.crc32(piece, checksum)
        self.pieces[0] = b"%08x " % checksum
        self.pieces.append(b"\n")
        return record_hash
