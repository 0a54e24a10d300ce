"""Command and response APDUs; the forms are the cases of ISO/IEC 7816-4, 5.1."""

from firmware.cards import apdu, status
from firmware.errors import CardError
from tests.firmware.cards.transcript import played
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
    assert apdu.command(0xFF, 0xCA, 0x00, 0x00, expected=256) == status.GET_UID
    assert apdu.command(0x00, 0xA4, 0x04, 0x00, b"\x3f\x00") == bytes.fromhex("00a40400023f00")
    assert apdu.command(0x00, 0xA4, 0x04, 0x00, b"\x3f\x00", 16) == bytes.fromhex("00a40400023f0010")


def test_what_a_short_command_cannot_say_is_refused():
    assert len(apdu.command(0, 0, 0, 0, bytes(255), 256)) == 261
    raises(CardError, apdu.command, 0, 0, 0, 0, bytes(256))
    raises(CardError, apdu.command, 0, 0, 0, 0, b"", 257)
    raises(CardError, apdu.command, 0, 0, 0, 0, b"", 0)


def test_a_response_is_a_body_and_a_status_word():
    assert apdu.split(bytes.fromhex("04a1b2c3d4e5809000")) == (bytes.fromhex("04a1b2c3d4e580"), status.SW_OK)
    assert apdu.split(bytes.fromhex("6a82")) == (b"", status.SW_FILE_NOT_FOUND)
    raises(CardError, apdu.split, b"")
    raises(CardError, apdu.split, b"\x90")


def test_the_uid_is_asked_of_the_reader():
    assert answered(bytes.fromhex("04a1b2c3d4e5809000")) == bytes.fromhex("04a1b2c3d4e580")


def test_a_reader_that_gives_no_uid_is_quoted():
    assert "6A81" in str(raises(CardError, answered, bytes.fromhex("6a81")))
    assert "6300" in str(raises(CardError, answered, bytes.fromhex("6300")))
    raises(CardError, answered, b"")


def test_more_is_fetched_until_nothing_waits():
    # ISO/IEC 7816-4, 5.6: 61xx, GET RESPONSE for xx bytes, 00 for 256.
    script = (("00a4040000", "016102"), ("00c0000002", "02036100"), ("00c0000000", "049000"))
    assert played(apdu.exchange(bytes.fromhex("00a4040000")), *script) == (b"\1\2\3\4", status.SW_OK)


def test_another_length_is_asked_for_once():
    for command, again in (
        ("00b2010c00", "00b2010c03"),
        ("80a8000002830000", "80a8000002830003"),
        ("80a80000028300", "80a8000002830003"),
        ("00a40400", "00a4040003"),
    ):
        dialogue = apdu.exchange(bytes.fromhex(command))
        assert played(dialogue, (command, "6c03"), (again, "0000009000")) == (bytes(3), status.SW_OK)
    # A card that says so again is taken at its word, and not asked for ever.
    dialogue = apdu.exchange(bytes.fromhex("00b2010c00"))
    assert played(dialogue, ("00b2010c00", "6c03"), ("00b2010c03", "6c03")) == (b"", 0x6C03)


def test_a_warning_comes_with_its_body():
    assert played(apdu.select(b"\xa0"), ("00a4040001a000", "6f006283")) == (b"\x6f\x00", 0x6283)


def test_a_refusal_is_told_in_words():
    dialogue = apdu.demand(bytes.fromhex("00b2010c00"), "record 1")
    error = raises(CardError, played, dialogue, ("00b2010c00", "6a83"))
    assert str(error) == "the card refused record 1 with status 6A83 (no such record)"


def test_a_card_that_always_has_more_is_refused():
    dialogue = apdu.exchange(bytes.fromhex("00a4040000"))
    dialogue.send(None)

    def babble():
        for _ in range(apdu.MAX_ROUNDS + 2):
            dialogue.send(bytes.fromhex("016101"))

    raises(CardError, babble)
