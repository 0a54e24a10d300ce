"""Writes and reads a signature as ASN.1: a SEQUENCE of the INTEGERs r and s in DER (RFC 3279, 2.2.3; X.690).

It does not know what was signed, and not whether the signature holds.
"""

from firmware.errors import CryptoError


def signature(raw: bytes) -> bytes:
    """Return r and s (64 bytes) in DER."""
    content = _integer(raw[:32]) + _integer(raw[32:])
    return bytes((0x30, len(content))) + content


def _integer(content: bytes) -> bytes:
    content = content.lstrip(b"\0") or b"\0"
    if content[0] & 0x80:
        content = b"\0" + content
    return bytes((0x02, len(content))) + content


def raw_signature(content: bytes) -> bytes:
    """Return r and s (64 bytes) of a signature in DER; CryptoError for every other spelling of it."""
    raw = b""
    if len(content) >= 8:
        middle = 4 + content[3]
        r, s = content[4:middle].lstrip(b"\0"), content[middle + 2 :].lstrip(b"\0")
        if len(r) <= 32 and len(s) <= 32:
            raw = bytes(32 - len(r)) + r + bytes(32 - len(s)) + s
    # Written anew it has to be the same: so no second spelling of a signature gets through.
    if not raw or signature(raw) != content:
        raise CryptoError(
            "%d bytes that are no signature of 64 bytes in DER (RFC 3279, 2.2.3)" % len(content)
        )
    return raw
