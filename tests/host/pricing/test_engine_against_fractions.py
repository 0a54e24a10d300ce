"""Holds bills against the same tariffs reckoned with fractions, in a few lines and with no thought of memory.

It does not know how the engine keeps its numbers.
"""

import math
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from firmware.crypto import jsontext
from firmware.pricing import bill, engine, money, tariff

DIMENSIONS = ("ENERGY", "TIME", "FLAT")
BASE_UNITS = {"ENERGY": 1000, "TIME": 3600 * 1000}
STEP_UNITS = {"ENERGY": 1, "TIME": 1000}

components = st.fixed_dictionaries(
    {"price": st.integers(0, 99999).map(lambda scaled: jsontext.Number(scaled, -4))},
    optional={
        "vat": st.sampled_from([0, 7, 19, 20, jsontext.Number(77, -1), jsontext.Number(255, -1)]),
        "step_size": st.sampled_from([0, 1, 60, 100, 300, 1000]),
    },
)
tariffs = st.dictionaries(st.sampled_from(DIMENSIONS), components, min_size=1)
samples = st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(0, 30_000)), min_size=1, max_size=6)


def fraction(number: Any) -> Fraction:
    return Fraction(str(number))


def quantity(dimension: str, component: dict[str, Any], elapsed_ms: int, energy_wh: int) -> Fraction:
    if dimension == "FLAT":
        return Fraction(1)
    total = Fraction(energy_wh if dimension == "ENERGY" else elapsed_ms)
    step = component.get("step_size", 1) * STEP_UNITS[dimension]
    if step:
        total = Fraction(math.ceil(total / step) * step)
    return total / BASE_UNITS[dimension]


def half_up(exact: Fraction) -> int:
    return math.floor(exact + Fraction(1, 2))


@given(tariffs, st.sampled_from(["EUR", "JPY", "KWD"]), samples)
def test_bills_are_those_of_fractions(
    priced: dict[str, dict[str, Any]], currency: str, steps: list[tuple[int, int]]
) -> None:
    document = {
        "id": "t",
        "currency": currency,
        "elements": [{"price_components": [{"type": name, **known} for name, known in priced.items()]}],
    }
    session = engine.Engine(tariff.parse(document), None, None)
    elapsed_ms = energy_wh = 0
    for more_ms, more_wh in steps:
        elapsed_ms, energy_wh = elapsed_ms + more_ms, energy_wh + more_wh
        session.add(elapsed_ms, energy_wh, None)
        nets = {
            name: quantity(name, known, elapsed_ms, energy_wh)
            * fraction(known["price"])
            * 10 ** money.exponent(currency)
            for name, known in priced.items()
        }
        vats = {name: net * fraction(priced[name].get("vat", 0)) / 100 for name, net in nets.items()}
        assert session.gross_minor() == half_up(
            sum(nets.values(), Fraction()) + sum(vats.values(), Fraction())
        )
    check(session.bill(), nets, vats)


def check(bill: dict[str, Any], nets: dict[str, Fraction], vats: dict[str, Fraction]) -> None:
    """Assert that totals are rounded once, that all adds up, and that no line strays by a minor unit."""
    assert bill["net_minor"] == half_up(sum(nets.values(), Fraction()))
    assert bill["gross_minor"] == half_up(sum(nets.values(), Fraction()) + sum(vats.values(), Fraction()))
    assert sum(line["net_minor"] for line in bill["lines"]) == bill["net_minor"]
    assert sum(line["gross_minor"] for line in bill["lines"]) == bill["gross_minor"]
    for line in bill["lines"]:
        name = line["dimension"]
        assert abs(line["net_minor"] - nets[name]) < 1
        assert abs(line["vat_minor"] - vats[name]) < 1
        assert line["net_minor"] + line["vat_minor"] == line["gross_minor"]
    for rate in bill["vat"]:
        of_rate = [line for line in bill["lines"] if line["vat"] == rate["rate"]]
        assert rate["net_minor"] == sum(line["net_minor"] for line in of_rate)
        assert rate["vat_minor"] == sum(line["vat_minor"] for line in of_rate)


@given(st.lists(st.fractions(0, 100, max_denominator=1000), min_size=1, max_size=8), st.booleans())
def test_shares_are_the_exact_parts_rounded_up_or_down(parts: list[Fraction], up: bool) -> None:
    exact = sum(parts, Fraction())
    total = math.ceil(exact) if up else math.floor(exact)
    shares = bill.share(total, [(part.numerator, part.denominator) for part in parts])
    assert sum(shares) == total
    for part, given_minor in zip(parts, shares, strict=True):
        assert given_minor in (math.floor(part), math.ceil(part))
