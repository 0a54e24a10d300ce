"""The envelope of a sealed text: JWE compact, ECDH-ES, A128CBC-HS256 (RFC 7516; RFC 7518, 4.6, 5.2).

It does not know how its key was agreed on (jwe.py), which takes time: who seals in a hurry needs only this.
"""

import hashlib

from firmware.crypto import jose, rfc6979
from firmware.errors import CryptoError

MAX_PLAINTEXT_BYTES = 8192
BLOCK_BYTES = 16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    AesCbc = Callable[[bytes, bytes, bytes], bytes]  # key, initialisation vector, whole blocks


def seal(
    envelope: "tuple[str, bytes]",
    plaintext: bytes,
    random: "Callable[[int], bytes]",
    aes_cbc: "AesCbc",
) -> str:
    """Return the compact JWE of a text in an envelope, which serves for this one text. Raises CryptoError."""
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise CryptoError(
            "a text of %d bytes to seal, at most %d are taken" % (len(plaintext), MAX_PLAINTEXT_BYTES)
        )
    protected, key = envelope
    vector = random(BLOCK_BYTES)
    padding = BLOCK_BYTES - len(plaintext) % BLOCK_BYTES
    sealed = aes_cbc(key[16:], vector, plaintext + bytes((padding,)) * padding)
    tag = authentication_tag(key[:16], protected.encode(), vector, sealed)
    return ".".join((protected, "", jose.b64url(vector), jose.b64url(sealed), jose.b64url(tag)))


def concat_kdf(secret: bytes, algorithm: str, key_bits: int, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """Return a key of up to 256 bits from an agreed secret (RFC 7518, 4.6.2; NIST SP 800-56A, 5.8.1)."""
    derivation = hashlib.sha256((1).to_bytes(4, "big") + secret)
    for part in (algorithm.encode(), apu, apv):
        derivation.update(len(part).to_bytes(4, "big") + part)
    derivation.update(key_bits.to_bytes(4, "big"))
    return derivation.digest()[: key_bits >> 3]


def authentication_tag(key: bytes, associated: bytes, vector: bytes, sealed: bytes) -> bytes:
    """Return the 16 bytes that keep header, vector and text from being changed (RFC 7518, 5.2.2.1)."""
    associated_bits = (8 * len(associated)).to_bytes(8, "big")
    return rfc6979.hmac_sha256(key, associated, vector, sealed, associated_bits)[:16]
