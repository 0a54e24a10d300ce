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


def test_asking_changes_nothing():
    engine = session(ENERGY % ("0.49", ""), TIME % ("6", 300))
    engine.add(1000, 3, 11000)
    before = engine.state()
    budget.limit(engine, 1000)
    assert engine.state() == before
