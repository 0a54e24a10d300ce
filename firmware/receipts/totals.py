"""Holds a bill that somebody hands in against itself: its lines and rates have to add up to its totals.

It does not know prices; what a bill was made of is its maker's business.
"""

from firmware.errors import PricingError
from firmware.pricing import money

MEMBERS = ("currency", "gross_minor", "lines", "net_minor", "rounding", "vat")
OPTIONAL = ("flags", "tax")
MOST_LINES = 100

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
