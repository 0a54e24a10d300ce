"""Recognises public keys in the forms that people and meters have them in, and verifies with them.

It does not know what was signed.
"""

import base64
import json
import re
from collections.abc import Callable
from typing import NamedTuple

import click
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from firmware.crypto import jose, keyforms
from firmware.errors import CryptoError
from tools import curves, der, inputs

Verify = Callable[[bytes, bytes], bool]
FORMS = "a JWK or JWK set, PEM, or DER or a bare point as hex, base64 or base32"
# No public key is longer, and no set of them that a person gives.
MAX_BYTES = 1_000_000
MAX_DIGITS = 100
_BOM = b"\xef\xbb\xbf"
# What OCPP's publicKey has before the key's digits, by the Open Charge Alliance's note on signed values.
_OCPP_MARK = re.compile(r"oca:base(?:16|64):asn1:|0x")
_PRIVATE = "this is a private key; give the public key, and keep this one secret"
_OTHER = "this is a public key for %s; what is verified here is signed on elliptic curves (ECDSA)"
# By their names in JWKs.
_JWK_CURVES = {
    "P-256": "secp256r1",
    "P-384": "secp384r1",
    "P-521": "secp521r1",
    "secp256k1": "secp256k1",
}


class KeyProblem(click.ClickException):
    """A key that cannot be used, in a sentence."""


class Span(NamedTuple):
    """The records of a terminal that a key signs: from one to another (None: no end is known), since when."""

    terminal: str
    from_seq: int
    to_seq: int | None
    at: str | None

    def holds(self, payload: dict) -> bool:
        """Return whether a record is one of them."""
        seq = payload.get("seq")
        is_within = isinstance(seq, int) and self.from_seq <= seq <= (self.to_seq or seq)
        return is_within and payload.get("terminal") == self.terminal

    def __str__(self) -> str:
        until = "on" if self.to_seq is None else f"to {self.to_seq}"
        since = f", since {self.at}" if self.at else ""
        return f"{self.terminal}'s from record {self.from_seq} {until}{since}"


class PublicKey(NamedTuple):
    """A point as SEC 1, 2.3 writes it, its curve (None where the form does not tell it), and what it signs
    (None where nobody told).
    """

    curve: curves.Curve | None
    point: bytes
    span: Span | None = None

    def p256(self) -> bytes | None:
        """Return X and Y, 64 bytes, of a key that may be one on P-256, or None."""
        if self.curve is not None and self.curve.name != "secp256r1":
            return None
        try:
            return keyforms.public_from_point(self.point)
        except CryptoError:
            return None


def read(path: str) -> list[PublicKey]:
    """Return the public keys of a file. Raises KeyProblem, OSError."""
    return of(inputs.read(path, MAX_BYTES), path)


def of(content: bytes, path: str) -> list[PublicKey]:
    """Return the public keys of a file's content. Raises KeyProblem, which names the file."""
    try:
        return recognise(content)
    except KeyProblem as problem:
        raise KeyProblem(f"{path}: {problem.message}") from problem


def read_p256(path: str) -> list[bytes]:
    """Return the P-256 keys of a file, X and Y each, as terminals have them. Raises KeyProblem, OSError."""
    found = [public for public in map(PublicKey.p256, read(path)) if public]
    if not found:
        raise KeyProblem(f"{path}: this public key is not on the curve P-256, as a terminal's is")
    return found


def recognise(content: bytes, encoding: str | None = None) -> list[PublicKey]:
    """Return the public keys in a JWK, a JWK set, PEM, or DER, bare or written as text.

    `encoding`: hex, base64 or base32 where it was told which. Raises KeyProblem.
    """
    if len(content) > MAX_BYTES:
        raise KeyProblem("this is far too long for a public key")
    text = content.removeprefix(_BOM).decode("ascii", "replace").strip()
    if not text:
        raise KeyProblem("this is empty, and no key")
    if text.startswith("{"):
        return _from_json(text)
    if "-----BEGIN" in text:
        return _from_pem(text)
    problem = KeyProblem(f"this is no key in a form that is known here; a key is {FORMS}")
    for binary in [*_unwrapped(_without_ocpp(text), encoding), content]:
        try:
            return [_from_der(binary)]
        except KeyProblem as found:
            problem = found if "no key in a form" in problem.message else problem
    raise problem


