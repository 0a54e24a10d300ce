"""Discounts: a percentage or an amount off what a tariff asks, told in lines of their own after it.

It does not know who gets one. A discount takes the same share of every line, so VAT falls with the net of its
rate, exactly; several are taken one after another, each from what those before left, and never below zero.
"""

from firmware.errors import PricingError
from firmware.pricing import ratio

_LONGEST_TEXT = 36
_HIGHEST_AMOUNT = 1000000000
_KEYS = ("id", "name", "percent", "amount_minor")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio


class Discount:
    """A discount: `id`, `name` (what the driver reads), and `percent` or `amount_minor` (gross)."""

    __slots__ = ("amount_minor", "id", "name", "percent")

    def __init__(self, document: "dict[str, Any]", percent: "Ratio | None") -> None:
        self.id: str = document["id"]
        self.name: str = document.get("name", document["id"])
        self.percent = percent
        self.amount_minor: "int | None" = document.get("amount_minor")

    def document(self) -> "dict[str, Any]":
        """Return what `parse` reads again, in members that a record can carry."""
        told: "dict[str, Any]" = {"id": self.id, "name": self.name}
        if self.percent is None:
            told["amount_minor"] = self.amount_minor
        else:
            told["percent"] = ratio.text(self.percent)
        return told


def parse(document: "Any") -> Discount:
    """Return a discount: {"id", "name"?, "percent" | "amount_minor"}; PricingError lists every problem.

    A percentage lies above 0 and not above 100: a JSON number, or a text such as `12.5` in a record.
    """
    if not isinstance(document, dict):
        raise PricingError([": has to be a table"])
    problems = ["/%s: no such key in a discount" % key for key in sorted(document) if key not in _KEYS]
    for key in ("id", "name"):
        told = document.get(key, "-" if key == "name" else None)
        if not isinstance(told, str) or not 0 < len(told) <= _LONGEST_TEXT:
            problems.append("/%s: has to be a text of 1 to %d characters" % (key, _LONGEST_TEXT))
    if ("percent" in document) == ("amount_minor" in document):
        problems.append(": has to have either percent or amount_minor")
    amount = document.get("amount_minor", 1)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= _HIGHEST_AMOUNT:
        problems.append("/amount_minor: has to be a whole number from 1 to %d" % _HIGHEST_AMOUNT)
    percent = _percent(document.get("percent", 1))
    if percent is None:
        problems.append("/percent: has to be a number above 0 and up to 100")
    if problems:
        raise PricingError(problems)
    return Discount(document, percent if "percent" in document else None)


def parse_all(documents: "list[Any]") -> "list[Discount]":
    """Return all discounts of a configuration; PricingError with every problem of every one."""
    found: "list[Discount]" = []
    problems: "list[str]" = []
    for i in range(len(documents)):
        try:
            read = parse(documents[i])
        except PricingError as error:
            problems += ["/%d%s" % (i, problem) for problem in error.problems]
            continue
        if read.id in [other.id for other in found]:
            problems.append("/%d/id: there is a discount %s already" % (i, read.id))
        found.append(read)
    if problems:
        raise PricingError(problems)
    return found


def shares(discounts: "list[Discount]", gross_minor: "Ratio") -> "list[Ratio]":
    """Return which part of a tariff's exact gross price (in minor units) each discount takes off."""
    taken = []
    rest = ratio.ONE
    for each in discounts:
        if each.percent is not None:
            share = ratio.mul(rest, ratio.reduced(each.percent[0], 100 * each.percent[1]))
        else:
            share = rest
            off = (each.amount_minor or 0) * gross_minor[1]
            if gross_minor[0] * rest[0] > off * rest[1]:
                share = ratio.reduced(off, gross_minor[0])
        taken.append(share)
        rest = ratio.sub(rest, share)
    return taken


def discounted(discounts: "list[Discount]", gross_minor: "Ratio") -> "Ratio":
    """Return what discounts leave of an exact gross price in minor units."""
    left = ratio.ONE
    for taken in shares(discounts, gross_minor):
        left = ratio.sub(left, taken)
    return ratio.mul(gross_minor, left)


def _percent(number: "Any") -> "Ratio | None":
    """Return an exact percentage of an int, a jsontext.Number or a text of digits; None for any other."""
    pair = None
    try:
        if isinstance(number, int) and not isinstance(number, bool):
            pair = (number, 1)
        elif isinstance(number, str):
            pair = ratio.parse(number)
        elif hasattr(number, "ratio"):
            pair = number.ratio()
    except (ValueError, ZeroDivisionError):
        return None
    if pair is None or not 0 < pair[0] <= 100 * pair[1]:
        return None
    return ratio.reduced(pair[0], pair[1])
