"""Redoes the price of a receipt from its readings and the tariff.

It does not know where the tariff comes from. A receipt says when it began and ended and what each line
priced; where prices do not depend on anything in between, the whole bill is made anew.
"""

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from firmware.crypto import canonical
from firmware.pricing import calendar, conditions, discount, ratio
from firmware.pricing import tariff as tariffs
from firmware.pricing.engine import Engine
from tools import exact
from tools.proofs.proof import Proof

if TYPE_CHECKING:
    from tools.proofs.receipts import Prices

_USED = ("ENERGY", "TIME", "PARKING_TIME", "FLAT")
_MS_IN_H = 3_600_000
_TOTALS = ("net_minor", "gross_minor", "vat")


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
    problems = [*_components(tariff, receipt), *_quantities(receipt)]
    is_plain = not any(element.flat for element in tariff.elements)
    if not problems and is_plain:
        problems = _anew(tariff, receipt)
    how = (
        "the whole bill was made anew from the readings" if is_plain else "every line is one of the tariff's"
    )
    proof.found("price", problems, f"{how}, and comes to {receipt['gross_minor']} minor units")


def _components(tariff: Any, receipt: dict[str, Any]) -> list[str]:
    """Return the lines that stand under no element of the tariff."""
    offered = {
        (component.dimension, component.price, component.vat_percent or ratio.ZERO, _why(element.flat))
        for element in tariff.elements
        for component in element.components
    }
    problems = []
    for number, line in enumerate(receipt["lines"], 1):
        if line["dimension"] in _USED:
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


def _why(flat: tuple[Any, ...]) -> bytes:
    return bytes(canonical.encode(conditions.told(flat)))


def _quantities(receipt: dict[str, Any]) -> list[str]:
    """Return where lines price more than was used."""
    problems = []
    used = _used(receipt)
    stepped = {line["dimension"] for line in receipt["lines"] if line.get("step")}
    if used["ENERGY"] * 1000 > receipt["energy_wh"] and "ENERGY" not in stepped:
        told = f"{float(used['ENERGY']):.3f} kWh are priced"
        problems.append(f"{told}, and {receipt['energy_wh'] / 1000:.3f} kWh were charged")
    hours = used["TIME"] + used["PARKING_TIME"]
    # Seconds that were begun do not count in the receipt's duration.
    if hours * 3600 >= receipt["duration_s"] + 1 and not stepped & {"TIME", "PARKING_TIME"}:
        problems.append(f"{float(hours * 3600):.0f} s are priced, and it took {receipt['duration_s']} s")
    return problems


def _used(receipt: dict[str, Any]) -> dict[str, Fraction]:
    used: dict[str, Fraction] = defaultdict(Fraction)
    for line in receipt["lines"]:
        used[line["dimension"]] += exact.number(line["quantity"])
    return used


def _anew(tariff: Any, receipt: dict[str, Any]) -> list[str]:
    """Return how a bill that is made anew differs; parts of a second count where the receipt tells them."""
    used = _used(receipt)
    charging_ms, parking_ms = (round(used[name] * _MS_IN_H) for name in ("TIME", "PARKING_TIME"))
    least_ms = receipt["duration_s"] * 1000
    found: list[str] = []
    for total_ms in dict.fromkeys((charging_ms + parking_ms, least_ms, least_ms + 999)):
        if not least_ms <= total_ms < least_ms + 1000:
            continue
        idle_ms = min(parking_ms, total_ms)
        bill = _bill(tariff, receipt, total_ms - idle_ms, total_ms)
        wrong = [key for key in _TOTALS if bill[key] != receipt[key]]
        if not wrong:
            return []
        told = f"{bill['net_minor']} net and {bill['gross_minor']} gross"
        found = found or [f"readings and tariff come to {told}, not to {receipt['net_minor']} and"]
        found = [f"{found[0].rpartition(' and')[0]} and {receipt['gross_minor']}"]
    return found or [f"the lines' time does not fit a session of {receipt['duration_s']} s"]


def _bill(tariff: Any, receipt: dict[str, Any], charging_ms: int, total_ms: int) -> dict[str, Any]:
    at = receipt["start"]["at"]
    start_s = None if at is None else calendar.parse_utc(at)
    given = [line["discount"] for line in receipt["lines"] if "discount" in line]
    granted = (
        discount.parse_all(list({canonical.encode(one): one for one in given}.values())) if given else None
    )
    engine = Engine(tariff, calendar.Zone("UTC0"), start_s, None, granted)
    engine.add(0, 0)
    engine.add(charging_ms, receipt["energy_wh"])
    if total_ms > charging_ms:
        engine.add(total_ms, receipt["energy_wh"], is_parking=True)
    return engine.bill()
