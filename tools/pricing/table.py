"""Writes a priced session for people: a table of its lines, why each applied, the totals, and the rounding.

It does not know how they came about. It fits a terminal and needs no colour.
"""

import shutil
import textwrap
from typing import Any

from firmware.pricing import money, ratio
from firmware.pricing.bill import ROUNDING
from firmware.pricing.calendar import Zone
from firmware.pricing.tariff import Tariff
from tools.pricing import differences, words
from tools.pricing.zones import SOURCE, IanaZone

_TOTALS = (
    ("Energy", "total_energy_cost", ("total_energy", "billed_energy"), "kWh"),
    ("Time", "total_time_cost", ("total_time", "billed_time"), "h"),
    ("Parking", "total_parking_cost", ("total_parking_time", "billed_parking_time"), "h"),
    ("Fixed", "total_fixed_cost", (), ""),
    ("Total", "total_cost", (), ""),
)
_SIDES = {"excl_vat": " net", "incl_vat": " gross", "": ""}
_AMOUNTS = ("net_minor", "vat_minor", "gross_minor")
_WIDEST = 100
_NO_BREAK = "\xa0"


def write(priced: dict[str, Any], tariff: Tariff, zone: Zone, explain: bool) -> str:
    """Return the totals as a text of lines; with `explain` every line of the bill before them."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    parts = _lines(priced, tariff, zone, width) if explain else []
    parts += _totals(priced)
    parts += _differences(priced.get("differences", {}))
    return "\n".join(parts)


def _lines(priced: dict[str, Any], tariff: Tariff, zone: Zone, width: int) -> list[str]:
    currency = priced["currency"]
    side = "net" if tariff.tax == "NO" else "gross"
    rows: list[tuple[str, ...]] = [("Dimension", "Quantity", f"Unit price ({side})", "Net", "VAT", "Gross")]
    for line in priced["lines"]:
        amounts = [ratio.places(line[key], money.exponent(currency)) for key in _AMOUNTS]
        quantity = f"{words.decimal(line['quantity'])} {line['unit']}"
        price = f"{words.decimal(line['unit_price'])} {currency}/{line['unit']}"
        rows.append((line["dimension"], quantity, price, *amounts))
    table = _columns(rows)
    told = [f"Tariff {tariff.id}", "", table[0]]
    for row, line in zip(table[1:], priced["lines"], strict=True):
        told.append(row)
        reason = textwrap.wrap(
            _reason(line).replace(" %", _NO_BREAK + "%").replace("VAT ", "VAT" + _NO_BREAK), width - 4
        )
        told += ["    " + part.replace(_NO_BREAK, " ") for part in reason]
    place = f"{zone.text} ({SOURCE})" if isinstance(zone, IanaZone) else zone.text
    footer = textwrap.wrap(f"Times are those of {place}. Rounding: {ROUNDING}.", width)
    return [*told, "", *footer, ""]


def _reason(line: dict[str, Any]) -> str:
    """Say when a line applied, by which element and why, and what else was done to it."""
    parts = []
    if line.get("from") is not None:
        parts.append(_span(line["from"], line["to"]))
    if line.get("parts", 1) > 1:
        parts.append(f"in {line['parts']} parts")
    if line.get("element") is not None:
        why = words.conditions(line.get("why", ()))
        parts.append(f"element {line['element']}, {'because ' + why if why else 'which has no restrictions'}")
    if line.get("vat") is not None:
        parts.append(f"VAT {words.decimal(line['vat'])} %".replace(" ", _NO_BREAK))
    if line.get("step"):
        parts.append("rounded up to whole steps")
    if line.get("estimated"):
        parts.append("divided by time within a period of the CDR")
    return "; ".join(parts)


def _span(first: str | int, last: str | int) -> str:
    """Say from when to when, the date and the offset once where they stay the same."""
    if isinstance(first, int) or isinstance(last, int):
        return f"{first} s to {last} s"
    end = last[11:19] if last[:10] == first[:10] else f"{last[:10]} {last[11:19]}"
    if first == last:
        return f"{first[:10]} {first[11:19]}"
    if last[19:] != first[19:]:
        return f"{first[:10]} {first[11:19]} ({first[19:]}) to {end} ({last[19:]})"
    return f"{first[:10]} {first[11:19]} to {end}"


def _totals(priced: dict[str, Any]) -> list[str]:
    currency = priced["currency"]
    rows: list[tuple[str, ...]] = [("", "Quantity", "Net", "Gross", "Exact gross")]
    for name, key, quantities, unit in _TOTALS:
        cost = priced.get(key)
        if cost is None:
            continue
        used = [priced[each] for each in quantities if priced.get(each) is not None]
        quantity = f"{words.decimal(used[0])} {unit}" if used else ""
        if len(set(used)) > 1:
            quantity += f" (billed {words.decimal(used[1])})"
        exact = f"{words.decimal(cost['exact']['incl_vat'])} {currency}"
        rows.append((name, quantity, cost["excl_vat"], cost["incl_vat"], exact))
    return _columns(rows)


def _differences(found: dict[str, Any]) -> list[str]:
    if not found:
        return []
    rows: list[tuple[str, ...]] = [("The CDR states", "Stated", "Computed", "Difference", "")]
    for key, side, each in differences.listed(found):
        verdict = "within the rounding" if each["within_rounding"] else "DIFFERS"
        amounts = [words.decimal(each[name]) for name in ("stated", "computed", "difference")]
        rows.append((key.removeprefix("total_").replace("_", " ") + _SIDES[side], *amounts, verdict))
    return ["", *_columns(rows, left=(0, 4))]


def _columns(rows: list[tuple[str, ...]], left: tuple[int, ...] = (0,)) -> list[str]:
    """Return rows as lines with aligned columns, numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(widths[place]) if place in left else cell.rjust(widths[place])
            for place, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
