"""Writes and reads points and keys of P-256 in the forms of other programs: SEC 1, and DER around it.

It does not know where a key is kept, and takes nothing but what it would write itself: there is one form of
each. The terminal's own records need none of it, so only who reads or writes such a form loads it.
"""

from firmware.crypto import curve, p256
from firmware.errors import CryptoError

# id-ecPublicKey and prime256v1 (RFC 5480, 2.1.1), each an OBJECT IDENTIFIER.
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
PRIME256V1 = bytes.fromhex("06082a8648ce3d030107")
# Version 1 of ECPrivateKey and the head of 32 bytes after it (RFC 5915, 3).
BEFORE_PRIVATE = bytes.fromhex("0201010420")

INTEGER, BIT_STRING, OCTET_STRING, SEQUENCE = 0x02, 0x03, 0x04, 0x30
PARAMETERS, PUBLIC_KEY = 0xA0, 0xA1  # [0] and [1] of ECPrivateKey


def point(public: bytes, is_compressed: bool = False) -> bytes:
    """Return X and Y (64 bytes) as a point of SEC 1, 2.3.3: 65 bytes, or 33 compressed."""
    if is_compressed:
        return bytes((2 | public[63] & 1,)) + public[:32]
    return b"\4" + public


def public_from_point(content: bytes) -> bytes:
    """Return X and Y of a point of SEC 1, 2.3.4, in either form; CryptoError unless it lies on the curve."""
    public = b""
    if len(content) == 65 and content[0] == 4:
        public = content[1:]
    elif len(content) == 33 and content[0] in (2, 3):
        public = _decompressed(content)
    if not curve.is_public(public):
        raise CryptoError("%d bytes that are no point of P-256 (SEC 1, 2.3)" % len(content))
    return public


def _decompressed(content: bytes) -> bytes:
    """Return X and the Y of the parity that the first byte asks for; what lies on no curve shows later."""
    x = int.from_bytes(content[1:], "big")
    # P is 3 modulo 4: this power is a root of whatever has one.
    y = pow((x * x - 3) * x + curve.B, (curve.P + 1) >> 2, curve.P)
    if y & 1 != content[0] & 1:
        y = curve.P - y
    return content[1:] + y.to_bytes(32, "big")


def spki(public: bytes) -> bytes:
    """Return X and Y as a SubjectPublicKeyInfo (RFC 5480, 2), the point uncompressed."""
    return _spki(point(public))


def public_from_spki(content: bytes) -> bytes:
    """Return X and Y of a SubjectPublicKeyInfo; CryptoError for any other form, key or curve."""
    for size in (65, 33):
        encoded = content[-size:]
        if content == _spki(encoded):
            return public_from_point(encoded)
    raise CryptoError("%d bytes that are no SubjectPublicKeyInfo of a P-256 key (RFC 5480)" % len(content))


def _spki(encoded: bytes) -> bytes:
    return _der(SEQUENCE, _der(SEQUENCE, EC_PUBLIC_KEY + PRIME256V1) + _der(BIT_STRING, b"\0" + encoded))


def ec_private_key(private: bytes, public: bytes) -> bytes:
    """Return a key as an ECPrivateKey (SEC 1, C.4; RFC 5915); `public` may be empty."""
    return _ec_private_key(private, public, _der(PARAMETERS, PRIME256V1))


def pkcs8(private: bytes, public: bytes) -> bytes:
    """Return a key as a PrivateKeyInfo (PKCS #8, RFC 5208); `public` may be empty."""
    key = _ec_private_key(private, public, b"")
    algorithm = _der(SEQUENCE, EC_PUBLIC_KEY + PRIME256V1)
    return _der(SEQUENCE, _der(INTEGER, b"\0") + algorithm + _der(OCTET_STRING, key))


def _ec_private_key(private: bytes, public: bytes, parameters: bytes) -> bytes:
    tail = _der(PUBLIC_KEY, _der(BIT_STRING, b"\0" + point(public))) if public else b""
    return _der(SEQUENCE, BEFORE_PRIVATE + private + parameters + tail)


def private_from_der(content: bytes) -> bytes:
    """Return the private key (32 bytes) of an ECPrivateKey or a PrivateKeyInfo, its public key in it or not.

    CryptoError, which tells nothing of the key, for any other form, and where the public key is another's.
    """
    start = content.find(BEFORE_PRIVATE) + len(BEFORE_PRIVATE)
    private = content[start : start + 32]
    for public in (content[-64:], b""):
        if content == pkcs8(private, public) or content == ec_private_key(private, public):
            if public and p256.public_key(private) != public:
                raise CryptoError("a private key beside a public key that is not its own")
            p256.scalar(private)
            return private
    raise CryptoError("bytes that are no private key of P-256 in DER (PKCS #8 or RFC 5915)")


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes((tag, size) if size < 0x80 else (tag, 0x81, size)) + content
