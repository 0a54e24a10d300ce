"""Proves the signature in DER. The spellings are those that X.690, 8 and 10, allow or forbid."""

from firmware.crypto import der
from firmware.errors import CryptoError
from tests.portable import raises


def test_a_signature_has_the_shortest_integers():
    one, high = (1).to_bytes(32, "big"), b"\x80" + bytes(31)
    assert der.signature(one + one) == bytes.fromhex("3006020101020101")
    assert der.signature(high + one) == b"\x30\x26\x02\x21\x00" + high + b"\x02\x01\x01"


def test_signatures_come_back_as_r_and_s():
    high, low = b"\x80" + bytes(31), bytes(31) + b"\x01"
    for raw in (high + low, low + high, bytes(range(1, 65)), bytes(64), b"\xff" * 64):
        assert der.raw_signature(der.signature(raw)) == raw


def test_other_spellings_of_a_signature_are_refused():
    for text in (
        "",
        "3006",
        "300602010102010100",  # a byte after it
        "3006020101020101" + "00",
        "30070201010201010000",
        "308106020101020101",  # a length in long form
        "3080020101020101" + "0000",  # without end, as BER allows
        "300702020001020101",  # a leading zero that nothing asks for
        "3007020101" + "02020001",
        "3006020180020101",  # negative
        "3006030101020101",  # no INTEGER
        "3106020101020101",  # a SET
        "3006020101",
        "3005020101" + "0200",
        "3026022200" + "00" * 33 + "020101",
        "30820006020101020101",
        "3009020101020101020101",  # a third number
    ):
        raises(CryptoError, der.raw_signature, bytes.fromhex(text))
