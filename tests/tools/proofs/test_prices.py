"""Shows that a price by time of use that cannot be the tariff's is refused, and that every honest bill holds.

It does not know records. Bills are made by the engine from random readings, tariffs by a generator.
"""

import random
from fractions import Fraction

import pytest

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import calendar, discount
from firmware.pricing import tariff as tariffs
from firmware.pricing.engine import Engine
from firmware.receipts import receipt as made
from tests.firmware.receipts.sessions import facts
from tests.host.pricing import cases, generate
from tests.tools.proofs import forging
from tools.proofs import prices
from tools.proofs.proof import Proof

ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
START_S = 1774717140
TARIFF = {
    "id": "evening",
    "currency": "EUR",
    "min_price": {"excl_vat": 4, "incl_vat": 4},
    "elements": [
        {
            "price_components": [{"type": "ENERGY", "price": 1, "vat": 0, "step_size": 1}],
            "restrictions": {"start_time": "18:30", "end_time": "23:00"},
        },
        {
            "price_components": [{"type": "ENERGY", "price": 2, "vat": 0, "step_size": 1}],
            "restrictions": {"max_kwh": 1},
        },
        {
            "price_components": [
                {"type": "FLAT", "price": 1, "vat": 0, "step_size": 1},
                {"type": "ENERGY", "price": 0.5, "vat": 0, "step_size": 1},
                {"type": "TIME", "price": 1.2, "vat": 0, "step_size": 60},
                {"type": "PARKING_TIME", "price": 6, "vat": 0, "step_size": 60},
            ]
        },
    ],
}


def document(told):
    return jsontext.parse(cases.written(told))


