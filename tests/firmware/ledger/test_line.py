"""Proves that a line built in place is, byte for byte, the one that its parts make when they are joined."""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import segment
from firmware.ledger.line import Line
from tests.portable import raises

HEADER = {"alg": "ES256", "kid": "k" * 43, "typ": "record+jws"}


def signature_of(content):
    """Return 64 bytes that stand for a signature."""
    return hashlib.sha256(content).digest() * 2


def built(line, payload):
    """Return the record and its line, as the recorder has them made."""
    begun = line.begin(payload)
    record = line.sign(begun, signature_of(begun))
    return bytes(record), bytes(line.whole())


def joined(payload):
    """Return the same of the whole parts."""
    signing_input = jose.signing_input(HEADER, canonical.encode(payload))
    record = jose.compact(signing_input, signature_of(signing_input))
    return record.encode(), segment.encode_line(record)


def payload_of(size, text="x"):
    """Return a payload that grows by one character with its size."""
    lines = [{"amount": number, "text": text * 7} for number in range(size % 5)]
    return {"kind": "fault", "lines": lines, "nothing": {}, "seq": size, "what": text * size}


def test_a_line_built_in_place_is_the_line_of_its_parts():
    line = Line(HEADER, 900)
    # From one that leaves most of the room to one that needs more of it, and back into the same room.
    for size in list(range(350, 480)) + [2000, 9000, 3]:
        assert built(line, payload_of(size)) == joined(payload_of(size)), size
    assert built(line, payload_of(99, "\u20ac")) == joined(payload_of(99, "\u20ac"))


def test_what_is_no_json_is_refused_and_the_next_record_is_whole():
    line = Line(HEADER)
    raises(CryptoError, line.begin, {"price": 0.5})
    assert built(line, payload_of(20)) == joined(payload_of(20))


def test_two_records_at_once_are_refused_before_one_gets_the_signature_of_the_other():
    line = Line(HEADER)
    first = line.begin(payload_of(1))
    second = line.begin(payload_of(2))
    raises(LedgerError, line.sign, first, bytes(64))
    line.sign(second, bytes(64))
    raises(LedgerError, line.sign, second, bytes(64))
