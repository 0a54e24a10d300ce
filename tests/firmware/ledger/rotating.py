"""Ledgers whose key changes, signed by real keys with the scalars 1, 2, 3 …, and how each of them verifies.

It does not know storage. Real signatures are slow on a board's interpreter, so the ledgers are short.
"""

import hashlib

from firmware.crypto import canonical, jose, p256
from firmware.ledger import chain, rotation

TERMINAL = "KT-0001"


def private(number):
    """Return the private key of a small number."""
    return number.to_bytes(32, "big")


def public(number):
    """Return X and Y of that key."""
    return p256.public_key(private(number))


def thumbprint(number):
    """Return the thumbprint of that key."""
    return jose.thumbprint(public(number))


def sign(number, content):
    """Return r and s over bytes."""
    return p256.sign(private(number), hashlib.sha256(content).digest())


def verifier(key):
    """Return how a key verifies, as the chain asks for it."""
    return lambda content, signature: p256.verify(key, hashlib.sha256(content).digest(), signature)


class Pen:
    """Writes one record after the other under the key that is the terminal's at the time."""

    def __init__(self, number=1):
        self.number = number
        self.next_seq = 1
        self.prev = thumbprint(number)

    def write(self, kind="fault", number=None, kid=None, **members):
        """Return the next record; `number` is the key that signs, `kid` the one that is named."""
        number = self.number if number is None else number
        payload = {"at": None, "clock": "unset", "kind": kind, "prev": self.prev, "seq": self.next_seq}
        payload.update({"terminal": TERMINAL, "ticks_ms": 1})
        payload.update(members)
        compact = self.sealed(payload, number, kid)
        self.next_seq += 1
        self.prev = chain.hash(compact)
        return compact

    def sealed(self, payload, number=None, kid=None):
        """Return any payload as a record, signed by a key and naming one."""
        number = self.number if number is None else number
        header = {"alg": "ES256", "kid": kid or thumbprint(number), "typ": chain.RECORD_TYPE}
        content = jose.signing_input(header, canonical.encode(payload))
        return jose.compact(content, sign(number, content))

    def announcement(self, number, seq=None, terminal=TERMINAL, replaces=None, proved_by=None):
        """Return the members of a change to another key, each as it should be or otherwise."""
        replaces = replaces or thumbprint(self.number)
        proved = rotation.proof_input(terminal, seq or self.next_seq, replaces, public(number))
        return rotation.members(replaces, public(number), proved, sign(proved_by or number, proved))

    def rotate(self, number):
        """Return the record that changes the key, under the old one."""
        compact = self.write(chain.KEY_ROTATED, **self.announcement(number))
        self.number = number
        return compact
