"""Derives the secret number of a signature from key and digest (RFC 6979, 3.2): no randomness can fail.

It does not know the curve beyond the order of its group.
"""

import hashlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) over the parts in order; the key has at most 64 bytes."""
    inner = hashlib.sha256(_padded(key, 0x36))
    for part in parts:
        inner.update(part)
    outer = hashlib.sha256(_padded(key, 0x5C))
    outer.update(inner.digest())
    return outer.digest()


def _padded(key: bytes, byte: int) -> bytes:
    return bytes([octet ^ byte for octet in key]) + bytes((byte,)) * (64 - len(key))


def numbers(private: bytes, digest: bytes, order: int) -> "Iterator[int]":
    """Yield numbers in 1 … order - 1: first the k of the standard, then whatever else has to be secret."""
    reduced = (int.from_bytes(digest, "big") % order).to_bytes(32, "big")
    key, state = bytes(32), b"\1" * 32
    for separator in (b"\0", b"\1"):
        key = hmac_sha256(key, state, separator, private, reduced)
        state = hmac_sha256(key, state)
    while True:
        state = hmac_sha256(key, state)
        number = int.from_bytes(state, "big")
        if 0 < number < order:
            yield number
        key = hmac_sha256(key, state, b"\0")
        state = hmac_sha256(key, state)