def verifier(public: bytes) -> Verify:
    """Return `verify(signing_input, signature)` for signatures of r and s, 32 bytes each (RFC 7518, 3.4)."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)
    except ValueError as error:
        raise KeyProblem("the key is no point on the curve P-256") from error

    def verify(signing_input: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            key.verify(encode_dss_signature(r, s), signing_input, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    return verify


def _from_json(text: str) -> list[PublicKey]:
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_int=_integer)
        listed = document.get("keys", [document])
        if not isinstance(listed, list):
            raise KeyProblem("this JSON is no JWK set, whose keys are a list")
        keys = [_from_jwk(jwk) for jwk in listed]
    except (ValueError, CryptoError) as error:
        raise KeyProblem(f"this JSON is no JWK of a P-256 key: {error}") from error
    except RecursionError:
        raise KeyProblem("this JSON is nested too deep to be a JWK") from None
    if not keys:
        raise KeyProblem("this JWK set is empty")
    return keys


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise KeyProblem(f"this JSON is no JWK: it has a number of {len(digits)} digits")
    return int(digits)


def _once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise KeyProblem("this JWK has a member twice: readers do not agree on its value")
    return found


def _from_jwk(jwk: object) -> PublicKey:
    told = jwk if isinstance(jwk, dict) else {}
    # Of a secret that two sides share, all of it is private.
    if "d" in told or told.get("kty") == "oct":
        raise KeyProblem(_PRIVATE)
    if told.get("kty") in ("RSA", "OKP"):
        raise KeyProblem(_OTHER % told.get("crv", "RSA"))
    if not isinstance(jwk, dict) or not all(isinstance(jwk.get(name), str) for name in ("crv", "x", "y")):
        raise KeyProblem("this JSON is no JWK of an elliptic curve, which has crv, kty, x and y as texts")
    curve = curves.by_name(_JWK_CURVES.get(jwk["crv"], ""))
    if curve is None or curve.name == "secp256r1" or jwk.get("kty") != "EC":
        public = jose.public_from_jwk(jwk)
        return PublicKey(curves.CURVES[0], b"\x04" + public)
    x, y = jose.unb64url(jwk["x"]), jose.unb64url(jwk["y"])
    if len(x) != curve.size or len(y) != curve.size:
        raise KeyProblem(f"the coordinates of this JWK are not those of the curve {curve.name}")
    return PublicKey(curve, b"\x04" + x + y)


def _from_pem(text: str) -> list[PublicKey]:
    content = text.encode()
    if "CERTIFICATE" in text:
        _refuse_certificate(content, load_pem_x509_certificate)
    if "PRIVATE KEY" in text:
        raise KeyProblem(_PRIVATE)
    armours = re.findall(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----", text)
    if not armours:
        raise KeyProblem(f"this PEM holds no public key; a key is {FORMS}")
    return [_from_der((_unwrapped(armour, "base64") or [b""])[0]) for armour in armours]


def _from_der(content: bytes) -> PublicKey:
    sizes = {curve.size for curve in curves.CURVES}
    if content[:1] == b"\x04" and (len(content) - 1) / 2 in sizes:
        return _bare(content)  # The point of SEC 1, 2.3.3, as some meters print it.
    if content[:1] in (b"\x02", b"\x03") and len(content) - 1 in sizes:
        return _bare(content)
    if len(content) in (48, 64, 96):
        return _bare(b"\x04" + content)  # X and Y without SEC 1's mark, as some print it.
    try:
        oid, point = der.subject_public_key(content)
    except der.NotDer:
        _refuse_certificate(content, load_der_x509_certificate)
        _refuse_private(content)
        _refuse_other(content)
        raise KeyProblem(f"this is no key in a form that is known here; a key is {FORMS}") from None
    curve = curves.by_oid(oid)
    if curve is None:
        raise KeyProblem(f"this public key is on a curve that is not known here ({oid})")
    if len(point) not in (1 + curve.size, 1 + 2 * curve.size):
        raise KeyProblem(f"this public key has {len(point)} bytes, which no point of {curve.name} has")
    if not curves.is_point(curve, point):
        raise KeyProblem(f"the key is no point on its curve, {curve.name}")
    return PublicKey(curve, point)


def _bare(point: bytes) -> PublicKey:
    if not any(curves.is_point(curve, point) for curve in curves.CURVES):
        raise KeyProblem("the key is no point of any curve that is known here")
    return PublicKey(None, point)


def _refuse_certificate(content: bytes, load: Callable) -> None:
    try:
        subject = load(content).subject.rfc4514_string()
    except ValueError:
        return
    raise KeyProblem(f"this is a certificate (of {subject}), not a key; take the public key out of it")


def _refuse_private(content: bytes) -> None:
    try:
        serialization.load_der_private_key(content, None)
    except (ValueError, UnsupportedAlgorithm):
        return
    except TypeError:
        pass  # It is one that a password seals.
    raise KeyProblem(_PRIVATE)


def _refuse_other(content: bytes) -> None:
    try:
        kind = type(serialization.load_der_public_key(content)).__name__.lstrip("_").removesuffix("PublicKey")
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return
    raise KeyProblem(_OTHER % kind)


def _without_ocpp(text: str) -> str:
    """Return a key's own digits: OCPP has them in base64 once more, with a mark before them or without."""
    inner = b"".join(_decoded(base64.b64decode, re.sub(r"\s", "", text))).decode("ascii", "replace")
    if _OCPP_MARK.match(inner) or re.fullmatch(r"[0-9A-Fa-f\s]{64,}", inner):
        text = inner
    return _OCPP_MARK.sub("", text, count=1) if _OCPP_MARK.match(text) else text


def _unwrapped(text: str, encoding: str | None) -> list[bytes]:
    """Return the bytes that a text may stand for in hex, base64 and base32, the likelier first."""
    joined = re.sub(r"[\s:]", "", text).rstrip("=")
    found = []
    if encoding in (None, "hex", "plain") and re.fullmatch(r"([0-9A-Fa-f]{2})+", joined):
        found.append(bytes.fromhex(joined))
    if encoding in (None, "base64", "plain") and re.fullmatch(r"[A-Za-z0-9+/_-]+", joined):
        plain = joined.replace("-", "+").replace("_", "/")
        found += _decoded(base64.b64decode, plain + "=" * (-len(plain) % 4))
    if encoding in (None, "base32", "plain") and re.fullmatch(r"[A-Z2-7]+", joined):
        found += _decoded(base64.b32decode, joined + "=" * (-len(joined) % 8))
    return found


def _decoded(decode: Callable[[str], bytes], text: str) -> list[bytes]:
    try:
        return [decode(text)]
    except ValueError:
        return []
