"""Budgets: the last millisecond and Wh that an amount pays for, by hand and by trying every step around it.

It does not know held cards.
"""

from firmware.crypto import jsontext
from firmware.pricing import budget, calendar, tariff
from firmware.pricing.engine import Engine

BERLIN = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
# 16:59 in Berlin, a minute before the evening price.
START_S = calendar.parse_utc("2026-06-15T14:59:00Z")
ENERGY = '{"price_components": [{"type": "ENERGY", "price": %s}]%s}'
TIME = '{"price_components": [{"type": "TIME", "price": %s, "step_size": %d}]}'


def session(*elements):
    """Return the engine of a session that begins at START_S."""
    text = '{"id": "t", "currency": "EUR", "elements": [%s]}' % ", ".join(elements)
    engine = Engine(tariff.parse(jsontext.parse(text)), BERLIN, START_S)
    engine.add(0, 0)
    return engine


def test_energy_alone_is_used_up_to_the_wh():
    # 10.00 EUR / 0.49 = 20.408 kWh; 20.41836 kWh still round to 10.00 EUR, for half a cent goes up.
    engine = session(ENERGY % ("0.49", ""))
    assert budget.limit(engine, 1000) == (None, 20418)
    assert budget.limit(engine, 0) == (None, 10)


def test_at_a_known_power_the_moment_is_told_too():
    engine = session(ENERGY % ("0.49", ""))
    engine.add(1000, 3, 11000)
    elapsed_ms, energy_wh = budget.limit(engine, 1000)
    assert energy_wh == 20418
    # 20415 Wh at 11 kW take 6681272.7 ms.
    assert elapsed_ms == 1000 + 6681272


def test_time_is_used_up_before_the_step_that_costs_more():
    # 6 EUR an hour in steps of 5 minutes are 0.50 EUR each: 4 steps are 20 minutes.
    assert budget.limit(session(TIME % ("6", 300)), 249)[0] == 20 * 60000
    assert budget.limit(session(TIME % ("6", 300)), 250) == (25 * 60000, None)


def test_what_is_free_never_uses_it_up():
    assert budget.limit(session(ENERGY % ("0", "")), 0) == (None, None)


def test_an_amount_that_is_exceeded_already_is_used_up_here():
    engine = session(ENERGY % ("1", ""))
    engine.add(1000, 1000, 11000)
    assert budget.limit(engine, 99) == (1000, 1000)


def test_one_step_more_costs_more_also_beyond_changes_of_the_price():
    evening = ', "restrictions": {"start_time": "17:00", "end_time": "17:30"}'
    dear = ', "restrictions": {"min_kwh": 9.5}'
    for amount_minor in (3, 10, 77, 300, 301, 450, 999):
        engine = session(
            ENERGY % ("0.59", evening), ENERGY % ("0.7", dear), ENERGY % ("0.3", ""), TIME % ("1", 60)
        )
        engine.add(2000, 6, 11000)
        elapsed_ms, energy_wh = budget.limit(engine, amount_minor)
        assert price_of(engine, elapsed_ms) <= amount_minor < price_of(engine, elapsed_ms + 1), amount_minor
        at = ahead(engine, elapsed_ms)
        at.add(elapsed_ms, energy_wh, 11000)
        assert at.gross_minor() <= amount_minor
        at.add(elapsed_ms, energy_wh + 1, 11000)
        assert at.gross_minor() > amount_minor


def price_of(engine, elapsed_ms):
    """Return what a session at 11 kW costs later on."""
    return ahead(engine, elapsed_ms).gross_minor()


def ahead(engine, elapsed_ms):
    """Return a session at 11 kW later on, read wherever the price changes; its energy is rounded up to Wh."""
    later = engine.copy()
    # 17:00, 17:30, and the last millisecond with 9500 Wh.
    for at_ms in (60000, 1860000, 2000 + 9494 * 3600000 // 11000, elapsed_ms):
        if later.last()[0] <= at_ms <= elapsed_ms:
            later.add(at_ms, 6 - (-(at_ms - 2000) * 11000 // 3600000), 11000)
    return later


def test_a_boundary_within_a_wh_is_not_passed_unseen():
    fee = '{"price_components": [{"type": "FLAT", "price": 0.25}], "restrictions": {"min_kwh": 0.01535}}'
    engine = session(fee, ENERGY % ("0.01", ""))
    assert budget.limit(engine, 1) == (None, 15)


def test_what_a_register_hides_is_reckoned_with_at_the_price_of_now_and_of_then():
    # A millisecond before the evening's price 99 Wh may be hidden, and 11 kW flow.
    for day, evening, amount_minor, left_wh in (("0.01", "1", 100, 905), ("1", "0.01", 20, 10500)):
        later = ', "restrictions": {"start_time": "17:00"}'
        engine = session(ENERGY % (evening, later), ENERGY % (day, ""))
        engine.add(59999, 0, 11000)
        # 1.00 EUR pays for 1004 Wh at a euro, the 99 among them; 0.20 EUR for the 99, and for 10.5 kWh more.
        until_ms = budget.limit(engine, amount_minor, most_w=11000, hidden_wh=99)[0]
        assert abs((until_ms - 59999) * 11000 - left_wh * 3600000) <= 3600000


def test_the_class_of_power_that_costs_most_is_reckoned_with():
    dear = ', "restrictions": {"min_power": 50}'
    engine = session(ENERGY % ("1", dear), ENERGY % ("0.50", ""))
    engine.add(1000, 3, 11000)
    # A Wh is a tenth of a cent, or half of that as the first three: up to 100.5 cents are 1003 Wh or 2006.
    assert budget.limit(engine, 100, most_w=60000)[0] == 1000 + 1003 * 3600000 // 60000
    assert budget.limit(engine, 100, most_w=49999)[0] == 1000 + 2006 * 3600000 // 49999
    assert budget.limit(engine, 100)[0] == 1000 + 2006 * 3600000 // 11000


def test_asking_changes_nothing():
    engine = session(ENERGY % ("0.49", ""), TIME % ("6", 300))
    engine.add(1000, 3, 11000)
    before = engine.state()
    budget.limit(engine, 1000)
    assert engine.state() == before
