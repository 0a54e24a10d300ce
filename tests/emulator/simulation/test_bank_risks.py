"""What risk management makes of a tap: chance, counters, action codes, an order's denial, who was asked.

Card numbers are test numbers.
"""

from emulator.models import bank, emv
from emulator.models.prng import Prng
from firmware.access import bank_terms
from firmware.cards import tlv
from tests.emulator.simulation.bank_cards import (
    HASH,
    OTHER_PAN,
    PAN,
    TERMS,
    TapConfig,
    card,
    charge,
    of_kind,
    opened,
    tapped,
    told,
)

# RSA takes MicroPython its time; tests/emulator/test_bank_interpreters.py plays a tap there.
CPYTHON_ONLY = (
    "test_who_is_chosen_by_chance_cannot_go_online_and_is_judged_by_the_issuers_codes",
    "test_a_card_that_paid_too_often_offline_is_told_so_and_refused_where_its_issuer_says",
    "test_a_card_that_limits_its_payments_and_tells_no_counters_is_judged_as_above_both",
    "test_the_operators_own_action_codes_refuse_too",
    "test_an_action_code_that_is_none_is_a_broken_card",
    "test_a_bank_card_is_denied_by_an_order",
    "test_a_phone_that_signs_with_its_cryptogram_vouches_for_its_holder_where_it_was_told_to",
    "test_a_slow_card_pays_if_it_is_held_long_enough_and_else_starts_nothing",
    "test_a_label_that_is_the_number_is_no_name_of_a_scheme",
    "test_nobody_vouches_for_a_holder_by_a_bit_that_is_not_signed",
    "test_the_terminal_asks_for_verification_only_from_its_amount_on",
)


def terms(**changes):
    class Config(TapConfig):
        bank_cards = bank_terms.parse(bank.terms(dict(TERMS, **changes)), "EUR", ["day"])

    return Config


def issued(signed=(), data=None, method="CDA", behaves=""):
    """Return a card with further signed objects, and what it tells by GET DATA."""
    made = emv.PaymentCard(PAN, "2031-12", Prng(6, "card"), method, behaves)
    made.signed = b"".join([tlv.encode(name, bytes.fromhex(text)) for name, text in signed])
    made.data = {name: bytes.fromhex(text) for name, text in (data or {}).items()}
    return made


# Issuer action codes as cards have them: default (want of going online) and denial.
LENIENT = ((0x9F0D, "b050808800"), (0x9F0E, "0000000000"))
ALWAYS = {"random_percent": 99, "random_max_percent": 99, "floor_minor": 5000}


def outcome(made, **changes):
    (found,) = tapped([made], terms(**changes))
    return found.get("reason") or found["refusal"], found["payment"]["payment"]["tvr"]


def test_who_is_chosen_by_chance_cannot_go_online_and_is_judged_by_the_issuers_codes():
    # The seed of the terminal's numbers is fixed; 99 of 99 are chosen.
    assert outcome(issued(LENIENT), **ALWAYS) == (None, "0000001000")
    strict = ((0x9F0D, "b050809800"),)
    assert outcome(issued(strict), **ALWAYS) == ("bank_card_declined", "0000001000")
    # A card without codes wants to be asked for anything.
    assert outcome(issued(), **ALWAYS) == ("bank_card_declined", "0000001000")
    assert outcome(issued()) == (None, "0000000000")
    # The card is told, and signs it for its issuer.
    (found,) = tapped([issued(LENIENT)], terms(**ALWAYS))
    assert opened(found["payment"])[0x95].hex() == "0000001000"


LIMITED = LENIENT + ((0x9F14, "03"), (0x9F23, "05"))


def test_a_card_that_paid_too_often_offline_is_told_so_and_refused_where_its_issuer_says():
    def counted(counter, last, signed=LIMITED):
        made = issued(signed, {0x9F13: "00%02x" % last})
        made.counter = counter - 1
        return outcome(made)

    assert counted(13, 10) == (None, "0000000000")
    assert counted(14, 10) == (None, "0000004000")
    assert counted(16, 10) == (None, "0000006000")
    strict = ((0x9F0D, "b0508028" + "00"),) + LIMITED[1:]
    assert counted(14, 10, strict) == (None, "0000004000")
    assert counted(16, 10, strict) == ("bank_card_declined", "0000006000")


def test_a_card_that_limits_its_payments_and_tells_no_counters_is_judged_as_above_both():
    assert outcome(issued(LIMITED)) == (None, "0000006000")
    # A new card: no payment of it was ever online.
    assert outcome(issued(LIMITED, {0x9F13: "0000"})) == (None, "0008000000")


