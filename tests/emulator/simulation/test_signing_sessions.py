"""Plays sessions on the two meters that sign, with a cut at every question and every write: each receipt has
the record of its own transaction, and the meter is free again.
"""

from emulator.models import bank
from firmware.metering import modbus, signed
from firmware.terminal import meter as meters
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import story

CPYTHON_ONLY = (
    "test_a_bank_card_charges_on_a_meter_that_signs_which_is_told_the_sessions_number_for_it",
    "test_a_power_cut_at_any_question_to_the_meter_loses_no_record",
    "test_a_power_cut_in_any_write_loses_no_record",
)
SERIAL = "21110042"
STATES = {"carlo-gavazzi-em580": 0x7100, "iskra-wm3m4": 7000}
CHARGE = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (60, "tap", "alice"),
    (60, "plug", False),
    (60, "wait", "idle"),
]


def played(model, steps, tamper=lambda charger: None):
    """Return the playing of a story on a meter that signs."""
    meter = {"model": model, "serial": SERIAL, "register_wh": 123_456}
    return Played(steps, tamper, meter=meter, terminal=dict(story([])["terminal"], meter_model=model))


def records_of(told):
    """Return the meter's record of every session, by its number, wherever it stands."""
    found = {record["session"]: record["record"] for record in told.of("meter.record")}
    for receipt in told.of("session.ended"):
        if "meter_record" in receipt:
            found[receipt["session"]] = receipt["meter_record"]
        else:
            assert "no_meter_record" in receipt["flags"]
    return found


def check(told, model, why):
    """Every session has its own record, one that is whole, and nothing waits in the meter."""
    assert not told.result["invariants"]["violated"], (why, told.result["invariants"]["violated"])
    found = records_of(told)
    for started in told.of("session.started"):
        mark = started["meter"]["transaction"]
        assert mark in found[started["session"]] and mark.startswith(started["session"]), why
        assert found[started["session"]].count('"TX":"B"') == 1, why
        assert found[started["session"]].count('"TX":"E"') == 1, why
    assert told.charger.world._meter.signing.words.get(STATES[model], 0) == 0, why


def test_the_meters_that_sign_are_those_whose_protocol_is_spoken():
    assert sorted(signed.PROTOCOLS) == sorted(meters.SIGNING) == sorted(STATES)


def test_a_receipt_has_the_record_and_the_key_of_its_meter():
    for model in STATES:
        told = played(model, CHARGE).holds()
        check(told, model, model)
        (receipt,) = told.of("session.ended")
        assert receipt["flags"] == []
        assert receipt["meter_key"] == told.charger.world.meter_key().hex()
        assert (
            "04A1B2C3D4E580" in receipt["meter_record"] and "001;EUR;0;58.31;0;0" in receipt["meter_record"]
        )
        assert '"RV":123.456' in receipt["meter_record"]


def cut_at(number, is_counted):
    """Return what takes the power at the n-th question of a kind, and gives it back a minute later."""
    asked = [0]

    def tamper(charger):
        ask = charger.world.ask_meter

        async def back():
            await charger.kernel.sleep_ms(60_000)
            charger.power_on()

        def ask_meter(request):
            asked[0] += is_counted(request)
            answer = ask(request)
            if asked[0] == number and is_counted(request):
                charger.power_cut()
                charger.kernel.spawn(back())
            return answer

        charger.world.ask_meter = ask_meter

    return tamper, asked


def signing_question(request):
    """Return whether a request belongs to a transaction: it writes, or reads what no poll reads."""
    address = request[2] << 8 | request[3]
    return request[1] == modbus.WRITE or request[1] == modbus.READ_HOLDING and address > 5000


def test_a_power_cut_at_any_question_to_the_meter_loses_no_record():
    for model in STATES:
        number, is_over = 0, False
        while not is_over:
            number += 1
            tamper, asked = cut_at(number, signing_question)
            told = played(model, CHARGE + [(120, "wait", "idle")] + CHARGE, tamper)
            check(told, model, (model, number))
            assert len(told.of("session.started")) >= 1
            is_over = asked[0] < number
        assert number > 30, model


def revived(charger):
    """Give the power back within a minute, whenever it went."""

    async def revive():
        while True:
            await charger.kernel.sleep_ms(60_000)
            charger.power_on()

    charger.kernel.spawn(revive())


def test_a_power_cut_in_any_write_loses_no_record():
    for model in STATES:
        for number in range(1, 14):
            steps = CHARGE[:1] + [(0, "cut_at_write", number)] + CHARGE[1:] + [(120, "wait", "idle")]
            told = played(model, steps + CHARGE, revived)
            check(told, model, (model, number))
            assert len(told.of("session.started")) >= 1


