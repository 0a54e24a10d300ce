"""What a terminal says to a PN532 and makes of the answers, as transcripts: this command, that response."""

from firmware.cards import pn532
from firmware.errors import CardError
from tests.portable import raises

WAKE_UP = "5555" + "00" * 14 + "0000ff00ff00"
# nfcpy's transcripts of SAMConfiguration and GetFirmwareVersion; RFConfiguration item 5 is UM0701-02, 7.3.1.
WAKING = (
    (WAKE_UP + "0000ff05fbd4140100001700", "15"),
    ("0000ff02fed4022a00", "0332010607"),
    ("0000ff06fad43205ff0102f300", "33"),
)
LIST_ONE = "0000ff04fcd44a0100e100"
LIST = "0000ff04fcd44a0200e000"


def play(dialogue, transcript):
    """Drive a dialogue through ((command hex, response hex, None or "error"), …) and return its result."""
    event = None
    for expected, response in transcript:
        sent, timeout_ms = dialogue.send(event)
        assert sent == bytes.fromhex(expected), sent
        assert 0 < timeout_ms <= 5000
        event = response
        if response == "error":
            event = ("error",)
        elif response is not None:
            event = ("response", bytes.fromhex(response))
    try:
        asked_more = dialogue.send(event)
    except StopIteration as end:
        return end.value
    raise AssertionError("nobody scripted %r" % (asked_more,))


def test_waking_makes_a_reader_and_tells_its_firmware():
    assert play(pn532.wake(), WAKING) == "1.6"


def test_another_chip_is_named():
    error = raises(CardError, play, pn532.wake(), (WAKING[0], (WAKING[1][0], "0333010607")))
    assert "PN533" in str(error)


def test_a_silent_reader_is_named_with_its_command():
    error = raises(CardError, play, pn532.wake(), ((WAKING[0][0], None),))
    assert "SAMConfiguration" in str(error) and "wiring" in str(error)


def test_an_error_frame_and_a_late_answer_are_refused():
    assert "error frame" in str(raises(CardError, play, pn532.poll(), ((LIST, "error"), (LIST_ONE, "error"))))
    assert "response 41" in str(raises(CardError, play, pn532.poll(), ((LIST, "4100"),)))
    raises(CardError, play, pn532.wake(), (WAKING[0], (WAKING[1][0], "03320106")))


AUTO = "0000ff05fbd460040100c700"


def test_a_chip_that_looks_by_itself_tells_kind_and_length_before_each_card():
    # UM0701-02, 7.3.13: kind 20 is ISO/IEC 14443-4 type A, kind 10 a MIFARE; four looks of 150 ms.
    assert play(pn532.auto_poll(), ((AUTO, "6100"),)) is None
    target = play(pn532.auto_poll(), ((AUTO, "61012012" + "0103442007" + "04a1b2c3d4e580" + "067577810280"),))
    assert (target.uid.hex(), target.ats.hex(), target.sel_res) == ("04a1b2c3d4e580", "067577810280", 0x20)
    classic = "1009" + "0100040804" + "fb0ee20b"
    assert play(pn532.auto_poll(), ((AUTO, "6101" + classic),)).uid.hex() == "fb0ee20b"
    raises(pn532.SeveralCards, play, pn532.auto_poll(), ((AUTO, "6102" + classic + classic),))
    for wrong in ("61", "6101", "610110", "6101100801000408", "61011009" + "0200040804" + "fb0ee20b"):
        raises(CardError, play, pn532.auto_poll(), ((AUTO, wrong),))
    assert "error frame" in str(raises(CardError, play, pn532.auto_poll(), ((AUTO, "error"),)))


def test_a_copy_of_the_chip_that_lists_one_card_alone_is_asked_for_one():
    assert play(pn532.poll(), ((LIST, "error"), (LIST_ONE, "4b00"))) is None


def test_an_empty_field_has_no_target():
    assert play(pn532.poll(), ((LIST, "4b00"),)) is None


def test_a_storage_card_is_found():
    # A MIFARE Classic 1K: ATQA 0004, SAK 08, UID of 4 bytes.
    target = play(pn532.poll(), ((LIST, "4b010100040804fb0ee20b"),))
    assert target.uid == bytes.fromhex("fb0ee20b")
    assert target.sens_res == bytes.fromhex("0004")
    assert target.sel_res == 0x08
    assert target.ats == b""