def test_the_operators_own_action_codes_refuse_too():
    for changes in ({"tac_default": "0000001000"}, {"tac_denial": "0000001000"}):
        assert outcome(issued(LENIENT), **dict(ALWAYS, **changes))[0] == "bank_card_declined"
        assert outcome(issued(LENIENT), **changes) == (None, "0000000000")


def test_an_action_code_that_is_none_is_a_broken_card():
    (found,) = tapped([issued(((0x9F0D, "b0"),))])
    assert found == {"reason": "bank_card_broken"}


def test_a_bank_card_is_denied_by_an_order():
    steps = [(5, "order", {"deny": ["CARD=" + HASH]}), (60, "plug", True), (5, "tap", "visa")]
    steps += [(60, "tap", "other"), (60, "tap", "other"), (60, "plug", False), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": card(), "other": card(OTHER_PAN)})
    (refused,) = of_kind(records, "session.rejected")
    assert refused["reason"] == "denied" and refused["payment"]["tvr"] == "1000000000"
    assert refused["token"]["card"] == HASH and len(receipts) == 1


def test_a_phone_that_signs_with_its_cryptogram_vouches_for_its_holder_where_it_was_told_to():
    (found,) = tapped([issued(behaves="phone")], terms(verified_from_minor=2000))
    payment = found["payment"]["payment"]
    assert found["refusal"] is None and payment["verified_on_device"] and payment["tsi"] == "e800"
    assert opened(found["payment"])[0x9F34].hex() == "010002"
    # Below the amount nobody is asked, and nothing is claimed.
    (found,) = tapped([issued(behaves="phone")], terms(verified_from_minor=2001))
    payment = found["payment"]["payment"]
    assert found["refusal"] is None and not payment["verified_on_device"] and payment["tsi"] == "a800"
    assert opened(found["payment"])[0x9F34].hex() == "3f0000"


def test_a_slow_card_pays_if_it_is_held_long_enough_and_else_starts_nothing():
    # Eight commands; a tap lasts half a second.
    receipts, _records, _result = told(charge("visa"), {"visa": card(slow_ms=50)})
    assert len(receipts) == 1 and receipts[0]["reason"] == "card"
    steps = [(5, "plug", True), (5, "tap", "visa"), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": card(slow_ms=200)})
    reasons = [record["reason"] for record in of_kind(records, "session.rejected")]
    assert not receipts and reasons == ["card_error"]
    steps = [(5, "plug", True), (5, "hold", "visa"), (5, "hold", None), (60, "plug", False)]
    assert len(told(steps + [(60, "wait", "idle")], {"visa": card(slow_ms=200)})[0]) == 1


def test_a_label_that_is_the_number_is_no_name_of_a_scheme():
    # Nobody's number, as its check digit is wrong; in BCD it is a word.
    label = b"GasTuvFy"
    made = emv.PaymentCard(label.hex(), "2031-12", Prng(6, "card"))
    made.label = label
    assert tapped([made])[0]["payment"]["payment"]["scheme"] == "F04B494C4F"
    made.label = b"FUEL 24"
    assert tapped([made])[0]["payment"]["payment"]["scheme"] == "FUEL"


class Meddler(emv.PaymentCard):
    """A card behind a relay that turns the bits which say that the holder was asked."""

    def transmit(self, command):
        """Turn them in the answer to the question for processing options."""
        response = super().transmit(command)
        if command[1] == emv.OPTIONS:
            body = tlv.find(response[:-2], 0x77)
            parts = [
                (name, {0x9F6C: b"\0\x80", 0x82: bytes((value[0] | emv.ON_DEVICE, 0))}.get(name, value))
                for name, value in tlv.objects(body)
            ]
            response = tlv.encode(0x77, b"".join([tlv.encode(*part) for part in parts])) + b"\x90\0"
        return response


def test_nobody_vouches_for_a_holder_by_a_bit_that_is_not_signed():
    # Visa's qualifiers beside the signed ones; a profile that is signed with the records.
    for method, reason in (("fDDA", "not_genuine"), ("CDA", "not_genuine")):
        made = Meddler(PAN, "2031-12", Prng(6, "card"), method)
        (found,) = tapped([made], terms(verified_from_minor=2000))
        assert (found.get("reason") or found["refusal"]) == reason
        assert not found["payment"]["payment"]["verified_on_device"]


def test_the_terminal_asks_for_verification_only_from_its_amount_on():
    class Curious(emv.PaymentCard):
        seen = b""

        def transmit(self, command):
            """Keep what it is told."""
            if command[1] == emv.OPTIONS:
                type(self).seen = command[7:11]
            return super().transmit(command)

    for from_minor, qualifiers in ((0, "21004000"), (2001, "21004000"), (2000, "21404000")):
        tapped([Curious(PAN, "2031-12", Prng(6, "card"), "fDDA")], terms(verified_from_minor=from_minor))
        assert Curious.seen.hex() == qualifiers
