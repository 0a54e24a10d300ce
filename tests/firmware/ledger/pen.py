"""Writes records for tests: real payloads and headers, and for speed a signature that is only a hash.

It does not know storage. tests/firmware/crypto proves real signatures.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.ledger import chain

TERMINAL = "KT-0001"
KEY = bytes(range(64))
FIRST_PREV = jose.thumbprint(KEY)


def sign(signing_input):
    """Return 64 bytes that stand for a signature."""
    return hashlib.sha256(signing_input).digest() + hashlib.sha256(b"2" + signing_input).digest()


def verify(signing_input, signature):
    """Return whether `sign` made it."""
    return signature == sign(signing_input)


class Pen:
    """Writes one record after the other."""

    def __init__(self, next_seq=1, prev=FIRST_PREV):
        self.next_seq = next_seq
        self.prev = prev

    def write(self, kind="fault", **members):
        """Return the next record as a compact JWS and move on."""
        payload = {"terminal": TERMINAL, "seq": self.next_seq, "prev": self.prev, "kind": kind}
        payload.update({"at": None, "clock": "unset", "ticks_ms": 1})
        payload.update(members)
        compact = seal(payload)
        self.next_seq += 1
        self.prev = chain.hash(compact)
        return compact


def seal(payload, **header):
    """Return a payload as a record."""
    members = {"alg": "ES256", "kid": FIRST_PREV, "typ": chain.RECORD_TYPE}
    members.update(header)
    return seal_bytes(canonical.encode(payload), members)


def seal_bytes(payload, header=None):
    """Return any bytes as a record."""
    header = header or {"alg": "ES256", "kid": FIRST_PREV, "typ": chain.RECORD_TYPE}
    signing_input = jose.signing_input(header, payload)
    return jose.compact(signing_input, sign(signing_input))


def records(count):
    """Return so many records of one chain."""
    pen = Pen()
    return [pen.write(fault="meter", what="record %d of the test" % number) for number in range(count)]
