"""Derives the secret number of a signature from key and digest (RFC 6979, 3.2): no randomness can fail.

It does not know the curve beyond the order of its group.
"""

import hashlib

# The bytes 36 and 5C of RFC 2104, 64 times each.
INNER_PAD = (1 << 512) // 255 * 0x36
OUTER_PAD = (1 << 512) // 255 * 0x5C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) over the parts in order; the key has at most 64 bytes."""
    # One long number is masked faster than 64 bytes.
    number = int.from_bytes(key + bytes(64 - len(key)), "big")
    inner = hashlib.sha256((number ^ INNER_PAD).to_bytes(64, "big"))
    for part in parts:
        inner.update(part)
    outer = hashlib.sha256((number ^ OUTER_PAD).to_bytes(64, "big"))
    outer.update(inner.digest())
    return outer.digest()


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
