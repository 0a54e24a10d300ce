"""Plays sessions whose price depends on more than energy, and asserts energy and cents; reckoned by hand.

The vehicle draws 11 kW, 55/18 Wh a second. A tap is noticed 10 s after the start of a story, and the session
begins some milliseconds later; 19 % VAT throughout, prices net. The place keeps Central European Time.
"""

from emulator.simulation.play import play
from firmware.pricing import calendar
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import ALICE, clean, played, story

ELEMENT = (
    '{"price_components": [{"type": "%s", "price": %s, "vat": 19, "step_size": 1}], "restrictions": {%s}}'
)
HOUR = [(5, "plug", True), (5, "tap", "alice"), (3600, "tap", "alice"), (60, "plug", False)]


def tariff(*elements, **members):
    """Return a tariff in JSON of (dimension, price, restrictions) elements."""
    told = "".join([', "%s": %s' % (key, members[key]) for key in sorted(members)])
    written = ", ".join([ELEMENT % element for element in elements])
    return '{"id": "day", "currency": "EUR", "elements": [%s]%s}' % (written, told)


def terminal(**settings):
    """Return the settings of the terminal, Alice's contract among them."""
    # A reading a minute: those at 17:00, at a limit and at the end come of themselves.
    told = {"id": "KT-0001", "timezone": "CET-1CEST,M3.5.0,M10.5.0/3", "meter_poll_ms": 60000}
    told["contracts"] = [{"contract": "C1", "uid": ALICE, "tariff": "day"}]
    told.update(settings)
    return told


def receipt_of(steps, at, *tariffs, **changes):
    """Play a story that begins at a moment, and return its one receipt."""
    changes["start_utc_s"] = calendar.parse_utc(at)
    changes["tariffs"] = list(tariffs)
    changes.setdefault("terminal", terminal())
    receipts = clean(steps, **changes)[0]
    assert len(receipts) == 1
    return receipts[0]


def lines_of(receipt):
    """Return (dimension, quantity, from, to, gross) of each line; times of day are local.

    A line without a moment counts from the session's start or to its end.
    """
    told = []
    for line in receipt["lines"]:
        assert "estimated" not in line
        begin = line.get("from", receipt["start"]["local"])[11:19]
        end = line.get("to", receipt["stop"]["local"])[11:19]
        told.append((line["dimension"], line["quantity"], begin, end, line["gross_minor"]))
    return told


EVENING = tariff(("ENERGY", "0.59", '"start_time": "17:00", "end_time": "21:00"'), ("ENERGY", "0.39", ""))


def test_a_session_over_17_00_is_split_by_a_reading_of_17_00():
    receipt = receipt_of(HOUR, "2026-03-27T15:30:00Z", EVENING)
    # 1790 s are 5469 Wh and 1810 s 5530; 5.469 * 0.39 + 5.530 * 0.59 = 5.39561 net, 6.4207759 gross.
    assert lines_of(receipt) == [
        ("ENERGY", "5.469", "16:30:10", "17:00:00", 254),
        ("ENERGY", "5.53", "17:00:00", "17:30:10", 388),
    ]
    assert (receipt["energy_wh"], receipt["net_minor"], receipt["gross_minor"]) == (10999, 540, 642)
    assert receipt["lines"][1]["why"] == [["time", 61200, 75600]] and receipt["flags"] == []


NIGHT = tariff(("ENERGY", "0.20", '"start_time": "02:00", "end_time": "04:00"'), ("ENERGY", "0.40", ""))
FOUR_HOURS = [(5, "plug", True), (5, "tap", "alice"), (4 * 3600, "tap", "alice"), (60, "plug", False)]


def test_the_night_in_which_clocks_go_forward_has_one_hour_less_of_the_night_price():
    receipt = receipt_of(FOUR_HOURS, "2026-03-28T23:30:00Z", NIGHT)
    # From 02:00, which is 03:00 at once, to 04:00: one hour, 11 kWh.
    assert [line[:4] for line in lines_of(receipt)] == [
        ("ENERGY", "16.469", "00:30:10", "03:00:00"),
        ("ENERGY", "11", "03:00:00", "04:00:00"),
        ("ENERGY", "16.53", "04:00:00", "05:30:10"),
    ]
    # 32.999 * 0.40 + 11 * 0.20 = 15.3996 net, 18.325524 gross.
    assert (receipt["energy_wh"], receipt["gross_minor"]) == (43999, 1833)


