"""A terminal as the office's tests need it: a key of the package `cryptography` and a ledger that it signs.

It does not use the firmware's signing, so that the office is held against somebody else's.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

START = {"at": "2026-03-28T16:59:00Z", "clock": "synchronised", "local": "2026-03-28T17:59:00+01:00"}
STOP = {"at": "2026-03-28T17:59:00Z", "clock": "synchronised", "local": "2026-03-28T18:59:00+01:00"}


def b64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def canonical(document):
    """Canonical form for documents of ASCII keys, strings and integers (RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Terminal:
    """A key and the position of its ledger; the scalar 1, 2, 3 … of the key makes runs repeatable."""

    def __init__(self, identity="KT-0001", scalar=1):
        self.identity = identity
        self._take_key(scalar)
        self.seq = 1
        self.prev = self.thumbprint

    def _take_key(self, scalar):
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64url(numbers.x.to_bytes(32)),
            "y": b64url(numbers.y.to_bytes(32)),
        }
        # RFC 7638: the thumbprint hashes just these members, in this order, without white space.
        self.thumbprint = b64url(hashlib.sha256(canonical(self.jwk)).digest())

    def rotate(self, scalar, **changes):
        """Return the record that changes the key, and go on with the new one; `changes` replace members."""
        new = Terminal(self.identity, scalar)
        statement = {"replaces": self.thumbprint, "seq": self.seq, "terminal": self.identity}
        header = {"alg": "ES256", "kid": new.thumbprint, "typ": "key-proof+jws"}
        proof = new.sign(canonical(statement), header)
        members = {"key": new.jwk, "proof": proof, "replaces": self.thumbprint, **changes}
        compact = self.record("key.rotated", **members)
        self._take_key(scalar)
        return compact

    def sign(self, payload, header=None):
        """Return the compact JWS of a payload (bytes), with a signature that depends on nothing but these."""
        if header is None:
            header = {"alg": "ES256", "kid": self.thumbprint, "typ": "record+jws"}
        text = b64url(canonical(header)) + "." + b64url(payload)
        der = self._key.sign(text.encode(), ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return text + "." + b64url(r.to_bytes(32) + s.to_bytes(32))

    def payload(self, kind="fault", **members):
        base = {
            "at": "2026-03-28T16:59:00Z",
            "clock": "synchronised",
            "kind": kind,
            "prev": self.prev,
            "seq": self.seq,
            "terminal": self.identity,
            "ticks_ms": self.seq * 1000,
        }
        return {**base, **members}

    def record(self, kind="fault", **members):
        """Return the next record of the ledger."""
        return self.take(self.sign(canonical(self.payload(kind, **members))))

    def take(self, compact):
        """Go on after a record, however it was made."""
        self.seq += 1
        self.prev = b64url(hashlib.sha256(compact.encode()).digest())
        return compact

    def records(self, count):
        return [self.record("fault", fault="meter_silent", what="The meter is silent.") for _ in range(count)]

    def session(self, number, **changes):
        """Return the two records of one session; `changes` replace members of its end."""
        name = f"{self.identity}-{number:06}"
        started = self.record("session.started", **session_started(name))
        ended = self.record("session.ended", **{**session_ended(name), **changes})
        return [started, ended]


def session_started(name):
    return {
        "session": name,
        "token": {"level": "HEARSAY", "type": "RFID", "uid": "04A1B2C3D4E580"},
        "contract": "DE-KTP-C00001-K",
        "tariff": {"hash": "9f" * 32, "id": "evening"},
        "meter": {"model": "eastron-sdm630", "serial": "21110042", "wh": 123456},
        "limit_minor": 5000,
        "unbilled_wh": 0,
    }


def session_ended(name):
    """11 kWh at 0.49 EUR are 5.39, half an hour at 1.20 EUR is 0.60: 5.99 net, with 19 % VAT 7.13 gross."""
    return {
        "session": name,
        "receipt": name,
        "token": {"level": "HEARSAY", "type": "RFID", "uid": "04A1B2C3D4E580"},
        "contract": "DE-KTP-C00001-K",
        "start": START,
        "stop": STOP,
        "duration_s": 3600,
        "energy_wh": 11000,
        "meter": {"model": "eastron-sdm630", "serial": "21110042", "start_wh": 123456, "stop_wh": 134456},
        "tariff": {"hash": "9f" * 32, "id": "evening"},
        "currency": "EUR",
        "lines": [
            {
                "dimension": "ENERGY",
                "quantity": "11",
                "unit": "kWh",
                "unit_price": "0.49",
                "vat": "19",
                "net_minor": 539,
                "vat_minor": 103,
                "gross_minor": 642,
            },
            {
                "dimension": "TIME",
                "quantity": "0.5",
                "unit": "h",
                "unit_price": "1.2",
                "vat": "19",
                "net_minor": 60,
                "vat_minor": 11,
                "gross_minor": 71,
            },
        ],
        "net_minor": 599,
        "vat": [{"rate": "19", "net_minor": 599, "vat_minor": 114}],
        "gross_minor": 713,
        "rounding": "net and gross each half up once, from exact totals; lines by largest remainder",
        "reason": "card",
        "payment": {"kind": "contract", "contract": "DE-KTP-C00001-K"},
        "flags": [],
        "ocmf": 'OCMF|{"FV":"1.0","PG":"T1","MS":"21110042","IS":true,"IT":"ISO14443"}|{"SD":"3045"}',
    }
