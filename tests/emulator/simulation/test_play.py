"""Plays whole stories in virtual time: from tap to stored record, through weather, cuts, faults."""

from emulator.simulation.play import play
from firmware.crypto import canonical, jose
from tests.emulator.simulation.quick_craft import QuickCraft

ALICE = "04A1B2C3D4E580"
TARIFF = '{"id": "day", "currency": "EUR", "elements": [{"price_components": [%s]}]}' % (
    '{"type": "ENERGY", "price": 0.49, "vat": 19, "step_size": 1}'
)


def story(steps, **changes):
    """Return a story of (after_s, action, argument) steps around one driver's card."""
    told = {
        "title": "test",
        "start_utc_s": 1774717140,
        "seed": 7,
        "speed": 600,
        "terminal": {
            "id": "KT-0001",
            "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
            "contracts": [{"contract": "C1", "uid": ALICE, "tariff": "day"}],
            "deny": ["11223344"],
        },
        "tariffs": [TARIFF],
        "meter": {"model": "eastron-sdm630", "serial": "21110042", "register_wh": 123456},
        "vehicle": {"power_w": 11000, "battery_wh": 60000},
        "cards": {
            "alice": {"kind": "rfid", "uid": ALICE},
            "stolen": {"kind": "rfid", "uid": "11223344"},
            "phone": {"kind": "emv", "pan": "4761739001010119", "expires": "2031-12"},
        },
        "steps": [
            {"after_ms": 1000 * after_s, "action": action, "argument": argument}
            for after_s, action, argument in steps
        ],
    }
    told.update(changes)
    return told


def played(steps, **changes):
    """Play and return (exit code, records, result, jws); the violations are shown when the story fails."""
    jws, results = [], []

    def take(event):
        if "jws" in event:
            jws.append(event["jws"])
        if "result" in event:
            results.append(event["result"])

    code = play(story(steps, **changes), take, QuickCraft())
    records = [canonical.decode(jose.split(compact, "record+jws")[0]) for compact in jws]
    return code, records, results[0], jws


def clean(steps, **changes):
    """Play a story that must hold, and return (receipts, records, result)."""
    code, records, result, _jws = played(steps, **changes)
    assert code == 0, result["invariants"]["violated"]
    return [record for record in records if record["kind"] == "session.ended"], records, result


CHARGE = [(5, "plug", True), (5, "tap", "alice"), (3600, "tap", "alice"), (60, "plug", False)]


def test_a_tap_becomes_an_uploaded_receipt_with_just_the_energy_of_the_meter():
    receipts, records, result = clean(CHARGE + [(1, "wait", "uploaded")])
    assert len(receipts) == 1
    receipt = receipts[0]
    assert receipt["energy_wh"] == result["meter"]["last_wh"] - result["meter"]["first_wh"] == 10999
    # The contactor closes some milliseconds after the tap. 10.999 kWh at 0.49 net are 5.38951,
    # with 19 % VAT 6.4135169.
    assert (receipt["net_minor"], receipt["gross_minor"]) == (539, 641)
    assert receipt["reason"] == "card" and receipt["receipt"] == "KT-0001-000001"
    assert result["office"]["stored"] == len(records) and result["office"]["next_seq"] == len(records) + 1


def test_the_same_seed_gives_the_same_ledger_and_another_one_another():
    first = played(CHARGE)[3]
    assert played(CHARGE)[3] == first
    assert played(CHARGE, seed=8)[3] != first


def test_days_without_network_lose_nothing():
    days = [(0, "link", "down")]
    for _ in range(3):
        days += [
            (5, "plug", True),
            (5, "tap", "alice"),
            (600, "tap", "alice"),
            (60, "plug", False),
            (86400, "link", "down"),
        ]
    receipts, records, result = clean(days + [(0, "link", "up"), (1, "wait", "uploaded")])
    assert len(receipts) == 3
    assert result["office"]["stored"] == len(records)