def test_the_night_in_which_clocks_go_back_has_one_hour_more():
    receipt = receipt_of(FOUR_HOURS, "2026-10-24T23:00:00Z", NIGHT)
    # From 02:00 in summer time to 04:00 in winter time three hours, 33 kWh.
    assert [line[:4] for line in lines_of(receipt)] == [
        ("ENERGY", "10.969", "01:00:10", "02:00:00"),
        ("ENERGY", "33", "02:00:00", "04:00:00"),
        ("ENERGY", "0.03", "04:00:00", "04:00:10"),
    ]
    # 10.999 * 0.40 + 33 * 0.20 = 10.9996 net, 13.089524 gross.
    assert (receipt["energy_wh"], receipt["gross_minor"]) == (43999, 1309)


PARKED = tariff(("ENERGY", "0.39", ""), ("PARKING_TIME", "6", '"min_duration": 2400'))


def test_a_full_vehicle_pays_for_its_place_from_the_40th_minute_on():
    receipt = receipt_of(HOUR, "2026-03-27T15:30:00Z", PARKED, vehicle={"power_w": 11000, "battery_wh": 5500})
    # Full after 30 minutes; from the 40th to the 60th 20 minutes at 0.10, 2.00 net and 2.38 gross.
    energy, parking = lines_of(receipt)
    assert energy[:2] == ("ENERGY", "5.5") and parking[:2] == ("PARKING_TIME", "1/3")
    assert parking[2:4] == ("17:10:10", "17:30:10")
    # 5.5 * 0.39 + 2 = 4.145 net, 4.93255 gross.
    assert (receipt["net_minor"], receipt["gross_minor"]) == (415, 493)


def test_the_meter_is_asked_for_the_current_where_a_price_depends_on_it_and_only_there():
    # 11 kW are 15.942 A in each of three phases: 47.8 A, for which a price of its own counts from 40 A on.
    strong = tariff(("ENERGY", "0.59", '"min_current": 40'), ("ENERGY", "0.39", ""))
    asked = []
    for written in (strong, EVENING):
        counts = set()

        def tamper(charger, heard=counts):
            ask_meter = charger.world.ask_meter

            def hear(request):
                heard.add(request[5])
                return ask_meter(request)

            charger.world.ask_meter = hear

        at = calendar.parse_utc("2026-03-27T15:30:00Z")
        one = Played(HOUR, tamper, tariffs=[written], terminal=terminal(), start_utc_s=at).holds()
        asked.append((sorted(counts), one.of("session.ended")[0]["lines"][0]["unit_price"]))
    # The serial number's two registers, those of three currents, and those from the power to the energy.
    assert asked == [([2, 6, 22], "0.59"), ([2, 22], "0.39")]


def test_a_short_session_pays_the_minimum():
    limited = tariff(("ENERGY", "0.39", ""), min_price='{"excl_vat": 2.00, "incl_vat": 2.38}')
    steps = [(5, "plug", True), (5, "tap", "alice"), (600, "tap", "alice"), (60, "plug", False)]
    receipt = receipt_of(steps, "2026-03-27T15:30:00Z", limited)
    # 1.833 * 0.39 = 0.71487 net, 0.8506953 gross.
    assert [(line["dimension"], line["gross_minor"]) for line in receipt["lines"]] == [
        ("ENERGY", 85), ("MIN_PRICE", 153),
    ]  # fmt: skip
    assert (receipt["energy_wh"], receipt["net_minor"], receipt["gross_minor"]) == (1833, 200, 238)


def test_a_session_ends_before_its_limit_is_exceeded():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "limit_minor": 500}
    steps = [(5, "plug", True), (5, "tap", "alice"), (7200, "plug", False)]
    # A cent is 14 Wh at the evening's price, five seconds of charging at 11 kW. Where nobody told the power
    # of the charger, all that an SDM630 is rated for may flow at once, 76 kW: 26 Wh in the time that it takes
    # to see and to end that. Behind a B24's transformers it may be 400 kW: 139 Wh.
    for told, model, least_minor, most_minor in (
        ({"max_power_w": 11000}, "eastron-sdm630", 499, 500),
        ({"max_power_w": 22000}, "eastron-sdm630", 499, 500),
        ({"fuse_a": 32}, "eastron-sdm630", 499, 500),
        ({}, "eastron-sdm630", 497, 498),
        ({}, "abb-b24", 489, 491),
    ):
        settings = terminal(contracts=[contract], meter_model=model, **told)
        meter = {"model": model, "serial": "21110042", "register_wh": 123450}
        receipt = receipt_of(steps, "2026-03-27T15:30:00Z", EVENING, terminal=settings, meter=meter)
        assert receipt["reason"] == "limit", told
        assert least_minor <= receipt["gross_minor"] <= most_minor, (told, model)


