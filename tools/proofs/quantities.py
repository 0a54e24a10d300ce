"""Checks that a bill prices what a session used: no more but for steps, no less where a price always counts.

It does not know amounts, nor when a price counted.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from firmware.pricing import ratio
from firmware.pricing.tariff import Tariff
from tools import exact

_TIMES = ("TIME", "PARKING_TIME")
_USED = ("ENERGY", *_TIMES, "FLAT")
_H = 3600


def check(tariff: Tariff, receipt: dict[str, Any]) -> Iterator[str]:
    """Yield where the quantities of a receipt's lines are not those of its session under a tariff."""
    used, steps = _sums(tariff, receipt)
    always = {
        part.dimension for element in tariff.elements if not element.flat for part in element.components
    }
    yield from _energy(used["ENERGY"] * 1000, receipt["energy_wh"], max(steps["ENERGY"], default=0), always)
    # Steps add to either, each at its own end.
    added_s = sum(max(steps[name], default=0) for name in _TIMES)
    yield from _time((used["TIME"] + used["PARKING_TIME"]) * _H, receipt["duration_s"], added_s, always)
    if used["FLAT"] > 1 or ("FLAT" in always and used["FLAT"] != 1):
        yield f"the fee of a session is priced {used['FLAT']} times"
    # The time that was priced last is rounded up, be it of charging or of parking.
    for names, unit in ((("ENERGY",), 1000), (_TIMES, _H)):
        counts = [(used[name] * unit, steps[name]) for name in names if used[name] and steps[name]]
        if counts and not any(_is_whole(*count) for count in counts):
            told = " and ".join(f"{float(count):g}" for count, _ in counts)
            yield f"{' and '.join(names)}: {told} is no whole number of the tariff's steps"


def _is_whole(count: Fraction, sizes: set[int]) -> bool:
    return any(size == 0 or count % size == 0 for size in sizes)


def _sums(tariff: Tariff, receipt: dict[str, Any]) -> tuple[dict[str, Fraction], dict[str, set[int]]]:
    """Return how much each dimension prices, and the steps of its prices in Wh or s."""
    used = {name: Fraction(0) for name in _USED}
    steps: dict[str, set[int]] = {name: set() for name in _USED}
    parts = [part for element in tariff.elements for part in element.components]
    for line in receipt["lines"]:
        name = line["dimension"]
        if name in used:
            used[name] += exact.number(line["quantity"])
            price = ratio.parse(line["unit_price"])
            steps[name] |= {each.step_size for each in parts if (each.dimension, each.price) == (name, price)}
    return used, steps


def _energy(priced_wh: Fraction, energy_wh: int, step_wh: int, always: set[str]) -> Iterator[str]:
    told = f"{float(priced_wh / 1000):.3f} kWh are priced, and {energy_wh / 1000:.3f} kWh were charged"
    if priced_wh > energy_wh and priced_wh >= energy_wh + max(step_wh, 1):
        yield told
    if "ENERGY" in always and priced_wh < energy_wh:
        yield f"{told}, all of which the tariff prices"


def _time(priced_s: Fraction, duration_s: int, added_s: int, always: set[str]) -> Iterator[str]:
    """Parts of a second are priced and not told in a receipt's duration."""
    told = f"{float(priced_s):.0f} s are priced, and it took {duration_s} s"
    if priced_s >= duration_s + 1 + added_s:
        yield told
    if always.issuperset(_TIMES) and priced_s < duration_s:
        yield f"{told}, all of which the tariff prices"