def test_answers_that_get_lost_make_no_duplicates():
    steps = [(0, "link", "loses_answers")] + CHARGE + [(600, "link", "up"), (1, "wait", "uploaded")]
    _receipts, records, result = clean(steps)
    assert result["office"]["duplicates"] > 0 and result["office"]["stored"] == len(records)


def test_a_broken_link_delays_and_changes_nothing():
    steps = [(0, "link", "corrupts")] + CHARGE + [(600, "link", "up"), (1, "wait", "uploaded")]
    _receipts, records, result = clean(steps)
    assert result["office"]["stored"] == len(records)


def test_a_power_cut_ends_the_session_at_the_meters_own_register():
    steps = [
        (5, "plug", True),
        (5, "tap", "alice"),
        (1800, "power", "cut"),
        (600, "power", "on"),
        (60, "wait", "uploaded"),
    ]
    receipts, _records, result = clean(steps)
    assert receipts[0]["reason"] == "power_loss" and "power_loss" in receipts[0]["flags"]
    assert receipts[0]["energy_wh"] == result["meter"]["last_wh"] - result["meter"]["first_wh"] == 5499
    assert receipts[0]["duration_s"] <= 1800


def test_power_that_goes_at_any_write_loses_no_energy_and_no_session():
    for count in range(1, 24):
        steps = (
            [(0, "cut_at_write", count)]
            + CHARGE
            + [(60, "power", "on"), (5, "plug", True), (60, "plug", False)]
        )
        receipts, records, result = clean(steps + [(5, "wait", "idle"), (1, "wait", "uploaded")])
        started = [record for record in records if record["kind"] == "session.started"]
        assert len(started) == len(receipts), count
        billed_wh = sum([receipt["energy_wh"] for receipt in receipts])
        assert billed_wh == result["meter"]["last_wh"] - result["meter"]["first_wh"], count


def test_a_refused_card_is_recorded_and_starts_nothing():
    steps = [(5, "plug", True), (5, "tap", "stolen"), (30, "tap", "phone"), (60, "wait", "idle")]
    receipts, records, result = clean(steps)
    assert receipts == [] and result["meter"]["first_wh"] == result["meter"]["last_wh"]
    reasons = [record["reason"] for record in records if record["kind"] == "session.rejected"]
    assert reasons == ["denied", "random_uid"]


def test_a_full_battery_suspends_and_the_driver_ends_later():
    vehicle = {"power_w": 11000, "battery_wh": 4000}
    receipts, _records, _result = clean(CHARGE, vehicle=vehicle)
    assert receipts[0]["energy_wh"] == 4000 and receipts[0]["duration_s"] == 3600


def test_a_meter_that_falls_silent_ends_the_session_with_nothing_invented():
    steps = [(5, "plug", True), (5, "tap", "alice"), (600, "meter_fault", "silent"), (600, "plug", False)]
    receipts, records, _result = clean(steps + [(60, "meter_fault", "none"), (60, "wait", "idle")])
    receipt = receipts[0]
    assert receipt["reason"] == "meter_fault" and "last_good_reading" in receipt["flags"]
    # At most what was drawn in the ten minutes before: 11 kW for 600 s.
    assert 1820 < receipt["energy_wh"] <= 1834
    assert [record["fault"] for record in records if record["kind"] == "fault"] == ["meter"]


def test_energy_after_the_last_good_reading_is_given_back_in_the_next_session():
    steps = [(5, "plug", True), (5, "tap", "alice"), (600, "meter_fault", "silent"), (600, "plug", False)]
    receipts, records, result = clean(steps + [(60, "meter_fault", "none"), (120, "wait", "idle")] + CHARGE)
    started = [record for record in records if record["kind"] == "session.started"]
    billed_wh = sum([receipt["energy_wh"] for receipt in receipts])
    assert started[1]["unbilled_wh"] > 0
    assert billed_wh + started[1]["unbilled_wh"] == result["meter"]["last_wh"] - result["meter"]["first_wh"]


