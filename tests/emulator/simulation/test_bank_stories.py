"""Stories of bank cards at the terminal: who charges and for how much, who is turned away with which word.

Card numbers are test numbers; the gateway that opens what was sealed is the emulated one.
"""

from emulator.models import bank
from tests import pan_search
from tests.emulator.simulation.bank_cards import (
    HASH,
    OTHER_PAN,
    PAN,
    TERMS,
    card,
    charge,
    of_kind,
    opened,
    told,
)
from tests.emulator.simulation.test_play import ALICE, clean, played, story

# MicroPython takes its time for RSA; what follows from a card's answers is the same there, and the story of
# tests/emulator/test_bank_interpreters.py plays most of it.
CPYTHON_ONLY = (
    "test_every_reason_to_turn_a_bank_card_away_has_its_word",
    "test_a_card_that_is_nobodys_has_no_token_and_one_that_may_not_charge_has",
    "test_a_replayed_signature_is_refused_at_the_second_tap",
    "test_the_operator_says_how_much_proof_is_enough",
    "test_above_an_amount_the_holder_has_to_be_asked_on_the_phone",
    "test_a_card_charges_so_often_a_day_and_again_on_the_next",
    "test_a_card_charges_up_to_so_much_a_day",
    "test_the_session_ends_before_its_amount_is_exceeded",
    "test_the_display_speaks_the_cards_language_until_the_driver_is_gone",
    "test_another_drivers_card_does_not_change_the_language",
)


