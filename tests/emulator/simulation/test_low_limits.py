"""Plays taps of drivers whose limit is below what a session costs as soon as it has begun: none begins.

Prices are net with 19 % VAT, limits gross: a fee of 1.00 is 1.19 to the driver. A tap is noticed at
16:30:10 at the place, which keeps Central European Time.
"""

from emulator.simulation.play import play
from firmware.pricing import calendar
from tests.emulator.simulation import bank_cards
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import ALICE, clean, story
from tests.emulator.simulation.test_price_stories import tariff, terminal

AT = calendar.parse_utc("2026-03-27T15:30:00Z")
TAP = [(5, "plug", True), (5, "tap", "alice"), (60, "wait", "idle")]
CHARGE = [(5, "plug", True), (5, "tap", "alice"), (7200, "plug", False), (60, "wait", "idle")]
FEE, ENERGY = ("FLAT", "1.00", ""), ("ENERGY", "0.39", "")
EVENING_FEE = tariff(("FLAT", "1.00", '"start_time": "17:00"'), ENERGY)
STEP = (
    '{"id": "day", "currency": "EUR", "elements": [{"price_components": '
    '[{"type": "%s", "price": %s, "vat": 19, "step_size": %d}]}]}'
)


def limited(limit_minor, **members):
    """Return the settings of a terminal with Alice's contract, which has a limit."""
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "limit_minor": limit_minor}
    contract.update(members)
    return terminal(contracts=[contract], max_power_w=11000)


def of_kind(records, kind):
    return [record for record in records if record["kind"] == kind]


def refused(steps, limit_minor, priced, at=AT, settings=None, **changes):
    """Play a story in which every start is refused for the limit, and return how often."""
    settings = settings or limited(limit_minor)
    receipts, records, result = clean(steps, terminal=settings, tariffs=[priced], start_utc_s=at, **changes)
    assert not receipts and not of_kind(records, "session.started")
    assert result["meter"]["last_wh"] == result["meter"]["first_wh"]
    rejected = of_kind(records, "session.rejected")
    assert {record["reason"] for record in rejected} == {"limit"}
    return len(rejected)


def begun(limit_minor, priced, **members):
    """Return the one receipt of a driver who charges up to a limit."""
    settings = limited(limit_minor, **members)
    if "discounts" in members:
        settings["discounts"] = [{"id": "half", "name": "Half", "percent": 50}]
    receipts = clean(CHARGE, terminal=settings, tariffs=[priced], start_utc_s=AT)[0]
    assert len(receipts) == 1 and receipts[0]["reason"] == "limit"
    assert receipts[0]["gross_minor"] <= limit_minor
    return receipts[0]


def test_a_limit_of_just_the_fee_begins_and_one_of_a_cent_less_is_refused():
    priced = tariff(FEE, ENERGY)
    assert begun(119, priced)["gross_minor"] == 119
    assert refused(TAP, 118, priced) == 1


def test_each_tap_is_refused_anew_and_the_next_driver_charges():
    cards = {"alice": {"kind": "rfid", "uid": ALICE}, "bob": {"kind": "rfid", "uid": "11223344"}}
    settings = limited(50)
    settings["contracts"].append({"contract": "C2", "uid": "11223344", "tariff": "day"})
    steps = TAP + [(30, "tap", "alice"), (30, "tap", "bob"), (600, "tap", "bob"), (60, "plug", False)]
    receipts, records, _result = clean(
        steps, terminal=settings, tariffs=[tariff(FEE, ENERGY)], start_utc_s=AT, cards=cards
    )
    assert [record["token"]["uid"] for record in of_kind(records, "session.rejected")] == [ALICE, ALICE]
    # 1.833 kWh at 0.39 and the fee, 1.7149 net.
    assert [receipt["gross_minor"] for receipt in receipts] == [204]


def test_a_lowest_price_is_due_at_once():
    priced = tariff(ENERGY, min_price='{"excl_vat": 2.00, "incl_vat": 2.38}')
    assert refused(TAP, 237, priced) == 1
    # The minimum buys its energy, 5.1 kWh, before a cent more is due.
    assert begun(238, priced)["gross_minor"] == 238


def test_the_first_step_of_time_and_of_energy_is_due_at_once():
    # An hour at 6.00, ten kWh at 0.39: 7.14 and 4.64 to the driver.
    for dimension, price, step, gross_minor in (
        ("TIME", "6.00", 3600, 714),
        ("ENERGY", "0.39", 10000, 464),
    ):
        priced = STEP % (dimension, price, step)
        assert refused(TAP, gross_minor - 1, priced) == 1, dimension
        assert begun(gross_minor, priced)["gross_minor"] <= gross_minor