def test_a_register_in_steps_of_100_wh_does_not_carry_a_session_beyond_its_limit():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "limit_minor": 500}
    settings = terminal(contracts=[contract], max_power_w=11000, meter_model="carlo-gavazzi-em340")
    for register_wh in (123400, 123433, 123499):
        meter = {"model": "carlo-gavazzi-em340", "serial": "KY1", "register_wh": register_wh}
        steps = [(5, "plug", True), (5, "tap", "alice"), (7200, "plug", False)]
        receipt = receipt_of(steps, "2026-03-27T16:30:00Z", EVENING, terminal=settings, meter=meter)
        # 100 Wh cost 7 cents.
        assert receipt["reason"] == "limit" and 485 <= receipt["gross_minor"] <= 500


def test_a_vehicle_that_draws_all_at_once_just_before_its_limit_does_not_pass_it():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "limit_minor": 500}
    # 5.00 are gone after 2,331 s at 11 kW and 0.7021 a kWh; the charger has 150 kW, 3 cents a second.
    for patience_s in range(2309, 2332, 2):
        steps = [(5, "plug", True), (5, "tap", "alice"), (patience_s, "vehicle_power_w", 150000)]
        settings = terminal(contracts=[contract], max_power_w=150000, meter_poll_ms=2000)
        receipt = receipt_of(
            steps + [(600, "plug", False)], "2026-03-27T16:30:00Z", EVENING, terminal=settings
        )
        assert receipt["reason"] == "limit" and 480 <= receipt["gross_minor"] <= 500


def test_a_meter_that_falls_silent_just_before_the_limit_does_not_let_it_pass():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "limit_minor": 500}
    # As above 5.00 are gone after 2,331 s; the charger has 22 kW, of which the vehicle takes half at first.
    for silent_s in range(2311, 2334, 2):
        steps = [(5, "plug", True), (5, "tap", "alice"), (silent_s, "meter_fault", "silent")]
        steps += [(0, "vehicle_power_w", 22000), (25, "meter_fault", "none"), (600, "plug", False)]
        settings = terminal(contracts=[contract], max_power_w=22000)
        receipt = receipt_of(steps, "2026-03-27T16:30:00Z", EVENING, terminal=settings)
        assert receipt["reason"] == "limit", silent_s
        assert 490 <= receipt["gross_minor"] <= 500, (silent_s, receipt["gross_minor"])


def test_a_discount_is_a_line_after_the_tariff_and_in_the_live_price():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "discounts": ["inn", "staff"]}
    offered = [{"id": "staff", "percent": 10}, {"id": "inn", "name": "Inn", "amount_minor": 100}]
    settings = terminal(contracts=[contract], discounts=offered)
    receipt = receipt_of(HOUR, "2026-03-27T10:00:00Z", EVENING, terminal=settings)
    # 10.999 * 0.39 * 1.19 = 5.1046359; 1.00 less 4.1046359, a tenth less 3.69417231. Lines are made to fit.
    assert [(line["dimension"], line["gross_minor"]) for line in receipt["lines"]] == [
        ("ENERGY", 511), ("DISCOUNT", -100), ("DISCOUNT", -42),
    ]  # fmt: skip
    assert receipt["gross_minor"] == 369 and receipt["vat"] == [
        {"rate": "19", "net_minor": 310, "vat_minor": 59}
    ]
    assert [line["discount"]["id"] for line in receipt["lines"][1:]] == ["inn", "staff"]


