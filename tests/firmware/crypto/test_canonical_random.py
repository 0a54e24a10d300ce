"""Proves on 10,000 random values that each has one form in bytes, and the same one on every interpreter.

The fingerprint over all of them is CPython's; tests/host/crypto holds the forms against the module json.
"""

import hashlib

from firmware.crypto import canonical
from tests.firmware.crypto.random_values import COUNT, RandomValues

FINGERPRINT = "3bc55c2da507ba7bf984083a0e09e273f3b01608734eac48084672ac55655f0c"


def test_10000_random_values_come_back_and_have_the_same_bytes_everywhere():
    source = RandomValues(1)
    fingerprint = hashlib.sha256()
    for _ in range(COUNT):
        value = source.value()
        content = canonical.encode(value)
        assert canonical.decode(content) == value, content
        fingerprint.update(content + b"\n")
    assert fingerprint.digest().hex() == FINGERPRINT
