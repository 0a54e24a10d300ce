"""Command and response APDUs; the forms are the cases of ISO/IEC 7816-4, 5.1."""

from firmware.cards import apdu
from firmware.errors import CardError
from tests.portable import raises


def answered(response):
    """Return what the dialogue for the UID makes of one response."""
    dialogue = apdu.get_uid()
    assert dialogue.send(None) == bytes.fromhex("ffca000000")
    try:
        dialogue.send(response)
    except StopIteration as end:
        return end.value
    raise AssertionError("the dialogue asks for more")


def test_the_four_cases_of_a_command():
    assert apdu.command(0x00, 0xA4, 0x04, 0x00) == bytes.fromhex("00a40400")
    assert apdu.command(0xFF, 0xCA, 0x00, 0x00, expected=256) == apdu.GET_UID
    assert apdu.command(0x00, 0xA4, 0x04, 0x00, b"\x3f\x00") == bytes.fromhex("00a40400023f00")
    assert apdu.command(0x00, 0xA4, 0x04, 0x00, b"\x3f\x00", 16) == bytes.fromhex("00a40400023f0010")


def test_what_a_short_command_cannot_say_is_refused():
    assert len(apdu.command(0, 0, 0, 0, bytes(255), 256)) == 261
    raises(CardError, apdu.command, 0, 0, 0, 0, bytes(256))
    raises(CardError, apdu.command, 0, 0, 0, 0, b"", 257)
    raises(CardError, apdu.command, 0, 0, 0, 0, b"", 0)


def test_a_response_is_a_body_and_a_status_word():
    assert apdu.split(bytes.fromhex("04a1b2c3d4e5809000")) == (bytes.fromhex("04a1b2c3d4e580"), apdu.SW_OK)
    assert apdu.split(bytes.fromhex("6a82")) == (b"", apdu.SW_FILE_NOT_FOUND)
    raises(CardError, apdu.split, b"")
    raises(CardError, apdu.split, b"\x90")


def test_the_uid_is_asked_of_the_reader():
    assert answered(bytes.fromhex("04a1b2c3d4e5809000")) == bytes.fromhex("04a1b2c3d4e580")


def test_a_reader_that_gives_no_uid_is_quoted():
    assert "6A81" in str(raises(CardError, answered, bytes.fromhex("6a81")))
    assert "6300" in str(raises(CardError, answered, bytes.fromhex("6300")))
    raises(CardError, answered, b"")
