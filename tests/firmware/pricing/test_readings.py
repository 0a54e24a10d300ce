"""One test for each place where OCPI leaves room: what docs/decisions/tariff-readings.md decides, in numbers.

It does not know how the engine works; the figures are reckoned by hand beside them.
"""

from firmware.crypto import jsontext
from firmware.pricing import calendar, cdr, tariff
from firmware.pricing.engine import Engine

BERLIN = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
HOUR_MS = 3600000


def element(components, restrictions="{}"):
    """Return an element as JSON: components as (type, price and more), restrictions as they stand."""
    told = ['{"type": "%s", "price": %s}' % component for component in components]
    return '{"price_components": [%s], "restrictions": %s}' % (", ".join(told), restrictions)


def tariff_of(*elements, more=""):
    """Return a tariff of some elements."""
    return tariff.parse(
        jsontext.parse('{"id": "t", "currency": "EUR", "elements": [%s]%s}' % (", ".join(elements), more))
    )


def priced(known, periods, end):
    """Return what a record costs: periods as (start, {dimension: volume as text})."""
    told = []
    for start, volumes in periods:
        dimensions = ", ".join(['{"type": "%s", "volume": %s}' % (name, volumes[name]) for name in volumes])
        told.append('{"start_date_time": "%s", "dimensions": [%s]}' % (start, dimensions))
    document = '{"charging_periods": [%s], "end_date_time": "%s"}' % (", ".join(told), end)
    return cdr.price(known, jsontext.parse(document), BERLIN)


def net(answer, key="total_cost"):
    """Return the exact net cost."""
    return answer[key]["exact"]["excl_vat"]


def test_a_price_of_zero_is_a_price_and_its_step_is_used():
    known = tariff_of(
        element([("ENERGY", '1, "step_size": 500')], '{"max_kwh": 1}'),
        element([("ENERGY", '0, "step_size": 1000')]),
    )
    answer = priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": "1.2"})], "2026-06-15T11:00:00Z")
    assert (net(answer), answer["billed_energy"]) == ("1", "2")


def test_volume_without_an_active_component_does_not_count_for_the_step():
    known = tariff_of(element([("ENERGY", '1, "step_size": 500')], '{"min_kwh": 1}'))
    answer = priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": "1.2"})], "2026-06-15T11:00:00Z")
    assert (net(answer), answer["total_energy"], answer["billed_energy"]) == ("0.5", "1.2", "0.5")


def test_the_step_is_that_of_the_last_price_on_the_total_of_its_dimension():
    # 6 minutes before 17:00 and 21 after it, in steps of 10, are 30: 24 are billed after 17:00 (mod_cdrs).
    known = tariff_of(
        element([("TIME", '5, "step_size": 600')], '{"end_time": "17:00"}'),
        element([("TIME", '7, "step_size": 600')]),
    )
    periods = [("2026-06-15T14:54:00Z", {"TIME": "0.1"}), ("2026-06-15T15:00:00Z", {"TIME": "0.35"})]
    answer = priced(known, periods, "2026-06-15T15:21:00Z")
    assert (answer["billed_time"], net(answer)) == ("0.5", "3.3")


def test_parking_after_charging_is_the_last_and_charging_is_not_rounded():
    # mod_cdrs: 21 minutes of charging, 16 of parking in steps of 10: 21 and 20.
    known = tariff_of(element([("TIME", '1, "step_size": 600'), ("PARKING_TIME", '2, "step_size": 600')]))
    periods = [("2026-06-15T10:00:00Z", {"TIME": "0.35"}), ("2026-06-15T10:21:00Z", {"PARKING_TIME": "0.26"})]
    answer = priced(known, periods, "2026-06-15T10:37:00Z")
    assert (answer["billed_time"], answer["billed_parking_time"]) == ("0.35", "1/3")
    both = priced(known, [("2026-06-15T10:00:00Z", {"TIME": "0.35", "PARKING_TIME": "0.26"})], periods[1][0])
    assert (both["billed_time"], both["billed_parking_time"]) == ("0.35", "1/3")


def test_a_volume_of_zero_is_never_the_last():
    known = tariff_of(element([("TIME", '1, "step_size": 600'), ("PARKING_TIME", '2, "step_size": 600')]))
    periods = [("2026-06-15T10:00:00Z", {"TIME": "0.35"}), ("2026-06-15T10:21:00Z", {"PARKING_TIME": "0"})]
    assert priced(known, periods, "2026-06-15T10:37:00Z")["billed_time"] == "0.5"


