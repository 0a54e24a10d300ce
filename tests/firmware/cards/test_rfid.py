"""UIDs: one spelling, whole, and never one that a phone made up."""

from firmware.cards import rfid, token
from firmware.errors import CardError
from tests.portable import raises


def test_a_uid_has_one_spelling_most_significant_byte_first():
    assert rfid.canonical(bytes.fromhex("04a1b2c3d4e580")) == "04A1B2C3D4E580"
    assert rfid.canonical(bytes.fromhex("0b0e2200")) == "0B0E2200"
    assert rfid.canonical(bytes.fromhex("00010203040506070809")) == "00010203040506070809"
    assert rfid.canonical(bytearray(b"\x01\x02\x03\x04")) == "01020304"


def test_a_uid_of_another_length_is_refused():
    # A UID cut by the reader never matches the back office's (SmartEVSE-3.5#98, #100).
    for size in (0, 1, 3, 5, 6, 8, 9, 11):
        assert "%d" % size in str(raises(CardError, rfid.canonical, bytes(size)))


def test_the_first_part_of_a_longer_uid_is_refused():
    # ISO/IEC 14443-3, 6.5.4: 88 is the cascade tag; 88 04A1B2 is how 04A1B2C3D4E580 begins on the air.
    assert "88" in str(raises(CardError, rfid.canonical, bytes.fromhex("8804a1b2")))
    assert rfid.canonical(bytes.fromhex("88040506070809")) == "88040506070809"


def test_random_uids_are_four_bytes_that_begin_with_08():
    assert rfid.is_random(bytes.fromhex("08123456"))
    assert not rfid.is_random(bytes.fromhex("18123456"))
    assert not rfid.is_random(bytes.fromhex("08123456789abc"))
    assert not rfid.is_random(b"")


def test_a_card_known_by_its_uid_is_hearsay():
    expected = {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "HEARSAY"}
    assert token.from_uid(bytes.fromhex("04A1B2C3D4E580")) == expected


def test_a_random_uid_is_no_token_and_the_reason_says_so():
    assert "random" in str(raises(CardError, token.from_uid, bytes.fromhex("08123456")))
    assert "bytes" in str(raises(CardError, token.from_uid, b"\x08\x12"))