def refused(given, terms=None, steps=None, **settings):
    """Return the one refusal of a card that is tapped once."""
    steps = steps or [(5, "plug", True), (5, "tap", "visa"), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": given}, terms, **settings)
    assert not receipts and not of_kind(records, "session.started")
    (record,) = of_kind(records, "session.rejected")
    assert "card_data" not in record
    return record


def test_every_way_of_proving_itself_charges_and_its_strength_is_told():
    for proof, level in (("CDA", "SECURE"), ("DDA", "SECURE"), ("fDDA", "SECURE")):
        receipts, records, _result = told(charge("visa"), {"visa": card(proof=proof)})
        (started,) = of_kind(records, "session.started")
        assert started["token"] == {
            "type": "EMV", "card": HASH, "level": level, "transaction": "KT-0001-000001",
        }  # fmt: skip
        assert started["payment"] == {
            "kind": "card", "scheme": "TEST", "masked": "476173******0119", "proof": proof,
            "tvr": "0000000000", "tsi": "8800" if proof == "fDDA" else "a800", "verified_on_device": False,
        }  # fmt: skip
        assert started["contract"] is None and started["limit_minor"] == 2000
        (receipt,) = receipts
        assert receipt["reason"] == "card"
        assert receipt["token"] == {"type": "EMV", "level": level, "transaction": "KT-0001-000001"}
        assert receipt["payment"] == {
            "kind": "card", "scheme": "TEST", "masked": "476173******0119", "transaction": "KT-0001-000001",
        }  # fmt: skip
        assert '"IL":"%s","IT":"CARD_TXN_NR","ID":"KT-0001-000001"' % level in receipt["ocmf"]
        assert HASH not in repr(receipt)


def test_the_gateway_alone_opens_the_number_with_what_clears_the_payment():
    _receipts, records, _result = told(charge("visa"), {"visa": card()})
    objects = opened(of_kind(records, "session.started")[0])
    assert objects[0x5A].hex() == PAN and objects[0x57].hex().startswith(PAN + "d3112")
    assert objects[0x5F24].hex() == "311231"
    # What the card signed: amount, currency, country, date at the place, an ARQC.
    assert objects[0x9F02].hex() == "000000002000" and objects[0x5F2A].hex() == "0978"
    assert objects[0x9F1A].hex() == "0276" and objects[0x9A].hex() == "260328"
    assert objects[0x9F27] == b"\x80" and len(objects[0x9F26]) == 8 and len(objects[0x9F37]) == 4
    assert objects[0x95] == bytes(5) and objects[0x9B] == b"\xa8\0"


def test_a_tap_is_sealed_anew_each_time():
    steps = charge("visa") + charge("visa")
    _receipts, records, _result = told(steps, {"visa": card()})
    first, second = [record["card_data"] for record in of_kind(records, "session.started")]
    assert first.split(".")[0] != second.split(".")[0]
    numbers = [opened(record)[0x9F37] for record in of_kind(records, "session.started")]
    assert numbers[0] != numbers[1]


def test_the_same_card_stops_the_session_and_another_one_does_not():
    steps = [(5, "plug", True), (5, "tap", "visa"), (300, "tap", "other"), (300, "tap", "visa")]
    steps += [(60, "plug", False), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": card(), "other": card(OTHER_PAN)})
    # Each tap showed another random UID; the session went on for ten minutes.
    assert len(receipts) == 1 and receipts[0]["duration_s"] > 590 and receipts[0]["reason"] == "card"


def test_a_card_that_expires_in_mid_session_still_stops_it():
    start = {"start_utc_s": 1774994100}  # 2026-03-31T21:55:00Z: five minutes before April at the place
    changes = dict(story([])["terminal"], card_order="emv rfid", bank_cards=bank.terms(TERMS))
    receipts, _records, _result = clean(
        charge("visa"), cards={"visa": card(expires="2026-03")}, terminal=changes, **start
    )
    assert len(receipts) == 1 and receipts[0]["reason"] == "card"


def test_the_session_ends_before_its_amount_is_exceeded():
    steps = [(5, "plug", True), (5, "tap", "visa"), (7200, "plug", False), (60, "wait", "idle")]
    receipts, _records, _result = told(steps, {"visa": card()}, {"limit_minor": 300}, max_power_w=11000)
    assert receipts[0]["reason"] == "limit" and 295 <= receipts[0]["gross_minor"] <= 300


def test_every_reason_to_turn_a_bank_card_away_has_its_word():
    for given, reason in (
        (card(behaves="forged"), "not_genuine"),
        (card(behaves="clone"), "not_genuine"),
        (card(behaves="clone", proof="fDDA"), "not_genuine"),
        (card(behaves="blocked"), "bank_card_blocked"),
        (card(behaves="declines"), "bank_card_declined"),
        (card(behaves="declines", proof="fDDA"), "bank_card_declined"),
        (card(behaves="declines", proof="DDA"), "bank_card_declined"),
        (card(behaves="not_yet"), "bank_card_not_yet"),
        (card(behaves="abroad"), "bank_card_abroad"),
        (card(behaves="unknown_application"), "bank_card_scheme"),
        (card(behaves="malformed"), "bank_card_broken"),
        (card(behaves="locked_phone"), "see_phone"),
        (card(expires="2026-02"), "bank_card_expired"),
        (card(proof="SDA"), "bank_card_unproven"),
        (card(proof="none"), "bank_card_unproven"),
        ({"kind": "emv"}, "random_uid"),
    ):
        record = refused(given)
        assert record["reason"] == reason, (given, record)
        assert PAN not in repr(record)


def test_a_card_that_is_nobodys_has_no_token_and_one_that_may_not_charge_has():
    assert refused(card(behaves="clone"))["token"] is None
    assert refused(card(behaves="abroad"))["token"] == {"type": "EMV", "card": HASH, "level": "SECURE"}
    # TVR, byte 2: not yet effective, not allowed, expired (EMV Book 3, annex C5).
    assert refused(card(behaves="not_yet"))["payment"]["tvr"] == "0020000000"
    assert refused(card(behaves="abroad"))["payment"]["tvr"] == "0010000000"
    assert refused(card(expires="2026-02"))["payment"]["tvr"][2:4] == "40"
    assert refused(card(behaves="forged"))["payment"]["tvr"] == "0400000000"


def test_a_replayed_signature_is_refused_at_the_second_tap():
    steps = charge("visa") + [(60, "plug", True), (5, "tap", "visa"), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": card(behaves="replay")})
    assert of_kind(records, "session.rejected")[-1]["reason"] == "not_genuine"
    # Nor did the replay stop the session: the driver unplugged.
    assert [receipt["reason"] for receipt in receipts] == ["unplugged"]


def test_the_operator_says_how_much_proof_is_enough():
    for wanted, proof, level in (
        ("static", "SDA", "TRUSTED"),
        ("none", "SDA", "TRUSTED"),
        ("none", "none", "HEARSAY"),
    ):
        receipts, _records, _result = told(
            charge("visa"), {"visa": card(proof=proof)}, {"authentication": wanted}
        )
        assert receipts[0]["token"]["level"] == level
    # What the card signed for its issuer says so: offline authentication was not performed (TVR, byte 1).
    _receipts, records, _result = told(
        charge("visa"), {"visa": card(proof="none")}, {"authentication": "none"}
    )
    assert opened(of_kind(records, "session.started")[0])[0x95].hex() == "8000000000"
    # What proves to be false is never enough.
    assert refused(card(behaves="forged"), {"authentication": "none"})["reason"] == "not_genuine"
    assert refused(card(proof="none"), {"authentication": "static"})["reason"] == "bank_card_unproven"


def test_above_an_amount_the_holder_has_to_be_asked_on_the_phone():
    terms = {"verified_from_minor": 2000}
    assert refused(card(proof="fDDA"), terms)["reason"] == "bank_card_verify"
    receipts, records, _result = told(charge("visa"), {"visa": card(proof="fDDA", behaves="phone")}, terms)
    assert len(receipts) == 1 and of_kind(records, "session.started")[0]["payment"]["verified_on_device"]
    assert len(told(charge("visa"), {"visa": card(proof="fDDA")}, {"verified_from_minor": 2001})[0]) == 1


def test_a_denied_card_is_known_by_its_hash():
    record = refused(card(), {"deny": [HASH]})
    assert record["reason"] == "denied"
    assert record["payment"]["tvr"] == "1000000000"


def test_a_card_charges_so_often_a_day_and_again_on_the_next():
    steps = charge("visa") * 3 + [
        (86400, "plug", True),
        (5, "tap", "visa"),
        (60, "plug", False),
        (60, "wait", "idle"),
    ]
    receipts, records, _result = told(steps, {"visa": card()}, {"day_count": 2})
    reasons = [record["reason"] for record in of_kind(records, "session.rejected")]
    # Both taps of the third try are refused.
    assert len(receipts) == 3 and reasons == ["bank_card_day"] * 2


def test_a_card_charges_up_to_so_much_a_day():
    # Ten minutes at 11 kW come to 1.06 EUR: after the first session 2.00 are left of 3.06.
    receipts, records, _result = told(
        charge("visa") * 3, {"visa": card()}, {"limit_minor": 200, "day_minor": 310}
    )
    spent_minor = [receipt["gross_minor"] for receipt in receipts]
    assert len(receipts) == 2 and sum(spent_minor) <= 310
    assert sum(spent_minor) + 200 > 310
    assert of_kind(records, "session.rejected")[0]["reason"] == "bank_card_day"
    # Another card has a day of its own.
    steps = charge("visa") * 2 + charge("other")
    cards = {"visa": card(), "other": card(OTHER_PAN)}
    assert len(told(steps, cards, {"day_count": 1})[0]) == 2


def test_a_power_cut_makes_no_cards_day_cheaper():
    steps = [
        (5, "plug", True),
        (5, "tap", "visa"),
        (300, "power", "cut"),
        (60, "power", "on"),
        (60, "wait", "idle"),
    ]
    steps += [(5, "tap", "visa"), (60, "wait", "idle")]
    receipts, records, _result = told(steps, {"visa": card()}, {"day_count": 1})
    assert [receipt["reason"] for receipt in receipts] == ["power_loss"]
    assert receipts[0]["payment"]["masked"] == "476173******0119"
    assert [record["reason"] for record in of_kind(records, "session.rejected")] == ["bank_card_day"]


def test_without_a_date_no_bank_card_charges():
    steps = [(5, "clock", "unset"), (5, "plug", True), (5, "tap", "visa"), (60, "wait", "idle")]
    assert refused(card(), steps=steps)["reason"] == "bank_card_no_clock"
    # One that charges already is stopped by its card also then.
    steps = [
        (5, "plug", True),
        (5, "tap", "visa"),
        (60, "clock", "unset"),
        (60, "tap", "visa"),
        (60, "plug", False),
    ]
    receipts, _records, _result = told(steps + [(60, "wait", "idle")], {"visa": card()})
    assert [receipt["reason"] for receipt in receipts] == ["card"]


def screens_of(steps, cards, **terms):
    shown = []
    from emulator.simulation.play import play
    from tests.emulator.simulation.quick_craft import QuickCraft

    terminal = dict(story([])["terminal"], card_order="emv rfid", bank_cards=bank.terms(dict(TERMS, **terms)))
    told_story = story(steps, cards=cards, terminal=terminal)
    assert play(told_story, lambda event: shown.append(event.get("screen")), QuickCraft()) == 0
    return [screen["lines"] for screen in shown if screen]


def test_the_display_speaks_the_cards_language_until_the_driver_is_gone():
    shown = screens_of(charge("visa"), {"visa": card(languages="nlfr")})
    assert ["Recharge terminée", "Veuillez patienter"] in shown
    assert shown[0][0] == shown[-1][0] == "Hold your card here"
    shown = screens_of(
        [(5, "tap", "visa"), (60, "wait", "idle")], {"visa": card(behaves="clone", languages="de")}
    )
    assert ["Diese Karte ist", "nicht echt"] in shown
    # A language that the terminal has not is passed over.
    shown = screens_of(charge("visa"), {"visa": card(languages="nlse")})
    assert ["Charging has ended", "Please wait"] in shown


def test_another_drivers_card_does_not_change_the_language():
    steps = [
        (5, "plug", True),
        (5, "tap", "visa"),
        (60, "tap", "other"),
        (60, "button", "stop"),
        (60, "plug", False),
    ]
    shown = screens_of(steps, {"visa": card(languages="en"), "other": card(OTHER_PAN, languages="fr")})
    assert not [lines for lines in shown if "Veuillez patienter" in lines]


def test_a_card_before_the_plug_charges_once_the_vehicle_is_there():
    steps = [
        (5, "tap", "visa"),
        (20, "plug", True),
        (300, "tap", "visa"),
        (60, "plug", False),
        (60, "wait", "idle"),
    ]
    receipts, records, _result = told(steps, {"visa": card()})
    assert len(receipts) == 1 and opened(of_kind(records, "session.started")[0])[0x5A].hex() == PAN
    # Called off with the same card, nothing begins.
    steps = [
        (5, "tap", "visa"),
        (10, "tap", "visa"),
        (10, "plug", True),
        (60, "plug", False),
        (60, "wait", "idle"),
    ]
    assert told(steps, {"visa": card()})[0] == []


def test_the_number_is_in_no_record_and_no_screen():
    steps = charge("visa") + [(5, "wait", "uploaded")]
    terminal = dict(story([])["terminal"], card_order="emv rfid", bank_cards=bank.terms(TERMS))
    _code, records, result, jws = played(steps, cards={"visa": card()}, terminal=terminal)
    shown = screens_of(steps, {"visa": card()})
    text = repr(records) + repr(result) + repr(jws) + repr(shown)
    assert "476173******0119" in text
    assert pan_search.found(PAN, text.encode()) == []


def test_a_tariff_of_ocpp_may_ask_by_which_card_it_is_paid():
    # The emulated card calls its application TEST.
    paid_by = '{"priceKwh": %s, "conditions": {"paymentBrand": "%s"}}'
    prices = ", ".join([paid_by % ("0.70", "Visa"), paid_by % ("0.60", "test"), '{"priceKwh": 0.40}'])
    tariff = '{"tariffId": "day", "currency": "EUR", "energy": {"prices": [%s]}}' % prices
    cut = [
        (5, "plug", True),
        (5, "tap", "visa"),
        (300, "power", "cut"),
        (60, "power", "on"),
        (60, "plug", False),
    ]
    steps = charge("visa") + charge("alice") + cut + [(60, "wait", "idle")]
    cards = {"visa": card(), "alice": {"kind": "rfid", "uid": ALICE}}
    receipts, _records, _result = told(steps, cards, on=[tariff])
    lines = [[line["unit_price"] for line in receipt["lines"]] for receipt in receipts]
    assert lines == [["0.6"], ["0.4"], ["0.6"]]
    assert receipts[0]["lines"][0]["why"] == [["brand", "test", None]]
