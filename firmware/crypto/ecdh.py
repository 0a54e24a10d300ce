"""Agrees on a secret with the holder of another key on P-256 (SEC 1, 3.3.1; RFC 7518, 4.6).

It does not know what the secret is for. A signature needs none of it, so only who seals something loads it.
"""

import hashlib

from firmware.crypto import curve, p256, rfc6979
from firmware.errors import CryptoError

# The scalar's digits: 85 of 3 bits, each one odd and of -7 … 7, below a leading 1.
WINDOWS = 85

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator


def shared(private: bytes, public: bytes) -> bytes:
    """Return X of private·Q, 32 bytes; CryptoError for a key off the curve, which would give bits away."""
    return curve.finish(shared_steps(private, public))


def shared_steps(private: bytes, public: bytes) -> "Generator[None, None, bytes]":
    """Agree as a generator that yields between slices of at most 60 multiplications and returns X."""
    scalar = p256.scalar(private)
    if not curve.is_public(public):
        raise CryptoError("a public key that is no point of P-256; nothing can be agreed on with it")
    digits = _odd_digits(scalar)
    # Euclid's time depends on its input, so it is multiplied by a number that nobody knows.
    blind = next(rfc6979.numbers(private, hashlib.sha256(public).digest(), curve.N))
    yield
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    multiples = yield from curve.multiples_steps(x, y)
    point = x, y, 1
    for digit in digits:
        for _ in range(3):
            point = curve.double(point)
        x, y = multiples[abs(digit) >> 1]
        point = curve.add(point, x, y if digit > 0 else curve.P - y)
        yield
    ((x, y),) = yield from curve.affine_steps([point], blind)
    return x.to_bytes(32, "big")


def _odd_digits(scalar: int) -> "list[int]":
    """Return the digits, the highest first. No digit is 0, so that every scalar costs the same.

    They are of an odd number; N - scalar is one where the scalar is even, and leads to the same X.
    """
    odd = scalar if scalar & 1 else curve.N - scalar
    digits = []
    for _ in range(WINDOWS):
        digit = (odd & 15) - 8
        digits.append(digit)
        odd = odd - digit >> 3
    digits.reverse()
    return digits