def receipt_of(document, readings, start_s=START_S, discounts=None, pauses=()):
    """Return the receipt that a terminal makes of (ms, Wh, is parking) since the one before."""
    tariff = tariffs.parse(document)
    engine = Engine(tariff, calendar.Zone(ZONE), start_s, None, discounts)
    engine.add(0, 0)
    elapsed_ms = energy_wh = away_s = 0
    told = []
    for place, (after_ms, more_wh, is_parking) in enumerate(readings):
        elapsed_ms, energy_wh = elapsed_ms + after_ms, energy_wh + more_wh
        engine.add(elapsed_ms, energy_wh, 3_600_000 * more_wh // after_ms, None, is_parking)
        if place in pauses:
            engine.pause(elapsed_ms, 600_000)
            since_s = (start_s or 0) + elapsed_ms // 1000 + away_s
            told.append({"from_s": since_s, "to_s": since_s + 600})
            away_s += 600
    given = facts(flags=["resumed"] if told else [], bill=engine.bill(), duration_ms=elapsed_ms, pauses=told)
    given["tariff"] = {"id": tariff.id, "hash": tariff.hash}
    given["zone"] = calendar.Zone(ZONE)
    clock = "unset" if start_s is None else "synchronised"
    stop_s = None if start_s is None else start_s + elapsed_ms // 1000 + away_s
    given["start"] = {"utc_s": start_s, "clock": clock, "wh": 1000}
    given["stop"] = {"utc_s": stop_s, "clock": clock, "wh": 1000 + energy_wh}
    return made.build(given)


def judged(receipt, document):
    proof = Proof("receipt")
    prices.check(proof, receipt, lambda receipt: document)
    assert [name for name, _, _ in proof.checks] == ["tariff", "price"]
    return forging.problems(proof)


def test_every_bill_that_an_engine_makes_holds():
    count = 0
    for seed in range(45):
        chance = random.Random(seed)
        told = document(generate.case(seed).tariff)
        readings = []
        for _ in range(chance.randrange(1, 25)):
            after_ms, is_parking = chance.randrange(1, 1_800_000), chance.random() < 0.2
            readings.append(
                (after_ms, 0 if is_parking else chance.randrange(11) * after_ms // 3_600, is_parking)
            )
        start_s = None if seed % 20 == 19 else START_S + chance.randrange(400 * 86_400)
        given = discount.parse_all([{"id": "a", "percent": "12.5"}]) if seed % 3 == 0 else None
        pauses = (len(readings) // 2,) if seed % 7 == 6 and start_s else ()
        try:
            receipt = receipt_of(told, readings, start_s, given, pauses)
        except PricingError:
            continue
        count += 1
        assert judged(receipt, told) == "", seed
    assert count > 40


@pytest.fixture
def receipt():
    # From 17:59 on: 500 Wh a quarter of an hour for two hours, then half an hour of parking.
    return receipt_of(document(TARIFF), [(900_000, 500, False)] * 8 + [(1_800_000, 0, True)])


def line(receipt, dimension, place=0):
    return [one for one in receipt["lines"] if one["dimension"] == dimension][place]


def rebilled(line, **members):
    """Change a line, and the amount that follows from it."""
    line.update(members)
    minor = round(Fraction(line["quantity"]) * Fraction(line["unit_price"]) * 100)
    line.update(net_minor=minor, vat_minor=0, gross_minor=minor)


def summed(receipt):
    """Change the totals to the sums of the lines."""
    total = sum(one["net_minor"] for one in receipt["lines"])
    receipt.update(net_minor=total, gross_minor=total)
    receipt["vat"] = [{"rate": "0", "net_minor": total, "vat_minor": 0}]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda r: rebilled(line(r, "ENERGY"), quantity="0.9"),
            "kWh were charged, all of which the tariff prices",
        ),
        (lambda r: rebilled(line(r, "ENERGY"), quantity="1.9"), "kWh are priced, and 4.000 kWh were charged"),
        (lambda r: r["lines"].remove(line(r, "FLAT")), "the fee of a session is priced 0 times"),
        (lambda r: rebilled(line(r, "FLAT"), quantity="2"), "the fee of a session is priced 2 times"),
        (
            lambda r: rebilled(line(r, "TIME"), quantity="1"),
            "5400 s are priced, and it took 9000 s, all of which",
        ),
        (
            lambda r: rebilled(line(r, "PARKING_TIME"), quantity="31/60"),
            "line 5, PARKING_TIME: 1860 s are priced in 1801 s",
        ),
        (
            lambda r: line(r, "ENERGY", 2).update({"from": "2026-03-28T18:20:00+01:00"}),
            "its price does not count when",
        ),
        (lambda r: line(r, "ENERGY").update(to="2026-03-28T16:00:00+01:00"), "before it begins"),
        (
            lambda r: line(r, "ENERGY").update(to="2026-03-29T18:00:00+02:00"),
            "it lies outside of the session",
        ),
        (lambda r: line(r, "ENERGY").update(unit="Wh"), "the lines come to ENERGY"),
        (lambda r: rebilled(line(r, "ENERGY"), unit_price="1"), "the tariff has no ENERGY price of 1 a kWh"),
        (lambda r: line(r, "ENERGY").update(why=[]), "the tariff has no ENERGY price of 2 a kWh"),
    ],
)
def test_lines_that_are_not_the_sessions_or_the_tariffs_are_told(change, sentence, receipt):
    assert judged(receipt, document(TARIFF)) == ""
    change(receipt)
    summed(receipt)
    assert sentence in judged(receipt, document(TARIFF)), receipt["lines"]


def test_energy_is_not_moved_between_prices_for_some_kwh_of_a_session(receipt):
    cheap, dear = line(receipt, "ENERGY", 1), line(receipt, "ENERGY")
    assert dear["why"] == [["energy", None, "1"]]
    rebilled(dear, quantity="1.5")
    rebilled(cheap, quantity="2.5")
    summed(receipt)
    assert "it prices 1.5 kWh from 0 to 1 kWh" in judged(receipt, document(TARIFF))


def test_a_limit_and_a_discount_are_made_anew():
    told = document(TARIFF)
    given = discount.parse_all([{"id": "a", "percent": "50"}])
    receipt = receipt_of(told, [(60_000, 1, False)], START_S, given)
    assert [one["dimension"] for one in receipt["lines"]][-2:] == ["MIN_PRICE", "DISCOUNT"]
    assert judged(receipt, told) == ""
    for place, price in ((-1, "-3"), (-2, "1")):
        forged = {**receipt, "lines": [dict(one) for one in receipt["lines"]]}
        rebilled(forged["lines"][place], unit_price=price)
        summed(forged)
        assert "the lines come to" in judged(forged, told)
