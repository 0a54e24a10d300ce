"""Terminal verification results, bit by bit as EMV Book 3, annex C5, numbers them."""

from emulator.models.prng import Prng
from firmware.cards.emv import risk
from firmware.errors import CardError
from firmware.terminal import bank
from tests.portable import raises

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
    "random": (0, 0, 0),
    "chance": None,
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
    for method, bits in (("SDA", "42"), ("DDA", "08"), ("fDDA", "08"), ("CDA", "04"), (None, "80")):
        assert tvr(proof={"method": method, "holds": False, "why": ""}) == bits + "00000000"
    # SDA that holds is told as well: it proves less.
    assert tvr(proof={"method": "SDA", "holds": True, "why": None}) == "0200000000"
    lacking = {"method": "DDA", "holds": False, "is_missing": True, "why": ""}
    assert tvr(proof=lacking) == "2800000000"
    assert risk.judge(CARD, TERMINAL, lacking)["is_whole"]
    assert risk.judge(CARD, TERMINAL, {"method": None, "holds": False, "why": ""})["tsi"].hex() == "0800"


def test_dates_are_judged_to_the_day():
    assert tvr(terminal={"today": (2031, 12, 31)}) == "0000000000"
    assert tvr(terminal={"today": (2032, 1, 1)}) == "0040000000"
    assert tvr(terminal={"today": (2019, 12, 31)}) == "0020000000"
    assert tvr(terminal={"today": None}) == "0000000000"
    assert tvr(changed(0x5F24, None)) == tvr(changed(0x5F24, "31aa31")) == "2000000000"
    assert not risk.judge(changed(0x5F24, None), TERMINAL, GENUINE)["is_whole"]


def test_a_card_that_tells_its_validity_in_track_2_alone_is_judged_by_that():
    card = changed(0x5F24, None)
    card[0x57] = bytes.fromhex("4761739001010119d31122010000000000000f")
    assert tvr(card) == tvr(card, {"today": (2031, 12, 31)}) == "0000000000"
    assert tvr(card, {"today": (2032, 1, 1)}) == "0040000000"
    card[0x57] = bytes.fromhex("4761739001010119d3")
    assert tvr(card) == "2000000000"
    del card[0x57]
    card[0x9F6B] = bytes.fromhex("4761739001010119d2602201")
    assert tvr(card) == "0040000000"


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
    # 10.6.2: a number from 1 to 99 that is not above the target percentage selects.
    assert tvr(terminal={"random": (20, 20, 0), "chance": 20}) == "0000001000"
    assert tvr(terminal={"random": (20, 20, 0), "chance": 21}) == "0000000000"
    assert tvr(terminal={"random": (0, 0, 0), "chance": 1}) == "0000000000"
    # From the floor limit on nothing is left to chance.
    assert tvr(terminal={"random": (99, 99, 0), "chance": 1, "amount_minor": 5000}) == "0000008000"
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
    assert counted(10, 10) == counted(9, 10) == counted(None, None) == "0000006000"
    # A card that was never online is a new one (byte 2).
    assert counted(2, 0) == "0008000000"
    assert counted(0, 0) == "0008006000"


def test_chance_selects_as_often_as_its_percentages_say():
    def share(amount_minor, percent, most_percent, threshold_minor, draws):
        chosen = 0
        terminal = {"amount_minor": amount_minor, "random": (percent, most_percent, threshold_minor)}
        for chance in draws:
            chosen += tvr(terminal=dict(terminal, chance=chance)) == "0000001000"
        return chosen

    # Each number once: the share is exact. Threshold 1000, floor limit 5000: from 10 to 90 percent in a line.
    every = range(1, 100)
    for amount_minor, percent in ((1, 10), (999, 10), (1000, 10), (2000, 30), (3000, 50), (4999, 89)):
        assert share(amount_minor, 10, 90, 1000, every) == percent, amount_minor
    assert share(4999, 99, 99, 0, every) == 99 and share(4999, 0, 0, 0, every) == 0
    # Drawn as the terminal draws them: each number about as often, none outside.
    random = Prng(11, "chance").random_bytes
    drawn = [bank.chance(random) for _ in range(2000)]
    assert sorted(set(drawn)) == list(every)
    counts = [drawn.count(number) for number in every]
    mean = len(drawn) // 99
    # Chi squared with 98 degrees of freedom: 145 is passed once in a thousand times.
    assert sum([(count - mean) ** 2 for count in counts]) < 145 * mean
    chosen = share(3000, 10, 90, 1000, drawn)
    # 50 of 99 draws; three standard deviations are 67.
    assert abs(chosen - 2000 * 50 // 99) < 68


def test_numbers_that_would_make_small_ones_likelier_are_drawn_again():
    given = [b"\xff", b"\xc6", b"\xc5"]
    assert bank.chance(lambda size: given.pop(0)) == 99
    assert bank.chance(lambda size: b"\0") == bank.chance(lambda size: b"\x63") == 1


def test_action_codes_turn_down_for_the_bits_that_they_name():
    def is_down(tvr_text, codes=None, denial="0000000000", default="0000000000"):
        card = {name: bytes.fromhex(code) for name, code in (codes or {}).items()}
        tvr_bytes = bytes.fromhex(tvr_text)
        return risk.is_turned_down(card, tvr_bytes, bytes.fromhex(denial), bytes.fromhex(default))

    none = {0x9F0D: "0000000000"}
    for bit in range(40):
        number = 1 << bit
        text = number.to_bytes(5, "big").hex()
        assert not is_down(text, none)
        assert is_down(text, {0x9F0D: text}) and is_down(text, {0x9F0D: "0000000000", 0x9F0E: text})
        assert is_down(text, none, denial=text) and is_down(text, none, default=text)
        # An issuer that is silent wants to be asked for anything (10.7), but for what was settled before.
        assert is_down(text) == (text not in ("8000000000", "4000000000", "0800000000", "0400000000",
                                              "0200000000", "0080000000"))  # fmt: skip
    assert not is_down("0000000000")
    # Codes for going online alone (9F0F) stop nobody: nothing goes online.
    assert not is_down("0000001000", {0x9F0D: "b0508088" + "00", 0x9F0F: "f8508098" + "00"})
    for wrong in ("", "00000000", "000000000000"):
        raises(CardError, is_down, "0000000000", {0x9F0D: wrong})
