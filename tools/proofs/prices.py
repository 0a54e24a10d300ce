"""Redoes the price of a receipt from its readings and the tariff.

It does not know where the tariff comes from. A receipt says what each line priced: that has to be the
tariff's and the session's (quantities.py, stretches.py), and the bill that follows from it is made anew.
"""

from typing import TYPE_CHECKING, Any

from firmware.crypto import canonical
from firmware.errors import ReceiptError
from firmware.pricing import bill as bills
from firmware.pricing import calendar, conditions, discount, ratio
from firmware.pricing import tariff as tariffs
from firmware.pricing.course import Course
from firmware.pricing.tariff import Component, gross_price, net_price
from firmware.receipts import ocmf
from firmware.screens import catalogue
from firmware.terminal import closing
from tools.proofs import quantities, stretches, times
from tools.proofs.proof import Proof

if TYPE_CHECKING:
    from tools.proofs.receipts import Prices

_UNITS = {"ENERGY": "kWh", "TIME": "h", "PARKING_TIME": "h", "FLAT": "session"}
_TOTALS = ("net_minor", "gross_minor", "vat", "currency", "rounding", "tax")


def check(proof: Proof, receipt: dict[str, Any], prices: "Prices") -> None:
    """Redo the price where the tariff is at hand; say nothing where it is not."""
    document = prices(receipt)
    if document is None:
        return
    tariff = tariffs.parse(document)
    stated = receipt["tariff"]["hash"]
    if tariff.hash != stated:
        why = f"the tariff at hand has the hash {tariff.hash[:16]}…, the receipt was priced by {stated[:16]}…"
        proof.check("tariff", False, why)
        return
    proof.check("tariff", True, f"{tariff.id}, by its hash {stated[:16]}…")
    problems = [*_components(tariff, receipt), *quantities.check(tariff, receipt)]
    problems += _words(tariff, receipt)
    problems = problems + [*stretches.check(receipt)] or _amounts(tariff, receipt)
    how = "every line is one of the tariff's and of the session, and the bill made anew of them"
    proof.found("price", problems, f"{how} comes to {receipt['gross_minor']} minor units")


def _components(tariff: Any, receipt: dict[str, Any]) -> list[str]:
    """Return the lines that stand under no element of the tariff."""
    offered = {
        (component.dimension, component.price, component.vat_percent or ratio.ZERO, _why(element.flat))
        for element in tariff.elements
        for component in element.components
    }
    problems = []
    for number, line in enumerate(receipt["lines"], 1):
        if line["dimension"] in _UNITS:
            terms = (
                line["dimension"],
                ratio.parse(line["unit_price"]),
                ratio.parse(line["vat"] or "0"),
                canonical.encode(line.get("why") or []),
            )
            if terms not in offered:
                told = f"{line['unit_price']} a {line['unit']} with {line['vat']} % VAT"
                problems.append(
                    f"line {number}: the tariff has no {line['dimension']} price of {told} for it"
                )
    return problems


def _words(tariff: Any, receipt: dict[str, Any]) -> list[str]:
    """Return where the meter's record tells another price than the tariff, as a code or in any language."""
    try:
        told = ocmf.parse(receipt["ocmf"])[1].get("TT")
    except ReceiptError:
        # Whether it is a record at all is not this check's to say.
        return []
    is_discounted = any("discount" in line for line in receipt["lines"])
    zone = calendar.Zone("UTC0")
    known = [closing.tariff_text(tariff, is_discounted, zone, language) for language in catalogue.LANGUAGES]
    return [] if not told or told in known else [f"TT: {told} is not what a terminal says of this tariff"]


def _amounts(tariff: Any, receipt: dict[str, Any]) -> list[str]:
    """Return how the bill differs that the quantities come to: amounts, limits, discounts and rounding."""
    minor = [_exact(tariff, line) for line in receipt["lines"] if line["dimension"] in _UNITS]
    start_s = times.utc_s(receipt["start"]["at"])
    course = Course(tariff, calendar.Zone("UTC0"), None if start_s is None else 1000 * start_s, (1, 1, 1, 1))
    bill = bills.bill(course, bills.limited(tariff, minor), _granted(receipt))
    if bill["lines"] != receipt["lines"]:
        shown = [f"{line['dimension']} {line['gross_minor']}" for line in bill["lines"]]
        return [f"the lines come to {', '.join(shown) or 'nothing'} minor units by this tariff"]
    return [f"{key} comes to {bill.get(key)}" for key in _TOTALS if bill.get(key) != receipt.get(key)]


def _exact(tariff: Any, line: dict[str, Any]) -> bills.Line:
    """Return a line as the engine makes it of its quantity."""
    percent, quantity = ratio.parse(line["vat"] or "0"), ratio.parse(line["quantity"])
    price = Component(line["dimension"], ratio.parse(line["unit_price"]), percent, 0)
    net = ratio.mul(quantity, net_price(price, tariff.tax))
    return bills.Line(
        {**line, "unit": _UNITS[line["dimension"]]},
        percent,
        net,
        ratio.mul(quantity, gross_price(price, tariff.tax)),
    )


def _granted(receipt: dict[str, Any]) -> list[discount.Discount] | None:
    """Return the discounts that lines tell, each once."""
    given = [line["discount"] for line in receipt["lines"] if "discount" in line]
    return discount.parse_all(list({canonical.encode(one): one for one in given}.values())) if given else None


def _why(flat: tuple[Any, ...]) -> bytes:
    return bytes(canonical.encode(conditions.told(flat)))
