"""Compares the firmware's price of a case with the slow model's, and finds the smallest case that differs.

It does not know how either prices. `python -m tests.host.pricing.differences 4711` shows a seed's.
"""

import json
import sys
import zoneinfo
from fractions import Fraction
from typing import Any

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import calendar, cdr, tariff
from tests.host.pricing import cases, generate, oracle, shrink


def exactly(written: str) -> Any:
    """Read JSON with decimals as fractions."""
    return json.loads(written, parse_float=Fraction)


def priced(case: cases.Case) -> dict[str, Any]:
    """Return what the firmware says of a case."""
    written, record = case.texts()
    zone = calendar.Zone(cases.ZONES[case.zone])
    return cdr.price(tariff.parse(jsontext.parse(written)), jsontext.parse(record), zone)


def found(case: cases.Case) -> dict[str, Any]:
    """Return what the firmware and the slow model say differently, each as (firmware's, slow model's)."""
    written, record = case.texts()
    try:
        ours = priced(case)
    except PricingError as error:
        return {"refused": (error.problems, None)}
    theirs = oracle.price(exactly(written), exactly(record), zoneinfo.ZoneInfo(case.zone))
    strays = stray(ours)
    ours["lines"] = quantities(ours["lines"])
    differ = {name: (ours.get(name), value) for name, value in theirs.items() if ours.get(name) != value}
    return {**differ, **({"lines do not add up": strays} if strays else {})}


def quantities(lines: list[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """Return how much of what was billed by which element."""
    found: dict[tuple[str, int], Fraction] = {}
    for line in lines:
        if "element" in line:
            place = (line["dimension"], line["element"])
            found[place] = found.get(place, Fraction()) + Fraction(line["quantity"])
    return {place: oracle.text(quantity) for place, quantity in sorted(found.items())}


def stray(answer: dict[str, Any]) -> dict[str, Any]:
    """Return where the rounded amounts of an answer's lines do not add up to its totals."""
    unit = Fraction(1, 10 ** oracle.MINOR_DIGITS.get(answer["currency"], 2))
    found = {}
    for side, name in (("excl_vat", "net_minor"), ("incl_vat", "gross_minor")):
        added = sum(line[name] for line in answer["lines"]) * unit
        if added != Fraction(answer["total_cost"][side]):
            found[side] = (added, answer["total_cost"][side])
    return found


def explain(seed: int) -> str:
    """Return a seed's differences with the smallest documents that still differ in one of the same names."""
    case = generate.case(seed)
    names = set(found(case))
    if not names:
        return f"seed {seed}: no difference"
    case = shrink.smallest(case, lambda less: bool(names & set(found(less))))
    written, record = case.texts()
    return "\n".join([f"seed {seed}: {found(case)}", case.zone, written, record])


if __name__ == "__main__":
    print(explain(int(sys.argv[1])))