def test_a_vehicle_that_asks_for_no_power_yet_has_to_afford_a_step_of_parking_and_one_of_charging():
    parked = [(5, "vehicle_power_w", 0)] + TAP
    later = parked[:3] + [(60, "vehicle_power_w", 11000)] + CHARGE[2:]
    for dimension in ("TIME", "PARKING_TIME"):
        priced = STEP % (dimension, "6.00", 3600)
        assert refused(parked, 713, priced) == 1, dimension
        receipts = clean(later, terminal=limited(714), tariffs=[priced], start_utc_s=AT)[0]
        assert [receipt["gross_minor"] for receipt in receipts] == [714], dimension


def test_a_discount_counts():
    priced = tariff(FEE, ENERGY)
    # Half of 1.19, rounded half up.
    assert begun(60, priced, discounts=["half"])["gross_minor"] == 60
    settings = limited(59, discounts=["half"])
    settings["discounts"] = [{"id": "half", "name": "Half", "percent": 50}]
    assert refused(TAP, 59, priced, settings=settings) == 1


def test_a_fee_that_counts_only_from_the_plug_on_is_refused_there():
    # The tap at 16:59:50 costs no fee yet, the start at 17:00:10 does.
    at = calendar.parse_utc("2026-03-27T15:59:45Z")
    steps = [(5, "tap", "alice"), (20, "plug", True), (60, "wait", "idle")]
    assert refused(steps, 118, EVENING_FEE, at) == 1


def test_a_meter_that_signs_is_free_again_after_a_start_that_is_refused():
    model = "carlo-gavazzi-em580"
    settings = limited(118)
    settings["meter_model"] = model
    told = Played(
        [(5, "tap", "alice"), (20, "plug", True), (60, "wait", "idle")],
        lambda charger: None,
        meter={"model": model, "serial": "21110042", "register_wh": 123456},
        terminal=settings,
        tariffs=[EVENING_FEE],
        start_utc_s=calendar.parse_utc("2026-03-27T15:59:45Z"),
    ).holds()
    assert [record["reason"] for record in told.of("session.rejected")] == ["limit"]
    assert not told.of("session.started")
    signing = told.charger.world._meter.signing
    # The state of its transaction: none any more.
    assert (signing.begun, signing.words[0x7100]) == (1, 0)


def test_a_bank_cards_amount_is_held_to_the_fee_as_well():
    priced = tariff(FEE, ENERGY)
    steps = [(5, "plug", True), (5, "tap", "visa"), (60, "wait", "idle")]
    given = {"visa": bank_cards.card()}
    receipts, records, _result = bank_cards.told(steps, given, {"limit_minor": 118}, on=[priced])
    assert not receipts and not of_kind(records, "session.started")
    (rejected,) = of_kind(records, "session.rejected")
    assert rejected["reason"] == "limit" and "card_data" not in rejected
    steps = [(5, "plug", True), (5, "tap", "visa"), (600, "plug", False), (60, "wait", "idle")]
    receipts = bank_cards.told(steps, given, {"limit_minor": 119}, on=[priced], max_power_w=11000)[0]
    assert [receipt["gross_minor"] for receipt in receipts] == [119]


def test_the_display_says_so_in_the_drivers_language_and_invites_the_next():
    for language, words in (
        ("en", ["A session here costs", "more than the limit", "of this card"]),
        ("de", ["Ein Ladevorgang kostet", "hier mehr als das Limit", "dieser Karte"]),
        ("fr", ["Une recharge coûte ici", "plus que le plafond", "de cette carte"]),
    ):
        told = []
        settings = limited(118)
        settings["language"] = language
        changes = {"terminal": settings, "tariffs": [tariff(FEE, ENERGY)], "start_utc_s": AT}
        assert play(story(TAP, **changes), told.append, QuickCraft()) == 0
        screens = [event["screen"] for event in told if "screen" in event]
        # The refusal, and the invitation of the beginning once more.
        assert [screen["lines"] for screen in screens[-2:]] == [words, screens[0]["lines"]]


def test_a_driver_who_has_not_plugged_in_is_told_at_the_tap():
    records = clean(
        [(5, "tap", "alice"), (1, "wait", "uploaded")],
        terminal=limited(118),
        tariffs=[tariff(FEE, ENERGY)],
        start_utc_s=AT,
    )[1]
    assert [record["reason"] for record in of_kind(records, "session.rejected")] == ["limit"]