def test_a_meter_that_refuses_to_sign_begins_no_session_and_says_so():
    for model in STATES:
        steps = (
            [(5, "meter_fault", "refuses_to_sign")]
            + CHARGE[:2]
            + [(60, "meter_fault", "none"), (5, "plug", False)]
        )
        told = played(model, steps + CHARGE)
        assert told.result["invariants"]["violated"] == []
        assert [record["reason"] for record in told.of("session.rejected")] == ["out_of_order"]
        assert len(told.of("session.started")) == 1
        what = [record["what"] for record in told.of("fault") if record["fault"] == "meter"]
        assert len(what) == 1 and ("exception 4" in what[0] or "status is 131" in what[0]), what


def test_a_record_that_does_not_come_is_fetched_once_the_meter_gives_it():
    for model in STATES:
        steps = CHARGE[:2] + [(60, "meter_fault", "refuses_to_sign")] + CHARGE[2:]
        told = played(model, steps + [(60, "meter_fault", "none"), (180, "wait", "idle")] + CHARGE)
        first, second = told.of("session.ended")
        assert first["flags"] == ["no_meter_record"] and "meter_record" in second
        assert [record["session"] for record in told.of("meter.record")] == [first["session"]]
        check(told, model, model)


def test_the_record_that_a_receipt_lacks_is_fetched_after_a_power_cut_as_well():
    for model in STATES:
        steps = CHARGE[:2] + [(60, "meter_fault", "refuses_to_sign")] + CHARGE[2:]
        more = [(60, "power", "cut"), (5, "meter_fault", "none"), (5, "power", "on"), (180, "wait", "idle")]
        told = played(model, steps + more + CHARGE)
        assert len(told.of("meter.record")) == 1
        check(told, model, model)


def test_a_bad_line_costs_time_and_no_record():
    for model in STATES:
        for fault in ("checksum", "silent", "truncated", "echo", "noise"):
            steps = CHARGE[:1] + [(0, "meter_fault", fault), (0, "tap", "alice"), (6, "meter_fault", "none")]
            more = [(60, "meter_fault", fault), (0, "tap", "alice"), (6, "meter_fault", "none")]
            told = played(model, steps + more + CHARGE[3:])
            check(told, model, (model, fault))
            assert len(told.of("session.ended")) == 1 and told.of("session.ended")[0]["flags"] == [], fault


def test_a_disk_that_is_full_at_the_end_costs_no_record():
    for model in STATES:
        full = [(60, "storage_free_bytes", 0), (60, "tap", "alice"), (1800, "storage_free_bytes", 100000000)]
        (receipt,) = played(model, CHARGE[:2] + full + CHARGE[3:]).holds().of("session.ended")
        assert receipt["flags"] == [] and "meter_record" in receipt, (model, receipt["flags"])


def test_a_start_that_is_called_off_leaves_no_transaction():
    for model in STATES:
        steps = CHARGE[:1] + [(5, "tap", "alice"), (0, "button", "stop"), (30, "plug", False)]
        told = played(model, steps + [(30, "wait", "idle")] + CHARGE)
        check(told, model, model)


def test_a_clock_that_is_not_set_signs_on_the_meter_that_can_do_without():
    told = played("carlo-gavazzi-em580", [(0, "clock", "unset")] + CHARGE)
    assert "meter_record" in told.of("session.ended")[0]
    # The WM3M4 signs no time that nobody gave it.
    told = played("iskra-wm3m4", [(0, "clock", "unset")] + CHARGE)
    assert told.of("session.started") == [] and "status is 128" in told.of("fault")[0]["what"]


def test_a_bank_card_charges_on_a_meter_that_signs_which_is_told_the_sessions_number_for_it():
    phone = {"kind": "emv", "pan": "4761739001010119", "expires": "2031-12"}
    for model in STATES:
        settings = {"meter_model": model, "card_order": "emv rfid"}
        settings["bank_cards"] = bank.terms({"limit_minor": 2000, "tariff": "day"})
        steps = [(after_s, action, "phone" if action == "tap" else told) for after_s, action, told in CHARGE]
        meter = {"model": model, "serial": SERIAL, "register_wh": 123_456}
        terminal = dict(story([])["terminal"], **settings)
        told = Played(steps, lambda charger: None, meter=meter, terminal=terminal, cards={"phone": phone})
        check(told, model, model)
        (receipt,) = told.of("session.ended")
        assert receipt["payment"]["transaction"] == receipt["session"]
        assert receipt["meter_record"].count(receipt["session"]) > 1 and phone["pan"] not in str(told.records)