def test_a_discount_outlives_a_power_cut():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "discounts": ["staff"]}
    settings = terminal(contracts=[contract], discounts=[{"id": "staff", "percent": 50}])
    steps = [
        (5, "plug", True),
        (5, "tap", "alice"),
        (3600, "power", "cut"),
        (60, "power", "on"),
        (60, "wait", "idle"),
    ]
    receipt = receipt_of(steps, "2026-03-27T10:00:00Z", EVENING, terminal=settings)
    assert receipt["reason"] == "power_loss" and receipt["gross_minor"] == 255
    # The price of energy used since the last checkpoint is that of its moment.
    assert receipt["energy_wh"] == 10999


def test_with_the_clock_unset_the_price_of_no_certain_time_counts_and_the_receipt_says_so():
    receipt = receipt_of([(0, "clock", "unset")] + HOUR, "2026-03-27T15:30:00Z", EVENING)
    assert [(line["quantity"], line["unit_price"]) for line in receipt["lines"]] == [("10.999", "0.39")]
    assert receipt["flags"] == ["clock_unset"] and receipt["start"]["at"] is None


def test_with_the_clock_unset_nothing_begins_that_has_no_such_price():
    timed = tariff(("ENERGY", "0.59", '"start_time": "17:00", "end_time": "21:00"'))
    code, records, result, _jws = played([(0, "clock", "unset")] + HOUR, tariffs=[timed])
    assert code == 0, result["invariants"]["violated"]
    assert [record["reason"] for record in records if record["kind"] == "session.rejected"] == [
        "no_clock",
        "no_clock",
    ]


MARCH = '"2026-03-31T22:00:00Z"'


def test_of_two_versions_of_a_tariff_that_of_the_day_counts():
    old = tariff(("ENERGY", "0.39", ""), end_date_time=MARCH)
    new = tariff(("ENERGY", "0.49", ""), start_date_time=MARCH)
    for at, price in (("2026-03-31T20:00:00Z", "0.39"), ("2026-03-31T22:00:00Z", "0.49")):
        receipt = receipt_of(HOUR, at, old, new)
        assert [line["unit_price"] for line in receipt["lines"]] == [price]


def test_a_tariff_that_is_not_valid_begins_no_session():
    for at in ("2026-03-31T21:00:00Z", "2026-03-31T22:01:00Z"):
        members = {"start_date_time" if "T21" in at else "end_date_time": MARCH}
        told = {"tariffs": [tariff(("ENERGY", "0.39", ""), **members)], "start_utc_s": calendar.parse_utc(at)}
        steps = [(5, "plug", True), (5, "tap", "alice"), (60, "wait", "idle")]
        code, records, result, _jws = played(steps, **told)
        assert code == 0, result["invariants"]["violated"]
        assert [record["reason"] for record in records if record["kind"] == "session.rejected"] == [
            "no_tariff"
        ]


def screens_of(steps, **changes):
    """Play a story of the evening's price and return its screens."""
    screens = []

    def take(event):
        if "screen" in event:
            screens.append(event["screen"])

    started = calendar.parse_utc("2026-03-27T15:30:00Z")
    play(story(steps, start_utc_s=started, tariffs=[EVENING], **changes), take, QuickCraft())
    return screens


def test_the_welcome_tells_the_new_price_the_moment_it_counts():
    screens = screens_of([(3600, "link", "up")])
    assert [(screen["at"][11:19], screen["lines"][1]) for screen in screens] == [
        ("15:30:00", "0.4641 EUR/kWh"), ("16:00:00", "0.7021 EUR/kWh"),
    ]  # fmt: skip
    assert screens[0]["lines"][2:] == ["from 17:00:", "0.7021 EUR/kWh", "from 21:00:", "0.4641 EUR/kWh"]


def test_the_welcome_follows_a_clock_that_is_lost_and_found():
    screens = screens_of([(60, "clock", "unset"), (60, "clock", 0)])
    assert [screen["lines"][1] for screen in screens] == ["0.4641 EUR/kWh", "Clock not set:"]


def test_the_receipt_shows_its_lines():
    screens = screens_of(HOUR)
    shown = [screen["lines"] for screen in screens if screen["lines"][0].startswith("Receipt")]
    # The code follows from the signature, which changes with every byte of every record.
    assert shown[0].pop(2).startswith("Code ")
    assert shown == [
        [
            "Receipt KT-0001-000001", "10.99 kWh, 6.42 EUR", "Please unplug",
            "5.469 kWh × 0.4641 EUR:", "2.54 EUR", "5.53 kWh × 0.7021 EUR:", "3.88 EUR",
        ]
    ]  # fmt: skip