def test_a_register_that_jumps_or_runs_backwards_is_never_billed():
    for fault in ("backwards", "jump"):
        steps = [
            (5, "plug", True),
            (5, "tap", "alice"),
            (600, "meter_fault", fault),
            (3, "meter_fault", "none"),
        ]
        receipts, _records, result = clean(steps + [(597, "tap", "alice"), (60, "plug", False)])
        assert receipts[0]["energy_wh"] == result["meter"]["last_wh"] - result["meter"]["first_wh"], fault


def test_a_limit_ends_the_session():
    terminal = story([])["terminal"]
    terminal["contracts"][0]["limit_minor"] = 300
    terminal["max_power_w"] = 11000
    receipts = clean([(5, "plug", True), (5, "tap", "alice"), (7200, "plug", False)], terminal=terminal)[0]
    assert receipts[0]["reason"] == "limit" and 299 <= receipts[0]["gross_minor"] <= 300


def test_a_clock_that_is_unset_or_jumps_changes_no_duration():
    steps = [
        (5, "plug", True),
        (5, "tap", "alice"),
        (600, "clock", 3600),
        (600, "clock", -7200),
        (600, "clock", "unset"),
    ]
    receipts, records, _result = clean(steps + [(600, "tap", "alice"), (60, "plug", False)])
    assert receipts[0]["duration_s"] == 2400 and receipts[0]["stop"]["at"] is None
    assert records[-1]["clock"] == "unset" and records[-1]["at"] is None


def test_no_1970_reaches_a_driver_when_the_clock_was_never_set():
    steps = [(0, "clock", "unset"), (0, "power", "cut"), (1, "power", "on")] + CHARGE
    _code, records, result, _jws = played(steps + [(60, "clock", "set"), (60, "wait", "uploaded")])
    (receipt,) = [record for record in records if record["kind"] == "session.ended"]
    assert result["invariants"]["violated"] == []
    assert receipt["at"] is receipt["start"]["at"] is receipt["stop"]["at"] is None
    assert receipt["ocmf"].count(' U"') == 2 and not [record for record in records if "1970-" in str(record)]


def test_full_storage_refuses_new_sessions_and_finishes_the_open_one():
    steps = [
        (5, "plug", True),
        (5, "tap", "alice"),
        (600, "storage_free_bytes", 20000),
        (60, "tap", "alice"),
        (120, "tap", "alice"),
    ]
    more = [
        (60, "storage_free_bytes", 10000000),
        (60, "wait", "idle"),
        (5, "tap", "alice"),
        (600, "tap", "alice"),
    ]
    receipts, records, _result = clean(steps + more + [(60, "plug", False)])
    reasons = [record["reason"] for record in records if record["kind"] == "session.rejected"]
    # What is left of the room is not spent on telling of refused cards.
    assert len(receipts) == 2 and reasons == []


def test_a_welded_contactor_is_told_and_no_card_is_taken():
    steps = [(5, "plug", True), (5, "tap", "alice"), (600, "contactor_fault", "welded"), (60, "tap", "alice")]
    more = [(120, "tap", "alice"), (60, "contactor_fault", "none"), (60, "plug", False), (60, "wait", "idle")]
    _receipts, records, _result = clean(steps + more)
    assert "contactor" in [record["fault"] for record in records if record["kind"] == "fault"]
    assert [record["reason"] for record in records if record["kind"] == "session.rejected"] == [
        "out_of_order"
    ]


def test_energy_and_price_grow_on_the_screen_from_the_first_seconds():
    lines = []

    def take(event):
        if "screen" in event and event["screen"]["lines"][0] == "Charging":
            lines.append(event["screen"])

    play(story([(5, "plug", True), (5, "tap", "alice"), (300, "tap", "alice")]), take, QuickCraft())
    # Screens of one kind are told once a minute: the second one is of the first minute, not of the third.
    assert [screen["at"][14:19] for screen in lines[:3]] == ["59:10", "00:10", "01:10"]
    assert [screen["lines"][1] for screen in lines[:3]] == ["0.00 kWh", "0.18 kWh", "0.36 kWh"]
