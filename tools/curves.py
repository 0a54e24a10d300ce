"""The elliptic curves of OCMF's list (table 22), and a few more: verifies ECDSA signatures on each.

It does not know where a key comes from or what was signed. OpenSSL does the work where every build of it has
the curve; the two of 192 bits, which many leave out, are left to the package `ecdsa`.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

HASHES = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}


class NotOnCurve(Exception):
    """The coordinates of a key are no point of its curve."""


class Curve(NamedTuple):
    """A curve: its name, its object identifier, the bytes of a coordinate, and how OpenSSL knows it."""

    name: str
    oid: str
    size: int
    openssl: Callable[[], ec.EllipticCurve] | None


CURVES = (
    Curve("secp256r1", "1.2.840.10045.3.1.7", 32, ec.SECP256R1),
    Curve("secp256k1", "1.3.132.0.10", 32, ec.SECP256K1),
    Curve("brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7", 32, ec.BrainpoolP256R1),
    Curve("secp384r1", "1.3.132.0.34", 48, ec.SECP384R1),
    Curve("brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11", 48, ec.BrainpoolP384R1),
    Curve("secp521r1", "1.3.132.0.35", 66, ec.SECP521R1),
    Curve("secp192r1", "1.2.840.10045.3.1.1", 24, None),
    Curve("secp192k1", "1.3.132.0.31", 24, None),
)


def by_name(name: str) -> Curve | None:
    """Return a curve by its name as OCMF and others write it: brainpoolP256r1, brainpool256r1, SECP256R1."""
    for one in CURVES:
        spellings = (one.name, one.name.replace("poolP", "pool"))
        if name in spellings or any(name in (text.lower(), text.upper()) for text in spellings):
            return one
    return None


def by_oid(oid: str) -> Curve | None:
    """Return a curve by its object identifier."""
    return next((one for one in CURVES if one.oid == oid), None)


def is_point(curve: Curve, point: bytes) -> bool:
    """Return whether bytes that SEC 1, 2.3 allows are a point of a curve."""
    try:
        verify(curve, point, b"", (1, 1), "SHA256")
    except NotOnCurve:
        return False
    return True


def verify(curve: Curve, point: bytes, content: bytes, signature: tuple[int, int], digest: str) -> bool:
    """Return whether r and s sign a content; `point` is the key as SEC 1, 2.3 writes it.

    Raises NotOnCurve.
    """
    if curve.openssl is None:
        return _verify_small(curve, point, content, signature, digest)
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve.openssl(), point)
    except ValueError as error:
        raise NotOnCurve(f"the key is no point on the curve {curve.name}") from error
    try:
        key.verify(utils.encode_dss_signature(*signature), content, ec.ECDSA(HASHES[digest]))
    except InvalidSignature:
        return False
    return True


def _verify_small(
    curve: Curve, point: bytes, content: bytes, signature: tuple[int, int], digest: str
) -> bool:
    # Loaded for these two curves alone.
    import ecdsa
    from ecdsa.errors import MalformedPointError

    known = ecdsa.curves.NIST192p if curve.name == "secp192r1" else _secp192k1()
    try:
        key = ecdsa.VerifyingKey.from_string(point, curve=known)
    except MalformedPointError as error:
        raise NotOnCurve(f"the key is no point on the curve {curve.name}") from error
    hashed = hashlib.new(digest, content).digest()
    try:
        return bool(
            key.verify_digest(signature, hashed, sigdecode=lambda pair, _order: pair, allow_truncate=True)
        )
    except ecdsa.BadSignatureError:
        return False


def _secp192k1() -> Any:
    """Return the curve of SEC 2, 2.2.1, which `ecdsa` does not bring."""
    from ecdsa import curves, ellipticcurve

    field = ellipticcurve.CurveFp(2**192 - 2**32 - 0x11C9, 0, 3, 1)
    generator = ellipticcurve.PointJacobi(
        field,
        0xDB4FF10EC057E9AE26B07D0280B7F4341DA5D1B1EAE06C7D,
        0x9B2F2F6D9C5628A7844163D015BE86344082AA88D95E2F9D,
        1,
        0xFFFFFFFFFFFFFFFFFFFFFFFE26F2FC170F69466A74DEFD8D,
        generator=True,
    )
    return curves.Curve("SECP192k1", field, generator, (1, 3, 132, 0, 31))
