"""Holds a bill that somebody hands in against itself: lines are reckoned, rates and totals have to follow.

It does not know tariffs: which prices it asks is its maker's business. The rule of rounding is
docs/decisions/rounding.md: totals once, lines and rates off by less than a minor unit.
"""

from firmware.errors import PricingError
from firmware.pricing import money, ratio
from firmware.pricing.tariff import DIMENSIONS

MEMBERS = ("currency", "gross_minor", "lines", "net_minor", "rounding", "vat")
OPTIONAL = ("flags", "tax")
MOST_LINES = 100
_LIMITS = ("MIN_PRICE", "MAX_PRICE")
_DIMENSIONS = DIMENSIONS + _LIMITS + ("DISCOUNT",)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio


def problem(bill: "Any") -> "str | None":
    """Return what is wrong with a bill in the form of `firmware.pricing.engine`, or None."""
    if not isinstance(bill, dict) or [key for key in MEMBERS if key not in bill]:
        return "the bill has to be a table with " + ", ".join(MEMBERS)
    unknown = [key for key in sorted(bill) if key not in MEMBERS and key not in OPTIONAL]
    if unknown:
        return "a bill has no " + ", ".join(unknown)
    try:
        money.exponent(bill["currency"])
    except (PricingError, TypeError) as error:
        return "the bill's currency: %s" % error
    for name in ("lines", "vat"):
        if not isinstance(bill[name], list) or len(bill[name]) > MOST_LINES:
            return "the bill's %s have to be a list of up to %d" % (name, MOST_LINES)
    net, vat = (
        _sums(bill["lines"], ("net_minor", "vat_minor", "gross_minor")),
        _sums(bill["vat"], ("net_minor", "vat_minor")),
    )
    if net is None or vat is None or not _whole(bill["net_minor"]) or not _whole(bill["gross_minor"]):
        return "the bill's amounts have to be whole numbers of minor units"
    if net[0] + net[1] != net[2] or [net[0], net[2]] != [bill["net_minor"], bill["gross_minor"]]:
        return "the bill's lines do not add up to its net and gross"
    if vat[0] + vat[1] != bill["gross_minor"] or vat[0] != bill["net_minor"]:
        return "the bill's rates of VAT do not add up to its net and gross"
    for place, line in enumerate(bill["lines"]):
        wrong = _line(line, bill)
        if wrong:
            return "the bill's line %d: %s" % (place + 1, wrong)
    return _rates(bill) or _totals(bill)


def _line(line: "dict[str, Any]", bill: "dict[str, Any]") -> "str | None":
    """Return what is wrong with a line: its amounts are the exact ones, rounded up or down, and add up."""
    if line.get("dimension") not in _DIMENSIONS:
        return "its dimension has to be one of " + ", ".join(_DIMENSIONS)
    try:
        exact = _exact(line, bill)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return "quantity, unit_price and vat have to be texts such as 11, 0.49 and 19; no vat is null"
    if line["net_minor"] + line["vat_minor"] != line["gross_minor"]:
        return "net and VAT do not add up to gross"
    if len(exact) == 2:
        exact["vat_minor"] = ratio.sub(exact["gross_minor"], exact["net_minor"])
    for name in ("net_minor", "vat_minor", "gross_minor"):
        # Gross is made of two amounts, each off by less than a minor unit.
        amount, most = exact.get(name, (line[name], 1)), 2 if name == "gross_minor" else 1
        if abs(line[name] * amount[1] - amount[0]) >= most * amount[1]:
            return "%s is %d, and comes to %s" % (name, line[name], ratio.text(amount))
    return None


def _exact(line: "dict[str, Any]", bill: "dict[str, Any]") -> "dict[str, Ratio]":
    """Return the exact net and gross in minor units that follow from quantity, unit price and VAT.

    A limit's line states one side, and the other does not follow from it; nor does it for a line of no rate,
    and for a discount on a limit.
    """
    minor_units = (10 ** money.exponent(bill["currency"]), 1)
    stated = ratio.mul(ratio.mul(ratio.parse(line["quantity"]), ratio.parse(line["unit_price"])), minor_units)
    tax = bill.get("tax", "NO")
    key = "net_minor" if tax == "NO" else "gross_minor"
    percent = None if line["vat"] is None else ratio.parse(line["vat"])
    is_limited = [other for other in bill["lines"] if other.get("dimension") in _LIMITS]
    if line["dimension"] in (_LIMITS + ("DISCOUNT",) if is_limited else ()):
        return {key: stated}
    if tax == "N/A":
        return {"net_minor": stated, "gross_minor": stated}
    if percent is None:
        return {key: stated}
    factor = ratio.reduced(100 * percent[1] + percent[0], 100 * percent[1])
    net = stated if tax == "NO" else ratio.mul(stated, (factor[1], factor[0]))
    return {"net_minor": net, "gross_minor": ratio.mul(net, factor)}


def _rates(bill: "dict[str, Any]") -> "str | None":
    """Return what is wrong with the VAT by rate: each rate's amounts are those of its lines."""
    left: "dict[Any, tuple[int, int]]" = {}
    for line in bill["lines"]:
        net, vat = left.get(line["vat"], (0, 0))
        left[line["vat"]] = (net + line["net_minor"], vat + line["vat_minor"])
    for entry in bill["vat"]:
        rate = entry.get("rate")
        if isinstance(rate, (list, dict)) or rate not in left:
            return "the bill's VAT has a rate of %s that no line has, or has it twice" % (rate,)
        if left.pop(rate) != (entry["net_minor"], entry["vat_minor"]):
            return "the bill's VAT at %s is not that of its lines" % (rate,)
    return "the bill's VAT lacks the rate of %s" % (sorted(map(str, left))[0],) if left else None


def _totals(bill: "dict[str, Any]") -> "str | None":
    """Return which total is not the exact one rounded half up, where all lines tell theirs."""
    lines = [_exact(line, bill) for line in bill["lines"]]
    for name in ("net_minor", "gross_minor"):
        total = ratio.ZERO
        for exact in lines:
            if name not in exact:
                break
            total = ratio.add(total, exact[name])
        else:
            if bill[name] != ratio.round_half_up(total):
                return "the bill's %s is %d, and comes to %s" % (name, bill[name], ratio.text(total))
    return None


def _sums(entries: "list[Any]", names: "tuple[str, ...]") -> "list[int] | None":
    """Return the sum of each amount over lines or rates; None where one is no whole number."""
    sums = [0] * len(names)
    for entry in entries:
        for i, name in enumerate(names):
            if not isinstance(entry, dict) or not _whole(entry.get(name)):
                return None
            sums[i] += entry[name]
    return sums


def _whole(number: "Any") -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
