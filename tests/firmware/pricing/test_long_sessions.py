"""Sessions that go on and on: a price that flips at each reading, and readings at every boundary.

It does not know clocks; time passes as it is told.
"""

from firmware.crypto import canonical, jsontext
from firmware.pricing import calendar, tariff
from firmware.pricing.engine import Engine

BERLIN = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
START_S = calendar.parse_utc("2026-03-28T17:59:00Z")
TWO = (
    '{"price_components": [{"type": "ENERGY", "price": 0.5}], "restrictions": {"min_power": 10}},'
    '{"price_components": [{"type": "ENERGY", "price": 0.25}, {"type": "TIME", "price": 1.2}]}'
)


def engine_of(elements):
    """Return the engine of a session that has begun."""
    document = jsontext.parse('{"id": "t", "currency": "EUR", "elements": [%s]}' % elements)
    session = Engine(tariff.parse(document), BERLIN, START_S)
    session.add(0, 0)
    return session


def test_a_price_that_flips_at_each_reading_fills_no_memory_and_stays_exact():
    session = engine_of(TWO)
    sizes = []
    for i in range(1, 401):
        session.add(i * 1000, i * 3, 11000 if i % 2 else 7000)
        sizes.append(len(session.bill()["lines"]))
    assert sizes[-1] == sizes[100] <= 30
    bill = session.bill()
    # 200 readings of 3 Wh at each price, and 400 s of time at 1.20 EUR an hour.
    assert bill["gross_minor"] == session.gross_minor() == 30 + 15 + 13
    assert len(canonical.encode(session.state())) < 1500
    assert sum([line.get("parts", 1) for line in bill["lines"] if line["element"] == 0]) == 200


def test_neighbouring_stretches_of_one_price_are_one_line():
    session = engine_of(TWO)
    for i in range(1, 100):
        session.add(i * 1000, i * 3, 7000, None, i % 3 == 0)
    assert [line["dimension"] for line in session.bill()["lines"]] == ["ENERGY", "TIME"]


def test_a_boundary_is_told_in_time_and_energy():
    session = engine_of(
        '{"price_components": [{"type": "ENERGY", "price": 1}], "restrictions": {"end_time": "20:00"}},'
        '{"price_components": [{"type": "ENERGY", "price": 2}], "restrictions": {"max_kwh": 7.0005}},'
        '{"price_components": [{"type": "TIME", "price": 2}], "restrictions": {"min_duration": 60}}'
    )
    assert session.next_boundary() == (60000, 7001)
    session.add(60000, 10)
    # From 18:59 to 20:00 are 3660 s.
    assert session.next_boundary() == (60000, 7001)
    session.add(60001, 10)
    assert session.next_boundary() == (3660000, 7001)
    session.add(3660001, 7001)
    # Midnight, at which `end_time` counts again.
    assert session.next_boundary()[1] is None


def test_a_boundary_of_energy_between_two_counts_of_a_wh_is_met_exactly():
    session = engine_of(
        '{"price_components": [{"type": "ENERGY", "price": 1}], "restrictions": {"max_kwh": 0.0005}},'
        '{"price_components": [{"type": "ENERGY", "price": 3}]}'
    )
    session.add(1000, 2)
    assert [line["quantity"] for line in session.bill()["lines"]] == ["0.0005", "0.0015"]