def test_a_flat_fee_is_charged_once_when_the_first_becomes_active():
    known = tariff_of(
        element([("FLAT", "2")], '{"min_duration": 600, "max_duration": 1200}'),
        element([("FLAT", "3")], '{"min_duration": 1200}'),
    )
    for end, cost in (("10:10:00", "0"), ("10:10:01", "2"), ("10:40:00", "2")):
        answer = priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": "1"})], "2026-06-15T%sZ" % end)
        assert net(answer, "total_fixed_cost") == cost, end


def test_a_flat_fee_of_a_session_without_length_is_that_of_its_first_moment():
    known = tariff_of(element([("FLAT", "2")], '{"start_time": "17:00"}'), element([("FLAT", "1")]))
    for start, gross_minor in (("2026-06-15T14:59:59Z", 100), ("2026-06-15T15:00:00Z", 200)):
        session = Engine(known, BERLIN, calendar.parse_utc(start))
        session.add(0, 0)
        assert session.gross_minor() == session.bill()["gross_minor"] == gross_minor


def test_days_and_dates_are_those_of_the_moment_also_past_midnight():
    window = '{"start_time": "22:00", "end_time": "06:00", "day_of_week": ["MONDAY"]}'
    known = tariff_of(element([("ENERGY", "1")], window))
    # 22:00 on Monday to 02:00 on Tuesday, 1 kWh an hour: Tuesday is no Monday.
    answer = priced(known, [("2026-06-15T20:00:00Z", {"ENERGY": "4"})], "2026-06-16T00:00:00Z")
    assert net(answer) == "2"


def test_the_repeated_hour_matches_twice_and_the_skipped_one_never():
    known = tariff_of(element([("ENERGY", "1")], '{"start_time": "02:00", "end_time": "03:00"}'))
    autumn = priced(known, [("2026-10-24T22:00:00Z", {"ENERGY": "6"})], "2026-10-25T04:00:00Z")
    spring = priced(known, [("2026-03-28T22:00:00Z", {"ENERGY": "6"})], "2026-03-29T04:00:00Z")
    assert (net(autumn), net(spring)) == ("2", "0")


def test_equal_times_never_match_but_midnight_to_midnight_always():
    for time, cost in (("08:00", "0"), ("00:00", "1")):
        known = tariff_of(element([("ENERGY", "1")], '{"start_time": "%s", "end_time": "%s"}' % (time, time)))
        answer = priced(known, [("2026-06-15T06:00:00Z", {"ENERGY": "1"})], "2026-06-15T07:00:00Z")
        assert net(answer) == cost


def test_durations_count_from_the_start_of_charging_parking_included():
    known = tariff_of(element([("ENERGY", "1")], '{"min_duration": 3600}'))
    periods = [
        ("2026-06-15T09:00:00Z", {"RESERVATION_TIME": "1"}),
        ("2026-06-15T10:00:00Z", {"PARKING_TIME": "1"}),
        ("2026-06-15T11:00:00Z", {"ENERGY": "3"}),
    ]
    assert net(priced(known, periods, "2026-06-15T12:00:00Z")) == "3"
    assert net(priced(known, periods[:1] + periods[2:], "2026-06-15T12:00:00Z")) == "0"


def test_power_is_compared_with_the_least_and_the_most_of_a_period():
    known = tariff_of(element([("ENERGY", "1")], '{"min_power": 10, "max_power": 20}'))
    for volumes, cost in (
        ({"MIN_POWER": "10", "MAX_POWER": "19.9"}, "1"),
        ({"MIN_POWER": "9.9", "MAX_POWER": "15"}, "0"),
        ({"MIN_POWER": "15", "MAX_POWER": "20"}, "0"),
        ({"MAX_POWER": "15"}, "1"),
        ({}, "0"),
    ):
        volumes["ENERGY"] = "1"
        assert net(priced(known, [("2026-06-15T10:00:00Z", volumes)], "2026-06-15T11:00:00Z")) == cost


def test_a_stated_price_is_gross_where_tax_is_included_and_both_where_none_applies():
    for tax, excl_vat, incl_vat in (("NO", "1", "1.25"), ("YES", "0.8", "1"), ("N/A", "1", "1")):
        known = tariff_of(element([("ENERGY", '1, "vat": 25')]), more=', "tax_included": "%s"' % tax)
        answer = priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": "1"})], "2026-06-15T11:00:00Z")
        assert answer["total_cost"]["exact"] == {"excl_vat": excl_vat, "incl_vat": incl_vat}


