"""The bill of an open session: what the engine is told of power and parking, and when a reading is due next.

Energy costs 0.36 EUR a kWh, with no VAT: at 10 kW that is a tenth of a cent a second.
"""

from firmware.crypto import jsontext
from firmware.pricing import calendar, tariff
from firmware.terminal.billing import Billing
from tests.firmware.terminal.desk import Desk

ENERGY = '{"price_components": [{"type": "ENERGY", "price": %s}], "restrictions": {%s}}'
PARKING = '{"price_components": [{"type": "PARKING_TIME", "price": 3.6}]}'
START = {"wh": 1000, "serial": "1", "utc_s": 43200, "clock": "synchronised", "ticks_ms": 0}
TEN_KW = 10000


def billing_of(*elements):
    """Return (billing, what makes a reading) of a session that began at noon of 1970-01-01."""
    clock = Desk().board().clock
    now = [0]
    clock.ticks_ms = lambda: now[0]
    text = '{"id": "t", "currency": "EUR", "elements": [%s]}' % ", ".join(elements)
    parsed = tariff.parse(jsontext.parse(text))
    billing = Billing(clock, calendar.Zone("UTC0"), parsed, START, [])

    def reading(at_ms, wh, power_w=TEN_KW):
        now[0] = at_ms
        return {"wh": 1000 + wh, "power_w": power_w, "current_ma": None, "ticks_ms": at_ms, "utc_s": None}

    return billing, reading


def begin(billing, reading, is_parking=False):
    """Begin with a reading before the contactor closes."""
    billing.begin(reading(0, 0, 0), is_parking)


def shown(billing):
    """Return (dimension, quantity, whether it is estimated) of each line."""
    lines = billing.bill()["lines"]
    return [(line["dimension"], line["quantity"], line.get("estimated", False)) for line in lines]


NOON = ENERGY % ("0.72", '"start_time": "12:01"'), ENERGY % ("0.36", "")


def test_a_reading_within_a_second_of_a_boundary_is_one_of_it():
    billing, reading = billing_of(*NOON)
    begin(billing, reading)
    assert billing.next_reading_ms(None) == 60000
    billing.add(reading(2000, 5), False, False)
    assert billing.next_reading_ms(None) == 58000
    billing.add(reading(60004, 166), False, False)
    billing.add(reading(120000, 333), False, False)
    assert shown(billing) == [("ENERGY", "0.166", False), ("ENERGY", "0.167", False)]


def test_a_boundary_without_a_reading_is_divided_by_time_and_says_so():
    billing, reading = billing_of(*NOON)
    begin(billing, reading)
    billing.add(reading(30000, 100), False, False)
    billing.add(reading(90000, 300), False, False)
    assert shown(billing) == [("ENERGY", "0.2", True), ("ENERGY", "0.1", True)]


def test_near_a_boundary_of_energy_readings_come_early_and_more_often():
    billing, reading = billing_of(ENERGY % ("0.36", '"max_kwh": 0.1'), ENERGY % ("0.72", ""))
    begin(billing, reading)
    assert billing.next_reading_ms(None) is None
    billing.add(reading(3600, 10), False, False)
    # 90 Wh at 10 kW are 32.4 s.
    assert billing.next_reading_ms(None) == 31400
    billing.add(reading(35640, 99), False, False)
    assert billing.next_reading_ms(None) == 250


def test_the_power_after_the_contactor_opened_says_nothing_of_what_flowed():
    billing, reading = billing_of(ENERGY % ("0.72", '"min_power": 5'), ENERGY % ("0.36", ""))
    begin(billing, reading)
    billing.add(reading(36000, 100), False, False)
    billing.add(reading(72000, 200, 0), False, True)
    assert shown(billing) == [("ENERGY", "0.2", False)]


def test_parking_begins_with_the_reading_after_the_vehicle_asks_for_no_more():
    billing, reading = billing_of(ENERGY % ("0.36", ""), PARKING)
    begin(billing, reading)
    billing.add(reading(36000, 100), False, False)
    billing.add(reading(37000, 102, 0), True, False)
    billing.add(reading(397000, 102, 0), True, False)
    billing.add(reading(398000, 102, 0), False, False)
    billing.add(reading(434000, 202), False, False)
    assert shown(billing) == [("ENERGY", "0.202", False), ("PARKING_TIME", "361/3600", False)]


def test_a_session_that_begins_without_asking_parks_from_the_start():
    billing, reading = billing_of(ENERGY % ("0.36", ""), PARKING)
    begin(billing, reading, True)
    billing.add(reading(36000, 0, 0), True, False)
    assert shown(billing) == [("PARKING_TIME", "0.01", False)]


def test_the_limit_is_known_before_it_is_reached():
    billing, reading = billing_of(ENERGY % ("0.36", ""))
    begin(billing, reading)
    billing.add(reading(3600, 10), False, False)
    # 10 cents are exceeded with the 292nd Wh (10.512 cents), 281 Wh or 101.16 s after this reading.
    left_ms = billing.limit_left_ms(10, 0)
    assert 100000 < left_ms <= 101160
    assert billing.next_reading_ms(left_ms) == left_ms
    billing.add(reading(103000, 291), False, False)
    assert billing.limit_left_ms(10, 0) < 2000
    billing.add(reading(110000, 310), False, False)
    assert billing.limit_left_ms(10, 0) == 0


def test_until_the_limit_all_that_the_outlet_has_may_flow():
    billing, reading = billing_of(ENERGY % ("0.36", ""))
    begin(billing, reading)
    billing.add(reading(3600, 10), False, False)
    billing.add(reading(3600, 10), False, False)
    # Of the 281 Wh that are left 3 may have flowed at 10 kW since the register was refreshed; 278 take
    # 45.49 s at 22 kW.
    assert billing.limit_left_ms(10, 22000) == 45490


def test_a_checkpoint_goes_on_with_the_same_bill():
    billing, reading = billing_of(*NOON)
    begin(billing, reading)
    billing.add(reading(60000, 166), False, False)
    billing.add(reading(90000, 250), False, False)
    again, _reading = billing_of(*NOON)
    again.restore(billing.progress())
    again.close_at(1300)
    assert shown(again) == [("ENERGY", "0.166", False), ("ENERGY", "0.134", False)]
    fresh, _reading = billing_of(*NOON)
    fresh.restore(None)
    fresh.close_at(1300)
    assert shown(fresh) == [("ENERGY", "0.3", False)]


FEE = '{"price_components": [{"type": "FLAT", "price": 1.00, "vat": 19}]}'
STEPS = '{"price_components": [{"type": "%s", "price": 3.6, "step_size": 600}]}'


def test_the_least_that_a_session_costs_is_its_fee_and_a_first_step():
    for elements, charging, parking in (
        ((ENERGY % ("0.36", ""),), 0, 0),
        # With 19 % VAT.
        ((FEE, ENERGY % ("0.36", "")), 119, 119),
        # Ten minutes at 3.60 an hour, 600 Wh at 3.60 a kWh.
        ((STEPS % "TIME",), 60, 60),
        ((STEPS % "PARKING_TIME",), 0, 60),
        # Of two kinds of time only the last is stepped, at 0.36 an hour or at 3.60.
        (((STEPS % "TIME").replace("3.6", "0.36"), STEPS % "PARKING_TIME"), 6, 60),
        ((STEPS % "ENERGY",), 216, 216),
    ):
        told = [billing_of(*elements)[0].least_minor(is_parking) for is_parking in (False, True)]
        assert told == [charging, parking], elements