def test_an_iso_dep_card_is_found_with_its_ats():
    # A MIFARE DESFire EV1 (NXP AN10833): ATQA 0344, SAK 20, UID of 7 bytes, ATS of 6.
    target = play(pn532.poll(), ((LIST, "4b01010344200704a1b2c3d4e580067577810280"),))
    assert target.uid == bytes.fromhex("04a1b2c3d4e580")
    assert target.sel_res == 0x20
    assert target.ats == bytes.fromhex("067577810280")


def test_a_target_that_does_not_add_up_is_refused():
    for found in (
        "4b",
        "4b01",
        "4b02010004080401020304",
        "4b01020004080401020304",
        "4b010100040804010203",
        "4b0101000408040102030405",
        "4b01010344200704a1b2c3d4e5800675778102",
        "4b01010344200704a1b2c3d4e58006757781028000",
    ):
        raises(CardError, play, pn532.poll(), ((LIST, found),))


def test_a_card_is_gone_after_two_empty_polls():
    assert play(pn532.is_gone(), ((LIST, "4b00"), (LIST, "4b00"))) is True
    assert play(pn532.is_gone(), ((LIST, "4b00"), (LIST, "4b010100040804fb0ee20b"))) is False
    assert play(pn532.is_gone(), ((LIST, "4b010100040804fb0ee20b"),)) is False


def test_an_apdu_is_exchanged():
    select = "00a4040007d276000085010100"
    command = pn532.frame(bytes.fromhex("4001" + select)).hex()
    assert play(pn532.exchange(bytes.fromhex(select)), ((command, "41006a82"),)) == bytes.fromhex("6a82")


def test_a_card_that_does_not_answer_is_told_with_the_chips_status():
    command = pn532.frame(bytes.fromhex("4001ffca000000")).hex()
    for answer, word in (
        ("4101", "status 01"),
        ("41", "status 01"),
        ("412b", "status 2B"),
        ("4140", "more and more"),
    ):
        error = raises(CardError, play, pn532.exchange(bytes.fromhex("ffca000000")), ((command, answer),))
        assert word in str(error)


def test_what_is_longer_than_a_frame_goes_in_parts_in_both_directions():
    # UM0701-02, 7.3.8: MI is bit 6 of the target's number, and of the status.
    apdu, said = bytes(range(250)) * 3, bytes(range(200)) * 2
    transcript = (
        (pn532.frame(b"\x40\x41" + apdu[:262]).hex(), "4100"),
        (pn532.frame(b"\x40\x41" + apdu[262:524]).hex(), "4100"),
        (pn532.frame(b"\x40\x01" + apdu[524:]).hex(), "4140" + said[:262].hex()),
        (pn532.frame(b"\x40\x01").hex(), "4100" + said[262:].hex()),
    )
    assert play(pn532.exchange(apdu), transcript) == said
    # The longest part is that of an extended frame (6.2.1.2).
    assert transcript[0][0].startswith("0000ffffff0109f6d440")
    broken = (transcript[0], (transcript[1][0], "4129"))
    assert "status 29" in str(raises(CardError, play, pn532.exchange(apdu), broken))


def test_a_card_that_always_has_more_is_ended():
    endless = ((pn532.frame(b"\x40\x01\x00").hex(), "4140" + "00" * 262),) + (
        (pn532.frame(b"\x40\x01").hex(), "4140" + "00" * 262),
    ) * 31
    assert "more and more" in str(raises(CardError, play, pn532.exchange(b"\0"), endless))


def test_several_cards_at_once_are_nobody():
    two = "4b02" + "010004080401020304" + "0203442007" + "04a1b2c3d4e580" + "067577810280"
    error = raises(pn532.SeveralCards, play, pn532.poll(), ((LIST, two),))
    assert "one alone" in str(error)
    assert play(pn532.is_gone(), ((LIST, two),)) is False


def test_cards_of_other_types_are_found_and_have_no_uid():
    # 7.3.5: of type B an ATQB and the answer to ATTRIB, of FeliCa the answer to a polling.
    type_b, felica = "0000ff05fbd44a010300de00", "0000ff09f7d44a010100ffff0100e100"
    assert play(pn532.poll_others(), ((type_b, "4b00"), (felica, "4b00"))) is None
    for transcript in (
        ((type_b, "4b0101" + "50" + "11" * 11 + "0100"),),
        ((type_b, "4b00"), (felica, "4b010112" + "01" + "22" * 16)),
    ):
        assert play(pn532.poll_others(), transcript).uid == b""
    assert play(pn532.is_gone(True), ((type_b, "4b0101" + "50" + "11" * 11 + "0100"),)) is False
    assert play(pn532.is_gone(True), ((type_b, "4b00"), (felica, "4b00")) * 2) is True
