"""Checks that the stretches which a bill prices are those of the session, and that their prices counted then.

It does not know amounts. A receipt tells when a stretch began and ended where that is not with the session;
it does not hold the readings between, so that power and current are nobody's to check.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from firmware.pricing import calendar, conditions
from tools import exact
from tools.proofs import times

Line = dict[str, Any]

_OF_TIME = ("TIME", "PARKING_TIME")
# What the clock of the place alone decides.
_BY_CLOCK = (conditions.TIME, conditions.DATE, conditions.WEEKDAY)
_H = 3600


class Stretch(NamedTuple):
    """A line's begin and end in UTC, the place's distance from it; `is_whole` where nothing lies between."""

    number: int
    line: Line
    from_s: int
    to_s: int
    offset_s: int
    is_whole: bool


def check(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield which lines lie outside of the session or over one another, or when their price did not count."""
    start_s = times.utc_s(receipt["start"]["at"])
    end_s = receipt["duration_s"] + 1 + times.away_s(receipt)
    found = []
    for number, line in enumerate(receipt["lines"], 1):
        if line["dimension"] in (*_OF_TIME, "ENERGY", "FLAT"):
            stretch = _stretch(number, line, receipt, start_s or 0, end_s)
            found.append(stretch)
            yield from _place(stretch, start_s or 0, end_s)
            yield from _energy(stretch, receipt)
            if start_s is not None:
                yield from _clock(stretch, receipt)
    yield from _overlaps(found)


def _stretch(number: int, line: Line, receipt: dict[str, Any], start_s: int, end_s: int) -> Stretch:
    local = line.get("from") or receipt["start"]["local"]
    from_s, offset_s = start_s, 0
    if isinstance(local, str):
        offset_s = calendar.parse_utc(local[:19] + "Z") - calendar.parse_moment(local)[0]
    if "from" in line:
        from_s = start_s + local if isinstance(local, int) else calendar.parse_moment(local)[0]
    to_s = start_s + end_s
    if "to" in line:
        told = line["to"]
        to_s = start_s + told if isinstance(told, int) else calendar.parse_moment(told)[0]
    elif "from" in line and line["dimension"] not in _OF_TIME:
        # What fell due at one moment tells no end, nor does what went on to the session's.
        return Stretch(number, line, from_s, from_s, offset_s, False)
    return Stretch(number, line, from_s, to_s, offset_s, line.get("parts", 1) == 1)


def _place(stretch: Stretch, start_s: int, end_s: int) -> Iterator[str]:
    name = f"line {stretch.number}, {stretch.line['dimension']}"
    if stretch.to_s < stretch.from_s:
        yield f"{name}: it ends at {stretch.line['to']}, before it begins"
    elif stretch.from_s < start_s or stretch.to_s > start_s + end_s:
        yield f"{name}: it lies outside of the session"
    lasted_s = stretch.to_s - stretch.from_s
    if stretch.line["dimension"] in _OF_TIME and not stretch.line.get("step"):
        priced_s = exact.number(stretch.line["quantity"]) * _H
        if priced_s > lasted_s + 1:
            yield f"{name}: {float(priced_s):.0f} s are priced in {lasted_s} s"


def _energy(stretch: Stretch, receipt: dict[str, Any]) -> Iterator[str]:
    """Yield where a price for some kWh of a session prices more of them."""
    if stretch.line["dimension"] != "ENERGY" or stretch.line.get("step"):
        return
    for kind, low, high in stretch.line.get("why") or ():
        if kind != conditions.ENERGY:
            continue
        first = exact.number(low or "0")
        last = Fraction(receipt["energy_wh"], 1000)
        last = last if high is None else min(last, exact.number(high))
        if exact.number(stretch.line["quantity"]) > max(Fraction(0), last - first):
            told = f"{stretch.line['quantity']} kWh from {low or 0} to {high or 'the end'} kWh"
            yield f"line {stretch.number}: it prices {told}"


def _clock(stretch: Stretch, receipt: dict[str, Any]) -> Iterator[str]:
    """Yield where the price does not count at the begin or the end, by the clock of the place.

    A stretch begins and ends with parts of a second, which are not told. What begins with the end of a pause
    is told with the pause's begin.
    """
    why = [one for one in stretch.line.get("why") or () if one[0] in _BY_CLOCK]
    flat = tuple(part for one in why for part in one)
    if not flat:
        return
    pauses = [
        (times.utc_s(one["from"]) or 0, times.utc_s(one["to"]) or 0)
        for one in receipt.get("interruptions", ())
    ]
    begins = [
        stretch.from_s,
        stretch.from_s + 1,
        *(to for since, to in pauses if abs(since - stretch.from_s) <= 1),
    ]
    if not any(_holds(flat, begin, stretch.offset_s) for begin in begins):
        yield f"line {stretch.number}: its price does not count when it begins"
    is_ended = stretch.to_s > stretch.from_s and "to" in stretch.line
    if is_ended and not any(_holds(flat, stretch.to_s - before, stretch.offset_s) for before in (0, 1, 2)):
        yield f"line {stretch.number}: its price does not count up to its end at {stretch.line['to']}"


def _holds(flat: tuple[Any, ...], utc_s: int, offset_s: int) -> bool:
    local_s = utc_s + offset_s
    days, second = divmod(local_s, conditions.DAY_S)
    return bool(conditions.hold(flat, conditions.moment(second, days)))


def _overlaps(found: list[Stretch]) -> Iterator[str]:
    """Yield where two stretches of one dimension are at the same time."""
    for name in (*_OF_TIME, "ENERGY"):
        whole = sorted(
            (one for one in found if one.is_whole and one.line["dimension"] == name),
            key=lambda one: one.from_s,
        )
        for before, after in zip(whole, whole[1:], strict=False):
            if after.from_s < before.to_s - 1 and "to" in before.line:
                yield f"line {after.number}: it begins before line {before.number} ends"
