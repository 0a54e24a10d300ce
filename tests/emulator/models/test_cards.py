"""The cards of a story, asked by the terminal's own dialogues."""

from emulator.models import cards
from emulator.models.prng import Prng
from firmware.cards import apdu, rfid
from tests.portable import raises


def ask_uid(card):
    dialogue = apdu.get_uid()
    try:
        dialogue.send(card.transmit(dialogue.send(None)))
    except StopIteration as end:
        return end.value
    raise AssertionError("the dialogue asks for more")


def make(kind, uid=None):
    card = {"kind": kind}
    if uid:
        card["uid"] = uid
    return cards.make(card, Prng(5, "cards"))


def test_a_card_shows_its_uid_at_every_presentation():
    for kind in ("rfid", "desfire"):
        card = make(kind, "04A1B2C3D4E580")
        assert card.present() == card.present() == ask_uid(card) == bytes.fromhex("04A1B2C3D4E580")


def test_a_bank_card_shows_another_random_uid_at_each_presentation():
    card = make("emv")
    shown = []
    for _ in range(5):
        uid = card.present()
        assert rfid.is_random(uid)
        assert ask_uid(card) == uid == card.uid
        shown.append(uid)
    assert len(set(shown)) == 5
    assert shown[0] == make("emv").present()  # the seed decides


def test_other_commands_are_refused_with_the_right_status():
    card = make("rfid", "01020304")
    assert card.transmit(bytes.fromhex("00a4040007d276000085010100")) == bytes.fromhex("6a82")
    assert card.transmit(bytes.fromhex("00b0000000")) == bytes.fromhex("6d00")
    assert card.transmit(b"\x00") == bytes.fromhex("6700")


def test_atrs_are_those_that_readers_give():
    # MIFARE Classic 1K and DESFire as the public ATR list of pcsc-tools has them.
    assert make("rfid", "01020304").atr == bytes.fromhex("3b8f8001804f0ca000000306030001000000006a")
    assert make("rfid", "04A1B2C3D4E580").atr == bytes.fromhex("3b8f8001804f0ca0000003060300030000000068")
    assert make("desfire", "04A1B2C3D4E580").atr == bytes.fromhex("3b8180018080")
    # PC/SC part 3, 3.1.3.2.3.1: the historical bytes 80 73 C8 21 10 of the ATS, and the check byte over all.
    assert make("emv").atr == bytes.fromhex("3b8580018073c821100e")


def test_an_unknown_kind_is_refused():
    raises(ValueError, make, "magnetic")
