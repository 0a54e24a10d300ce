"""Terminal verification results, bit by bit as EMV Book 3, annex C5, numbers them."""

from firmware.cards.emv import risk

CARD = {
    0x5F24: bytes.fromhex("311231"),
    0x5F25: bytes.fromhex("200101"),
    0x5F28: bytes.fromhex("0276"),
    0x9F07: bytes.fromhex("ff00"),
    0x9F08: bytes.fromhex("0002"),
}
TERMINAL = {
    "today": (2026, 3, 28),
    "country": bytes.fromhex("0276"),
    "version": bytes.fromhex("0002"),
    "amount_minor": 1000,
    "floor_minor": 5000,
    "random_percent": 0,
    "chance": 0,
    "is_excepted": False,
}
GENUINE = {"method": "CDA", "holds": True, "why": None}


def tvr(card=None, terminal=None, proof=None):
    told = dict(TERMINAL)
    told.update(terminal or {})
    return risk.judge(card or CARD, told, proof or GENUINE)["tvr"].hex()


def changed(tag, hexadecimal):
    card = dict(CARD)
    if hexadecimal is None:
        del card[tag]
    else:
        card[tag] = bytes.fromhex(hexadecimal)
    return card


def test_nothing_speaks_against_a_good_card():
    assert tvr() == "0000000000"
    assert risk.judge(CARD, TERMINAL, GENUINE)["tsi"].hex() == "8800"


def test_a_proof_that_fails_has_a_bit_of_its_method():
    for method, bits in (("SDA", "40"), ("DDA", "08"), ("fDDA", "08"), ("CDA", "04"), (None, "80")):
        assert tvr(proof={"method": method, "holds": False, "why": ""}) == bits + "00000000"
    assert risk.judge(CARD, TERMINAL, {"method": None, "holds": False, "why": ""})["tsi"].hex() == "0800"


def test_dates_are_judged_to_the_day():
    assert tvr(terminal={"today": (2031, 12, 31)}) == "0000000000"
    assert tvr(terminal={"today": (2032, 1, 1)}) == "0040000000"
    assert tvr(terminal={"today": (2019, 12, 31)}) == "0020000000"
    assert tvr(terminal={"today": None}) == "0000000000"
    assert tvr(changed(0x5F24, None)) == tvr(changed(0x5F24, "31aa31")) == "2000000000"


def test_version_and_usage_are_the_issuers():
    assert tvr(changed(0x9F08, "0001")) == "0080000000"
    assert tvr(changed(0x9F08, None)) == "0000000000"
    for usage, here, abroad in (
        ("0100", "0010000000", "0010000000"),
        ("fe00", "0010000000", "0010000000"),
        ("2100", "0000000000", "0010000000"),
        ("0900", "0000000000", "0010000000"),
        ("1100", "0010000000", "0000000000"),
        ("0500", "0010000000", "0000000000"),
        ("ff", "0010000000", "0010000000"),
    ):
        assert tvr(changed(0x9F07, usage)) == here
        assert tvr(changed(0x9F07, usage), {"country": bytes.fromhex("0250")}) == abroad
    assert tvr(changed(0x9F07, None)) == "0000000000"


def test_amount_chance_and_exceptions():
    assert tvr(terminal={"amount_minor": 4999}) == "0000000000"
    assert tvr(terminal={"amount_minor": 5000}) == "0000008000"
    assert tvr(terminal={"random_percent": 20, "chance": 19}) == "0000001000"
    assert tvr(terminal={"random_percent": 20, "chance": 20}) == "0000000000"
    assert tvr(terminal={"is_excepted": True}) == "1000000000"


def test_how_often_a_card_paid_offline():
    def counted(counter, last):
        card = dict(CARD)
        card.update({0x9F14: b"\3", 0x9F23: b"\5"})
        if counter is not None:
            card.update({0x9F36: bytes((0, counter)), 0x9F13: bytes((0, last))})
        return tvr(card)

    assert counted(13, 10) == "0000000000"
    assert counted(14, 10) == "0000004000"
    assert counted(16, 10) == "0000006000"
    assert counted(10, 10) == counted(None, None) == "0000006000"


def test_a_phone_may_have_verified_its_holder():
    assert risk.judge(changed(0x9F6C, "0080"), TERMINAL, GENUINE)["verified_on_device"]
    assert not risk.judge(changed(0x9F6C, "8000"), TERMINAL, GENUINE)["verified_on_device"]
    assert not risk.judge(CARD, TERMINAL, GENUINE)["verified_on_device"]
