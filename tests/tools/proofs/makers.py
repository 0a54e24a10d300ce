"""Records as other makers write them, signed by test keys on every curve of OCMF's list.

It does not know what a verifier makes of them. Serial numbers and readings are invented.
"""

import base64
import hashlib
import json

import ecdsa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tools import curves

SECRET = 0x0123456789ABCDEF0123456789ABCDEF

BEGIN = {
    "TM": "2026-03-28T17:59:00,000+0100 S",
    "TX": "B",
    "RV": 123.456,
    "RI": "1-b:1.8.0",
    "RU": "kWh",
    "RT": "AC",
    "EF": "",
    "ST": "G",
}
END = {**BEGIN, "TM": "2026-03-28T18:59:00,000+0100 S", "TX": "E", "RV": 134.456}
PAYLOAD = {
    "FV": "1.0",
    "GI": "Charger 7",
    "GS": "CH-0001",
    "GV": "2.1",
    "PG": "T12",
    "MV": "Maker",
    "MM": "M1",
    "MS": "1MAK0000000001",
    "IS": True,
    "IL": "VERIFIED",
    "IF": ["RFID_PLAIN"],
    "IT": "ISO14443",
    "ID": "1F2D3A4F5506C7",
    "RD": [BEGIN, END],
}


class Meter:
    """A meter that signs with its key on one curve."""

    def __init__(self, curve: str = "secp256r1", secret: int = SECRET) -> None:
        self.curve = curves.by_name(curve)
        self._key = self._small = None
        if self.curve.openssl is None:
            known = ecdsa.curves.NIST192p if curve == "secp192r1" else curves._secp192k1()
            self._small = ecdsa.SigningKey.from_secret_exponent(secret, curve=known)
        else:
            self._key = ec.derive_private_key(secret, self.curve.openssl())

    def sign(self, content: bytes, digest: str = "SHA256") -> bytes:
        """Return an ECDSA signature in DER."""
        if self._key:
            return self._key.sign(content, ec.ECDSA(curves.HASHES[digest]))
        hashed = hashlib.new(digest, content).digest()
        return self._small.sign_digest(hashed, sigencode=ecdsa.util.sigencode_der, allow_truncate=True)

    def point(self) -> bytes:
        """Return the public key as SEC 1, 2.3.3 writes it."""
        if self._small:
            return self._small.verifying_key.to_string("uncompressed")
        encoding = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return self._key.public_key().public_bytes(*encoding)

    def spki(self) -> bytes:
        """Return the public key as SubjectPublicKeyInfo."""
        if self._small:
            return self._small.verifying_key.to_der()
        encoding = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(*encoding)

    def record(self, payload: dict | str = PAYLOAD, section: dict | None = None) -> str:
        """Return a record of a payload; `section` replaces members of its signature section."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        signature = self.sign(text.encode())
        told = {"SA": f"ECDSA-{self.curve.name}-SHA256", "SD": signature.hex(), **(section or {})}
        if told.get("SE") == "base64":
            told["SD"] = base64.b64encode(signature).decode()
        return f"OCMF|{text}|{json.dumps({key: told[key] for key in told if told[key] is not None})}"


def changed(begin: dict | None = None, end: dict | None = None, **members: object) -> dict:
    """Return the payload with other members; of a reading, None leaves a field out."""
    readings = [{**BEGIN, **(begin or {})}, {**END, **(end or {})}]
    told = [{key: reading[key] for key in reading if reading[key] is not None} for reading in readings]
    payload = {**PAYLOAD, "RD": told, **members}
    return {key: payload[key] for key in payload if payload[key] is not None}


def container(*values: tuple[str, str], transaction: str = "1", encoding: str | None = "hex") -> str:
    """Return S.A.F.E.'s XML of records and keys."""
    attribute = f' encoding="{encoding}"' if encoding else ""
    inner = "".join(
        f'<value transactionId="{transaction}"><signedData format="OCMF" encoding="plain">\n{record}\n'
        f"</signedData><publicKey{attribute}>{key}</publicKey></value>"
        for record, key in values
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<values>{inner}</values>\n'
