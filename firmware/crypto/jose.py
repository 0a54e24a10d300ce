"""JSON Web Signatures and keys in the one form this project writes: ES256, compact (RFC 7515, 7517, 7638).

It does not know who signs or verifies: it gives the bytes to sign and takes a finished signature.
"""

import binascii
import hashlib

from firmware.crypto import canonical
from firmware.errors import CryptoError

MAX_COMPACT_BYTES = 16384
MAX_KID_CHARACTERS = 64
# Long texts are coded in pieces of whole groups: a small board has no room for more copies of the whole.
PIECE_BYTES = 3 * 128
PIECE_CHARACTERS = 4 * 128

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def b64url(content: bytes) -> str:
    """Return base64url without padding (RFC 4648, 5)."""
    return b64url_bytes(content).decode()


def b64url_bytes(content: "bytes | memoryview") -> bytes:
    """Return the same as bytes, for whoever writes it down."""
    text = binascii.b2a_base64(content, newline=False).replace(b"+", b"-").replace(b"/", b"_")
    return text.rstrip(b"=") if len(content) % 3 else text


def unb64url(text: "str | bytes", start: int = 0, end: "int | None" = None) -> bytes:
    """Return the bytes of base64url from `start` to `end`; CryptoError for what `b64url` would not write."""
    end = len(text) if end is None else end
    pieces = []
    while start < end:
        pieces.append(_decoded(text[start : min(start + PIECE_CHARACTERS, end)]))
        start += PIECE_CHARACTERS
    return b"".join(pieces)


def _decoded(text: "str | bytes") -> bytes:
    if isinstance(text, str):
        text = text.encode()
    try:
        content = binascii.a2b_base64(text.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(text) % 4))
    except ValueError:
        raise CryptoError("text that is not base64url")
    # The interpreters' decoders skip foreign characters; only the way back shows that there were none.
    if b64url_bytes(content) != text:
        raise CryptoError("text that is not base64url without padding")
    return content


def jwk(public: bytes) -> "dict[str, str]":
    """Return the public key, X and Y of 32 bytes each, as a JWK of the members that its thumbprint needs."""
    return {"crv": "P-256", "kty": "EC", "x": b64url(public[:32]), "y": b64url(public[32:])}


def public_from_jwk(key: "dict[str, Any]") -> bytes:
    """Return X and Y of a P-256 key; CryptoError for other keys, private ones, and points off the curve."""
    from firmware.crypto import curve

    if not isinstance(key, dict) or key.get("kty") != "EC" or key.get("crv") != "P-256":
        raise CryptoError("a JWK whose kty is not EC or whose crv is not P-256")
    if "d" in key:
        raise CryptoError("a JWK with a private key where a public one belongs")
    x, y = key.get("x"), key.get("y")
    if not isinstance(x, str) or not isinstance(y, str):
        raise CryptoError("a JWK without x or y")
    public = unb64url(x) + unb64url(y)
    if len(x) != 43 or len(public) != 64 or not curve.is_public(public):
        raise CryptoError("a JWK whose x and y are no point of P-256")
    return public


def thumbprint(public: bytes) -> str:
    """Return the key's SHA-256 thumbprint (RFC 7638), base64url."""
    return b64url(hashlib.sha256(canonical.encode(jwk(public))).digest())


def signing_input(header: "dict[str, Any]", payload: bytes) -> bytes:
    """Return what is signed (RFC 7515, 5.1): header and payload in base64url, a dot between them."""
    return b".".join((b64url_bytes(canonical.encode(header)), b64url_bytes(payload)))


def compact(signing_input: bytes, signature: bytes) -> str:
    """Return the compact form (RFC 7515, 7.1)."""
    return b".".join((bytes(signing_input), b64url_bytes(signature))).decode()


def split(compact: "str | bytes", typ: str) -> "tuple[bytes, Any, bytes]":
    """Return (payload, signing input, signature) of a compact JWS; CryptoError unless it has the one form.

    That is: at most 16 KB, three parts, a header of just `alg` ES256, a `kid` and this `typ` in canonical
    form, and a signature of 64 bytes. The signature itself is not checked here. The signing input is a view.
    """
    if len(compact) > MAX_COMPACT_BYTES:
        raise CryptoError("a JWS of %d characters, at most %d are read" % (len(compact), MAX_COMPACT_BYTES))
    if isinstance(compact, str):
        compact = compact.encode()
    dots = compact.count(b".")
    if dots != 2:
        raise CryptoError("a JWS of %d parts instead of 3" % (dots + 1))
    # By offsets: a list of the parts would be one more copy of a long record.
    first, second = compact.find(b"."), compact.rfind(b".")
    _check_header(unb64url(compact, 0, first), typ.encode())
    signature = unb64url(compact, second + 1)
    if len(signature) != 64:
        raise CryptoError("an ES256 signature of %d bytes instead of 64" % len(signature))
    return unb64url(compact, first + 1, second), memoryview(compact)[:second], signature


def kid(compact: "str | bytes") -> str:
    """Return the thumbprint of the key that a compact JWS names; CryptoError for one that names none.

    Only of what `split` has taken it is certain that nothing else is named.
    """
    head = compact[: MAX_KID_CHARACTERS + 200]
    if isinstance(head, str):
        head = head.encode()
    try:
        return unb64url(head, 0, head.find(b".")).split(b'"')[7].decode()
    except (IndexError, UnicodeError):
        raise CryptoError("a JWS header that names no key")


def _check_header(header: bytes, typ: bytes) -> None:
    start, end = b'{"alg":"ES256","kid":"', b'","typ":"' + typ + b'"}'
    kid = header[len(start) : -len(end)]
    if not header.startswith(start) or not header.endswith(end) or not 0 < len(kid) <= MAX_KID_CHARACTERS:
        raise CryptoError("a JWS header that is not just alg ES256, a kid, and typ %s" % typ.decode())
    # What strips off at both ends is all of it where nothing else is in it.
    if kid.strip(_ALPHABET):
        raise CryptoError("a JWS header whose kid is not base64url")
