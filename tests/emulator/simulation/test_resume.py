"""Plays sessions that go on after a power cut: one receipt, with the time without power told on it."""

from firmware.pricing import calendar
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import story

WITHIN_S = 900
PARTS = (
    '{"type": "ENERGY", "price": 0.49, "vat": 19, "step_size": 1}, '
    '{"type": "TIME", "price": 6, "vat": 19, "step_size": 1}'
)
TARIFF = '{"id": "day", "currency": "EUR", "elements": [{"price_components": [%s]}]}' % PARTS
EVENING = (
    '{"id": "day", "currency": "EUR", "elements": ['
    '{"price_components": [{"type": "ENERGY", "price": 1, "vat": 0, "step_size": 1}], '
    '"restrictions": {"start_time": "18:30", "end_time": "23:00"}}, '
    '{"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 0, "step_size": 1}]}]}'
)
FIRST = [(5, "plug", True), (5, "tap", "alice"), (1200, "power", "cut")]
REST = [(1200, "tap", "alice"), (60, "plug", False), (900, "wait", "uploaded")]


def resumed(away, within_s=WITHIN_S, tariff=TARIFF, tamper=lambda charger: None):
    """Play a session of twice twenty minutes with something between them."""
    told = story([])["terminal"]
    told["resume_within_s"] = within_s
    played = Played(FIRST + away + REST, tamper, terminal=told, tariffs=[tariff])
    return played.holds()


def back(after_s):
    return [(after_s, "power", "on")]


def test_a_session_goes_on_when_power_comes_back_in_time_and_its_pause_is_told_and_not_billed():
    played = resumed(back(300))
    (receipt,) = played.of("session.ended")
    assert len(played.of("session.started")) == 1 and len(played.of("boot")) == 2
    assert (receipt["reason"], receipt["flags"]) == ("card", ["resumed"])
    assert receipt["energy_wh"] == played.result["meter"]["last_wh"] - played.result["meter"]["first_wh"]
    # Twenty minutes each side, less what passed since the newest checkpoint, which is written every minute.
    assert 2320 <= receipt["duration_s"] <= 2400
    (pause,) = receipt["interruptions"]
    begin, end = calendar.parse_utc(pause["from"]), calendar.parse_utc(pause["to"])
    assert 300 <= end - begin <= 365
    passed_s = calendar.parse_utc(receipt["stop"]["at"]) - calendar.parse_utc(receipt["start"]["at"])
    assert abs(passed_s - receipt["duration_s"] - (end - begin)) <= 2
    (time,) = [line for line in receipt["lines"] if line["dimension"] == "TIME"]
    # Six EUR an hour, a second is the step: exactly the duration, and nothing of the pause.
    assert abs(time["net_minor"] - receipt["duration_s"] * 600 // 3600) <= 1


def test_the_meters_record_tells_the_pause_by_readings_in_order():
    (receipt,) = resumed(back(300)).of("session.ended")
    from firmware.receipts import ocmf

    readings = ocmf.parse(receipt["ocmf"])[1]["RD"]
    assert [reading["TX"] for reading in readings] == ["B", "S", "C", "E"]
    assert [reading["ST"] for reading in readings] == ["G", "G", "G", "G"]
    moments = [reading["TM"] for reading in readings]
    values = [reading["RV"].ratio() for reading in readings]
    assert moments == sorted(moments)
    assert [a[0] * b[1] <= b[0] * a[1] for a, b in zip(values, values[1:])] == [True, True, True]


def test_prices_of_the_clock_count_by_the_clock_after_a_pause():
    # It begins at 17:59 local time; 18:30 comes eleven minutes after power is back, not sixteen.
    (receipt,) = resumed(back(600), tariff=EVENING).of("session.ended")
    day, evening = receipt["lines"]
    assert (day["unit_price"], evening["unit_price"]) == ("0.5", "1")
    assert evening["from"].startswith("2026-03-28T18:30:00") and "from" not in day
    assert "to" not in evening and day["to"].startswith("2026-03-28T18:30:00")


def test_a_session_ends_where_nobody_knows_that_it_is_the_same():
    unplugged = [(60, "plug", False), (60, "power", "on")]
    for away, within_s in (
        (back(300), 0),
        (back(3600), WITHIN_S),
        (unplugged, WITHIN_S),
        ([(60, "clock", "unset"), (60, "power", "on")], WITHIN_S),
        ([(60, "clock", -7200), (60, "power", "on")], WITHIN_S),
    ):
        played = resumed(away, within_s)
        receipt = played.of("session.ended")[0]
        assert receipt["reason"] == "power_loss" and "interruptions" not in receipt, (away, within_s)
        assert receipt["duration_s"] <= 1200


def test_a_meter_that_was_exchanged_meanwhile_ends_it():
    # The other one's register is in steps of 8 Wh, and nothing that is billed was read there.
    for register_wh in (5, 90000000):
        away = [(60, "meter_exchange", {"serial": "99", "register_wh": register_wh}), (60, "power", "on")]
        receipt = resumed(away).of("session.ended")[0]
        assert receipt["reason"] == "power_loss" and "meter_changed" in receipt["flags"]
        assert (receipt["meter"]["serial"], receipt["meter"]["resolution_wh"]) == ("21110042", 1)


def test_no_screen_says_that_a_session_has_ended_which_goes_on():
    told = []

    def tamper(charger):
        show = charger.on_screen

        def on_screen(screen):
            told.append(screen["id"])
            show(screen)

        charger.on_screen = on_screen

    resumed(back(300), tamper=tamper)
    assert told.count("finishing") == 1 and told.index("recovering") < told.index("finishing")


def test_a_session_may_go_on_again_and_again_and_tells_each_pause():
    away = back(300) + [(600, "power", "cut")] + back(200) + [(600, "power", "cut")] + back(100)
    played = resumed(away)
    (receipt,) = played.of("session.ended")
    assert len(receipt["interruptions"]) == 3 and receipt["flags"] == ["resumed"]
    told = [
        (calendar.parse_utc(pause["from"]), calendar.parse_utc(pause["to"]))
        for pause in receipt["interruptions"]
    ]
    assert [pause[1] - pause[0] >= least for pause, least in zip(told, (300, 200, 100))] == [True, True, True]
    assert 3600 - 3 * 65 <= receipt["duration_s"] <= 3600


def test_one_that_went_on_and_is_cut_for_too_long_ends_and_tells_both():
    played = resumed(back(300) + [(600, "power", "cut")] + back(4000))
    receipt = played.of("session.ended")[0]
    assert (receipt["reason"], receipt["flags"]) == ("power_loss", ["resumed", "power_loss"])
    assert len(receipt["interruptions"]) == 1


def test_power_that_goes_at_any_write_of_a_resumed_session_loses_nothing():
    for count in range(1, 14):
        away = back(200) + [(0, "cut_at_write", count), (700, "power", "on")]
        played = resumed(away)
        receipts, started = played.of("session.ended"), played.of("session.started")
        assert len(receipts) == len(started), count
        billed_wh = sum([receipt["energy_wh"] for receipt in receipts])
        assert billed_wh == played.result["meter"]["last_wh"] - played.result["meter"]["first_wh"], count
        assert played.result["office"]["stored"] == len(played.records), count
