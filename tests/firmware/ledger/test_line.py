"""Proves that the pieces of a line are, byte for byte, the line of the whole record."""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError
from firmware.ledger import chain, segment
from firmware.ledger.line import Line
from tests.portable import raises

HEADER = {"alg": "ES256", "kid": "k" * 43, "typ": "record+jws"}
BEGIN = jose.b64url_bytes(canonical.encode(HEADER)) + b"."


def payload_of(size, text="x"):
    """Return a payload that grows by one character with its size."""
    lines = [{"amount": number, "text": text * 7} for number in range(size % 5)]
    return {"kind": "fault", "lines": lines, "nothing": {}, "seq": size, "what": text * size}


def test_the_pieces_of_a_line_are_the_line_of_the_record():
    for size in list(range(300, 450)) + [2000, 9000, 3]:
        for text in ("x", '"', "\u20ac"):
            payload = payload_of(size, text)
            signing_input = jose.signing_input(HEADER, canonical.encode(payload))
            line = Line(BEGIN, payload)
            digest = line.digest()
            assert digest == hashlib.sha256(signing_input).digest()
            record_hash = line.sign(digest * 2)
            record = jose.compact(signing_input, digest * 2)
            assert b"".join(line) == b"".join(line) == segment.encode_line(record), (size, text)
            assert (
                line.size == len(record)
                and len(line) == len(segment.encode_line(record))
                and record_hash == chain.hash(record)
            )


def test_no_piece_is_long():
    line = Line(BEGIN, payload_of(9000))
    line.sign(bytes(64))
    assert max([len(piece) for piece in line]) <= jose.PIECE_CHARACTERS


def test_what_is_no_json_is_refused():
    raises(CryptoError, Line, BEGIN, {"price": 0.5})