def test_limits_hold_net_and_gross_each_for_itself_first_the_minimum():
    limits = ', "min_price": {"excl_vat": 3}, "max_price": {"excl_vat": 4, "incl_vat": 4.5}'
    known = tariff_of(element([("ENERGY", '1, "vat": 10')]), more=limits)
    for volume, excl_vat, incl_vat in (
        ("0", "3", "0"),
        ("2", "3", "2.2"),
        ("3.5", "3.5", "3.85"),
        ("9", "4", "4.5"),
    ):
        answer = priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": volume})], "2026-06-15T11:00:00Z")
        assert answer["total_cost"]["exact"] == {"excl_vat": excl_vat, "incl_vat": incl_vat}, volume


def test_the_line_of_a_limit_makes_lines_and_rates_add_up():
    limits = ', "min_price": {"excl_vat": 0.5, "incl_vat": 0.55}'
    session = Engine(tariff_of(element([("ENERGY", '0.25, "vat": 10')]), more=limits), BERLIN, None)
    session.add(0, 0)
    session.add(HOUR_MS, 1000)
    bill = session.bill()
    assert [line["dimension"] for line in bill["lines"]] == ["ENERGY", "MIN_PRICE"]
    assert [line["gross_minor"] for line in bill["lines"]] == [28, 27]
    assert bill["vat"] == [{"rate": "10", "net_minor": 50, "vat_minor": 5}]
    assert session.gross_minor() == bill["gross_minor"] == 55


def test_a_tariff_prices_whatever_its_validity_and_the_first_of_two_components_counts():
    components = [("ENERGY", "1"), ("ENERGY", "2")]
    known = tariff_of(element(components), more=', "end_date_time": "2019-06-30T00:00:00Z"')
    assert net(priced(known, [("2026-06-15T10:00:00Z", {"ENERGY": "1"})], "2026-06-15T11:00:00Z")) == "1"


def test_a_reservation_is_not_priced():
    known = tariff_of(element([("TIME", "5"), ("FLAT", "2")], '{"reservation": "RESERVATION"}'))
    assert net(priced(known, [("2026-06-15T10:00:00Z", {"TIME": "1"})], "2026-06-15T11:00:00Z")) == "0"


def test_what_was_charged_in_a_period_that_also_tells_a_reservation_is_priced():
    known = tariff_of(
        element([("TIME", "5")], '{"reservation": "RESERVATION"}'), element([("ENERGY", "0.5")])
    )
    for reserved in ("0", "0.25"):
        periods = [("2026-06-15T10:00:00Z", {"RESERVATION_TIME": reserved, "ENERGY": "3"})]
        assert net(priced(known, periods, "2026-06-15T11:00:00Z")) == "1.5"
    # One that says nothing else is the reservation, and durations count from its end on.
    late = tariff_of(element([("ENERGY", "1")], '{"max_duration": 1800}'))
    periods = [("2026-06-15T09:00:00Z", {"RESERVATION_TIME": "1"}), ("2026-06-15T10:00:00Z", {"ENERGY": "2"})]
    assert net(priced(late, periods, "2026-06-15T11:00:00Z")) == "1"


def test_what_a_boundary_divides_between_two_readings_is_marked_as_estimated():
    known = tariff_of(
        element([("ENERGY", "2"), ("TIME", "1")], '{"start_time": "17:00"}'),
        element([("ENERGY", "1"), ("TIME", "2")]),
    )
    session = Engine(known, BERLIN, calendar.parse_utc("2026-06-15T14:59:00Z"))
    session.add(0, 0)
    session.add(90000, 900)
    lines = [(line["dimension"], line["quantity"], line.get("estimated")) for line in session.bill()["lines"]]
    # The energy is divided evenly, two to one; time is known exactly.
    assert lines == [
        ("ENERGY", "0.6", True), ("ENERGY", "0.3", True), ("TIME", "1/60", None), ("TIME", "1/120", None),
    ]  # fmt: skip
    read_there = Engine(known, BERLIN, calendar.parse_utc("2026-06-15T14:59:00Z"))
    for elapsed_ms, energy_wh in ((0, 0), (60000, 600), (90000, 900)):
        read_there.add(elapsed_ms, energy_wh)
    assert "estimated" not in read_there.bill()["lines"][0]
    assert read_there.gross_minor() == session.gross_minor()


def test_without_a_clock_no_condition_on_it_holds_and_the_bill_says_so():
    known = tariff_of(element([("ENERGY", "2")], '{"start_time": "00:00"}'), element([("ENERGY", "1")]))
    session = Engine(known, BERLIN, None)
    session.add(0, 0)
    session.add(HOUR_MS, 1000)
    bill = session.bill()
    assert (bill["gross_minor"], bill["flags"], bill["lines"][0]["to"]) == (100, ["clock_unset"], 3600)
