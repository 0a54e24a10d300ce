"""A slow and plain model of OCPI pricing, which the firmware's answers are held against.

It does not know the firmware: neither imports the other. It is written from OCPI 2.2.1 and 2.3.0 (mod_tariffs
and mod_cdrs) and from docs/decisions/tariff-readings.md: each piece of a session asks in its middle which
components apply.
"""

import math
import zoneinfo
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.host.pricing.pieces import VOLUMES, Piece, cut, local

UNIT_OF_STEP = {"ENERGY": 1000, "TIME": 3600, "PARKING_TIME": 3600}  # Wh in a kWh, seconds in an hour
MINOR_DIGITS = {"JPY": 0, "KWD": 3, "UYW": 4}
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def price(tariff: dict[str, Any], cdr: dict[str, Any], zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Return what `kilotap price --json` says; of its lines only how much each element billed."""
    pieces = list(cut(cdr, zone, tariff))
    exact = costs(tariff, pieces, zone)
    used = {name: sum((piece.volumes[name] for piece in pieces), Fraction()) for name in VOLUMES}
    digits = MINOR_DIGITS.get(tariff["currency"], 2)
    total = limited(tariff, sum_of(exact.costs.values()))
    return {
        "currency": tariff["currency"],
        "total_cost": shown(total, digits),
        "total_energy_cost": shown(exact.costs["ENERGY"], digits),
        "total_time_cost": shown(exact.costs["TIME"], digits),
        "total_parking_cost": shown(exact.costs["PARKING_TIME"], digits),
        "total_fixed_cost": shown(exact.costs["FLAT"], digits),
        "total_energy": text(used["ENERGY"]),
        "total_time": text(sum((piece.hours for piece in pieces), Fraction())),
        "total_parking_time": text(used["PARKING_TIME"]),
        "billed_energy": text(exact.billed("ENERGY")),
        "billed_time": text(exact.billed("TIME")),
        "billed_parking_time": text(exact.billed("PARKING_TIME")),
        "lines": {place: text(quantity) for place, quantity in sorted(exact.quantities.items())},
    }


# Choosing.


def active(
    tariff: dict[str, Any], piece: Piece, zone: zoneinfo.ZoneInfo, dimension: str
) -> tuple[str, int] | None:
    """Return a dimension with the first element that prices it and matches in the middle of a piece."""
    for place, element in enumerate(tariff["elements"]):
        has_price = any(component["type"] == dimension for component in element["price_components"])
        if has_price and matches(element.get("restrictions", {}), piece, zone):
            return dimension, place
    return None


def priced(tariff: dict[str, Any], place: tuple[str, int]) -> dict[str, Any]:
    """Return the component of a dimension in an element: the first, where there are several."""
    dimension, element = place
    components = tariff["elements"][element]["price_components"]
    return next(component for component in components if component["type"] == dimension)


def matches(known: dict[str, Any], piece: Piece, zone: zoneinfo.ZoneInfo) -> bool:
    """Return whether every restriction of an element holds in the middle of a piece."""
    at_s = (piece.start_s + piece.end_s) / 2
    at = local(at_s, zone)
    today = at.date().isoformat()
    days = known.get("day_of_week") or DAYS
    return (
        "reservation" not in known
        and DAYS[at.weekday()] in days
        and known.get("start_date", today) <= today
        and ("end_date" not in known or today < known["end_date"])
        and in_time(known.get("start_time", "00:00"), known.get("end_time", "00:00"), f"{at:%H:%M}")
        and within(known, "min_kwh", "max_kwh", ((piece.kwh[0] + piece.kwh[1]) / 2,) * 2)
        and within(known, "min_duration", "max_duration", (at_s - piece.session_s,) * 2)
        and within(known, "min_power", "max_power", piece.power_kw)
        and within(known, "min_current", "max_current", piece.current_a)
    )


def in_time(start: str, end: str, now: str) -> bool:
    """Return whether a minute of the day lies in a window; 00:00 as its end is the midnight after."""
    if end == "00:00":
        return start <= now
    if start < end:
        return start <= now < end
    return start != end and (now >= start or now < end)


def within(known: dict[str, Any], low: str, high: str, measured: tuple[Fraction, Fraction] | None) -> bool:
    """Return whether (least, most) lies in a restriction's limits: from the lower on, below the upper."""
    if low not in known and high not in known:
        return True
    if measured is None:
        return False
    return (low not in known or measured[0] >= Fraction(known[low])) and (
        high not in known or measured[1] < Fraction(known[high])
    )


# Adding up.


@dataclass
class Exact:
    """What a session costs by dimension as (net, gross), and what was billed by dimension and element."""

    costs: dict[str, tuple[Fraction, Fraction]]
    quantities: dict[tuple[str, int], Fraction]

    def book(self, tariff: dict[str, Any], place: tuple[str, int], volume: Fraction) -> None:
        """Take a volume that an element prices."""
        component = priced(tariff, place)
        amounts = [self.costs[place[0]], worth(tariff, component, volume)]
        self.costs[place[0]] = sum_of(amounts)
        self.quantities[place] = self.quantities.get(place, Fraction()) + volume

    def billed(self, dimension: str) -> Fraction:
        """Return the billed volume of a dimension."""
        return sum((volume for place, volume in self.quantities.items() if place[0] == dimension), Fraction())


def costs(tariff: dict[str, Any], pieces: list[Piece], zone: zoneinfo.ZoneInfo) -> Exact:
    """Price every piece, then round volumes up once for energy and once for time."""
    exact = Exact({name: (Fraction(), Fraction()) for name in (*VOLUMES, "FLAT")}, {})
    last: dict[str, tuple[str, int]] = {}
    for piece in pieces:
        flat = active(tariff, piece, zone, "FLAT")
        if flat and not exact.billed("FLAT"):
            exact.book(tariff, flat, Fraction(1))
        for name in VOLUMES:
            place = active(tariff, piece, zone, name)
            if place and piece.volumes[name]:
                exact.book(tariff, place, piece.volumes[name])
                # PARKING_TIME comes after TIME here, so it is the last where a piece has both.
                last["ENERGY" if name == "ENERGY" else "time"] = place
    for place in last.values():
        step = Fraction(priced(tariff, place).get("step_size", 1), UNIT_OF_STEP[place[0]])
        volume = exact.billed(place[0])
        if step:
            exact.book(tariff, place, math.ceil(volume / step) * step - volume)
    return exact


def worth(tariff: dict[str, Any], component: dict[str, Any], volume: Fraction) -> tuple[Fraction, Fraction]:
    """Return net and gross of a volume: what the stated price is depends on `tax_included`."""
    stated = volume * Fraction(component["price"])
    factor = 1 + Fraction(component.get("vat", 0)) / 100
    if tariff.get("tax_included") == "YES":
        return stated / factor, stated
    return stated, stated if tariff.get("tax_included") == "N/A" else stated * factor


def sum_of(amounts: Any) -> tuple[Fraction, Fraction]:
    """Add amounts of (net, gross)."""
    together = list(amounts)
    return sum((net for net, _ in together), Fraction()), sum((gross for _, gross in together), Fraction())


def limited(tariff: dict[str, Any], total: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """Hold net and gross, each for itself, to the least and then to the most that a session costs."""
    net, gross = total
    for name, hold in (("min_price", max), ("max_price", min)):
        limit = tariff.get(name, {})
        net = hold([net, *(Fraction(limit[key]) for key in ("excl_vat", "before_taxes") if key in limit)])
        gross = hold([gross, *(Fraction(limit[key]) for key in ("incl_vat", "after_taxes") if key in limit)])
    return net, gross


# Writing.


def shown(cost: tuple[Fraction, Fraction], digits: int) -> dict[str, Any]:
    """Write an amount: each side rounded half up once, and as it is."""
    net, gross = cost
    exact = {"excl_vat": text(net), "incl_vat": text(gross)}
    return {"excl_vat": rounded(net, digits), "incl_vat": rounded(gross, digits), "exact": exact}


def rounded(amount: Fraction, digits: int) -> str:
    """Write an amount with so many decimals, halves away from zero."""
    minor = str(math.floor(amount * 10**digits + Fraction(1, 2))).rjust(digits + 1, "0")
    return minor if not digits else f"{minor[:-digits]}.{minor[-digits:]}"


def text(number: Fraction) -> str:
    """Write a number as a decimal where that ends, otherwise as a ratio."""
    digits = 0
    while 10**digits % number.denominator and digits <= number.denominator.bit_length():
        digits += 1
    ends = 10**digits % number.denominator == 0
    return rounded(number, digits) if ends else f"{number.numerator}/{number.denominator}"
