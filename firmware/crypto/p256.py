"""Keys and signatures on P-256: ECDSA with SHA-256 digests (FIPS 186-5, 6), deterministic after RFC 6979.

It does not know what is signed, and where a private key is kept.
"""

from firmware.crypto import curve, rfc6979
from firmware.errors import CryptoError

MAX_ATTEMPTS = 64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def generate(random: "Callable[[int], bytes]") -> bytes:
    """Return a private key, 32 bytes; CryptoError when the source of randomness gives nothing usable."""
    for _ in range(MAX_ATTEMPTS):
        private = random(32)
        if len(private) != 32:
            raise CryptoError("a source of randomness gave %d bytes where 32 were asked for" % len(private))
        if 0 < int.from_bytes(private, "big") < curve.N:
            # The repetition test of NIST SP 800-90B, 4.4.1, in its simplest form.
            if random(32) == private:
                raise CryptoError("a source of randomness gives the same number twice: it is stuck")
            return private
    raise CryptoError("a source of randomness gave no number below the order of P-256 in many attempts")


def public_key(private: bytes) -> bytes:
    """Return X and Y, 64 bytes."""
    return curve.finish(public_key_steps(private))


def public_key_steps(private: bytes) -> "Generator[None, None, bytes]":
    """Make the public key as a generator that yields between slices and returns X and Y."""
    point = yield from curve.base_steps(scalar(private))
    blind = next(rfc6979.numbers(private, bytes(32), curve.N))
    ((x, y),) = yield from curve.affine_steps([point], blind)
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(private: bytes, digest: bytes) -> bytes:
    """Return r and s, 64 bytes, over a SHA-256 digest."""
    return curve.finish(sign_steps(private, digest))


def sign_steps(private: bytes, digest: bytes) -> "Generator[None, None, bytes]":
    """Sign as a generator that yields between slices of at most 60 multiplications and returns r and s."""
    secret = scalar(private)
    if len(digest) != 32:
        raise CryptoError("a digest of %d bytes instead of 32" % len(digest))
    numbers = rfc6979.numbers(private, digest, curve.N)
    nonce = next(numbers)
    yield
    # Euclid's time depends on its input, so what he inverts is multiplied by a number that nobody knows.
    blind = next(numbers)
    point = yield from curve.base_steps(nonce)
    ((r, _),) = yield from curve.affine_steps([point], blind)
    r %= curve.N
    unit = yield from curve.inverse_steps(blind * nonce % curve.N, curve.N)
    s = blind * unit % curve.N * ((int.from_bytes(digest, "big") + r * secret) % curve.N) % curve.N
    if not r or not s:
        raise CryptoError("a digest that cannot be signed with this key (the chance is 2**-256)")
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether r and s (64 bytes) sign the digest with this key; a key off the curve signs nothing.

    Of s and N - s both are taken: JOSE and OCMF know no low s.
    """
    return curve.finish(verify_steps(public, digest, signature))


def verify_steps(public: bytes, digest: bytes, signature: bytes) -> "Generator[None, None, bool]":
    """Verify as a generator that yields between slices of at most 60 multiplications."""
    if len(digest) != 32 or len(signature) != 64 or not curve.is_public(public):
        return False
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    if not 0 < r < curve.N or not 0 < s < curve.N:
        return False
    unit = yield from curve.inverse_steps(s, curve.N)
    x, _, z = yield from curve.combine_steps(
        int.from_bytes(digest, "big") * unit % curve.N,
        r * unit % curve.N,
        int.from_bytes(public[:32], "big"),
        int.from_bytes(public[32:], "big"),
    )
    square = z * z % curve.P
    # The point's x is below P and r below N: x modulo N is r where x is r, or r + N.
    return z != 0 and (
        r * square % curve.P == x or (r + curve.N < curve.P and (r + curve.N) * square % curve.P == x)
    )


def scalar(private: bytes) -> int:
    """Return the number that a private key is; CryptoError unless it lies in 1 … N - 1."""
    number = int.from_bytes(private, "big")
    if len(private) != 32 or not 0 < number < curve.N:
        raise CryptoError("a private key that is no number below the order of P-256 in 32 bytes")
    return number
