"""Each value has one spelling in DER (X.690, 8 and 10), and every other one is refused."""

from firmware.crypto import asn1
from firmware.errors import CryptoError
from tests.portable import raises


def refused(function, hexadecimal, *more):
    return str(raises(CryptoError, function, bytes.fromhex(hexadecimal), *more))


def test_elements_follow_each_other_and_fill_what_they_are_in():
    content = bytes.fromhex("0201053003020100" + "048180" + "0a" + "00" * 127)
    parts = asn1.elements(content)
    assert [(tag, len(body), len(whole)) for tag, body, whole in parts] == [
        (2, 1, 3),
        (0x30, 3, 5),
        (4, 128, 131),
    ]
    assert asn1.elements(b"") == []
    assert asn1.size(content) == 3
    assert asn1.only(bytes.fromhex("3003020100"), asn1.SEQUENCE) == bytes.fromhex("020100")


def test_another_length_is_refused():
    for hexadecimal in (
        "30",  # no length
        "3080",  # indefinite
        "30810500",  # 5 in two bytes
        "3082007f",  # 127 in three
        "30820080" + "00" * 128,
        "308300010000",  # longer than any certificate
        "3081",  # a length that is cut
        "1f8100",  # a tag of several bytes
    ):
        refused(asn1.elements, hexadecimal)
    assert "announces 3 bytes where 2 are left" in refused(asn1.elements, "30030201")


def test_only_one_element_of_its_tag_is_one():
    for hexadecimal in ("", "020100020100", "3000020100", "020100"):
        refused(asn1.only, hexadecimal, asn1.SEQUENCE)


def test_integers_are_positive_and_short():
    for hexadecimal, number in (("00", 0), ("7f", 127), ("0080", 128), ("00ff00", 0xFF00)):
        assert asn1.integer(bytes.fromhex(hexadecimal)) == number
    for hexadecimal in ("", "80", "ff00", "0001", "007f"):
        refused(asn1.integer, hexadecimal)


def test_a_boolean_is_one_of_two_bytes():
    assert asn1.boolean(b"\xff") is True
    assert asn1.boolean(b"\0") is False
    for hexadecimal in ("", "01", "7f", "ffff"):
        refused(asn1.boolean, hexadecimal)


def test_bits_that_are_none_are_zero():
    assert asn1.bits(bytes.fromhex("0780")) == (b"\x80", 7)
    assert asn1.bits(bytes.fromhex("00ff")) == (b"\xff", 0)
    assert asn1.bits(b"\0") == (b"", 0)
    for hexadecimal in ("", "01", "0801", "0781", "0203"):
        refused(asn1.bits, hexadecimal)
