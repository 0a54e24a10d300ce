"""Holds the totals that a CDR states against those that were computed from its periods.

It does not know how they were computed. CDRs of 2.2.1 state excl_vat and incl_vat, those of 2.3.0
before_taxes and taxes, those of 2.1.1 a bare number without VAT.
"""

from fractions import Fraction
from typing import Any

from firmware.pricing import fields, money, ratio

COSTS = ("total_cost", "total_energy_cost", "total_time_cost", "total_parking_cost", "total_fixed_cost")
QUANTITIES = ("total_energy", "total_time", "total_parking_time")
# CDRs carry four decimals at most, and many fewer: a Wh, or 3.6 s.
_FINEST = Fraction(1, 1000)


def find(cdr: dict[str, Any], computed: dict[str, Any]) -> dict[str, Any]:
    """Return stated, computed and difference of each total that both have; costs of net and gross each.

    `within_rounding` says whether rounding the exact result, up or down, gives what was stated: whether they
    are less than one minor unit apart, a thousandth of a kWh or of an hour.
    """
    found: dict[str, Any] = {}
    minor_unit = Fraction(1, 10 ** money.exponent(computed["currency"]))
    for key in COSTS:
        # A credit CDR states what is given back, in this total alone.
        sign = -1 if key == "total_cost" and cdr.get("credit") is True else 1
        sides = {
            side: _compared(amount, sign * Fraction(computed[key]["exact"][side]), minor_unit)
            for side, amount in _stated(cdr.get(key)).items()
            if computed.get(key) is not None
        }
        if sides:
            found[key] = sides
    for key in QUANTITIES:
        quantity = _number(cdr.get(key))
        if quantity is not None and computed.get(key) is not None:
            found[key] = _compared(quantity, Fraction(computed[key]), _FINEST)
    return found


def hold(found: dict[str, Any]) -> bool:
    """Return whether all differences are within the rounding."""
    return all(each["within_rounding"] for _, _, each in listed(found))


def listed(found: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (total, side, comparison) of all differences; quantities have no side."""
    rows = []
    for key, entry in found.items():
        sides = {"": entry} if "stated" in entry else entry
        rows += [(key, side, each) for side, each in sides.items()]
    return rows


def _stated(price: Any) -> dict[str, Fraction]:
    """Return the net and gross amounts of a price, of whichever version it is."""
    if not isinstance(price, dict):
        price = {"excl_vat": price}
    net = _number(price.get("excl_vat", price.get("before_taxes")))
    gross = _number(price.get("incl_vat", price.get("after_taxes")))
    taxes = price.get("taxes")
    if gross is None and net is not None and isinstance(taxes, list) and taxes:
        amounts = [_number(tax.get("amount")) if isinstance(tax, dict) else None for tax in taxes]
        known = [amount for amount in amounts if amount is not None]
        gross = net + sum(known) if len(known) == len(amounts) else None
    return {side: amount for side, amount in (("excl_vat", net), ("incl_vat", gross)) if amount is not None}


def _number(given: Any) -> Fraction | None:
    pair = fields.exact(given)
    return None if pair is None else Fraction(*pair)


def _compared(stated: Fraction, computed: Fraction, finest: Fraction) -> dict[str, Any]:
    difference = stated - computed
    return {
        "stated": _text(stated),
        "computed": _text(computed),
        "difference": _text(difference),
        "within_rounding": abs(difference) < finest,
    }


def _text(number: Fraction) -> str:
    return ratio.text((number.numerator, number.denominator))
