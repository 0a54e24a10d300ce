"""Recognises public keys in the forms that people have them in, and verifies with them through OpenSSL.

It does not know what was signed.
"""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import click
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from firmware.crypto import jose
from firmware.errors import CryptoError

Verify = Callable[[bytes, bytes], bool]
FORMS = "a JWK or JWK set, PEM, or DER as hex or base64"


class KeyProblem(click.ClickException):
    """A key file that cannot be used, in a sentence."""


def read(path: str) -> list[bytes]:
    """Return the P-256 public keys of a file, X and Y each. Raises KeyProblem, OSError."""
    content = Path(path).read_bytes()
    try:
        return recognise(content)
    except KeyProblem as problem:
        raise KeyProblem(f"{path}: {problem.message}") from problem


def recognise(content: bytes) -> list[bytes]:
    """Return the P-256 public keys in a JWK, a JWK set, PEM, or DER, bare or written as hex or base64."""
    text = content.decode("ascii", "replace").strip()
    if text.startswith("{"):
        return _from_json(text)
    if "-----BEGIN" in text:
        return [_from_pem(text)]
    der = _unwrapped(text) or content
    return [_from_der(der)]


def verifier(public: bytes) -> Verify:
    """Return `verify(signing_input, signature)` for signatures of r and s, 32 bytes each (RFC 7518, 3.4)."""
    key = _key_of(public)

    def verify(signing_input: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        return verify_der(key, signing_input, encode_dss_signature(r, s))

    return verify


def der_verifier(public: bytes) -> Verify:
    """Return `verify(content, signature)` for a key and signatures as an ASN.1 SEQUENCE, as OCMF has them."""
    key = _key_of(public)
    return lambda content, signature: verify_der(key, content, signature)


def verify_der(key: ec.EllipticCurvePublicKey, content: bytes, signature: bytes) -> bool:
    """Return whether an ECDSA signature with SHA-256 holds."""
    try:
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _key_of(public: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)
    except ValueError as error:
        raise KeyProblem("the key is no point on the curve P-256") from error


def _from_json(text: str) -> list[bytes]:
    try:
        document = json.loads(text)
        members = document.get("keys", [document])
        keys = [
            jose.public_from_jwk({name: jwk[name] for name in ("crv", "kty", "x", "y")}) for jwk in members
        ]
    except (ValueError, KeyError, TypeError, CryptoError) as error:
        raise KeyProblem(f"this JSON is no JWK of a P-256 key: {error}") from error
    if not keys:
        raise KeyProblem("this JWK set is empty")
    return keys


def _from_pem(text: str) -> bytes:
    content = text.encode()
    if "CERTIFICATE" in text:
        _refuse_certificate(content, load_pem_x509_certificate)
    if "PRIVATE KEY" in text:
        raise KeyProblem("this is a private key; give the public key, and keep this one secret")
    try:
        return _point(serialization.load_pem_public_key(content))
    except ValueError as error:
        raise KeyProblem(f"this PEM holds no public key; a key is {FORMS}") from error


def _from_der(content: bytes) -> bytes:
    if len(content) == 65 and content[0] == 4:
        return content[1:]  # The bare point of SEC 1, 2.3.3, as some meters print it.
    try:
        return _point(serialization.load_der_public_key(content))
    except ValueError:
        _refuse_certificate(content, load_der_x509_certificate)
    raise KeyProblem(f"this is no key in a form that is known here; a key is {FORMS}")


def _refuse_certificate(content: bytes, load: Callable) -> None:
    try:
        subject = load(content).subject.rfc4514_string()
    except ValueError:
        return
    raise KeyProblem(f"this is a certificate (of {subject}), not a key; take the public key out of it")


def _point(key: object) -> bytes:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyProblem("this public key is not on the curve P-256")
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _unwrapped(text: str) -> bytes | None:
    """Return the bytes that a text of hex or base64 stands for."""
    joined = re.sub(r"[\s:]", "", text)
    if re.fullmatch(r"([0-9A-Fa-f]{2})+", joined):
        return bytes.fromhex(joined)
    try:
        return base64.b64decode(
            joined.replace("-", "+").replace("_", "/") + "=" * (-len(joined) % 4), validate=True
        )
    except ValueError:
        return None
