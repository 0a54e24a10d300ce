"""Shows a register map: as the JSON document that an operator may copy and change, and as a table to read.

It does not know meters on wires, nor how a map is checked and compiled; the firmware does.
"""

from typing import Any

from firmware.metering import model_file, models

# A copy needs a name of its own, or nobody knew which of the two a terminal reads with.
COPY = "-copy"
# The columns of a map's lines, behind the quantity; see firmware/metering/maps.py.
COLUMNS = ("function", "address", "type", "words", "scale", "unit", "not available")


def document(name: str, text: str) -> dict[str, Any]:
    """Return a map in the form of maps.py as a model file of another name that compiles to the same reads."""
    head, *lines = text.split("\n")
    _names, most, gap, source = (word.strip() for word in head.split("|"))
    rated_a = models.find(name, text).max_a
    return {
        "name": name[: model_file.LONGEST_NAME - len(COPY)] + COPY,
        "source": source,
        **({"max_a": rated_a} if rated_a else {}),
        "most_registers": int(most),
        "widest_gap": int(gap),
        "registers": [_register(row) for row in map(str.split, lines) if row[0] != "probe"],
    }


def _register(row: list[str]) -> dict[str, Any]:
    quantity, function, address, kind, order, scale, unit, absent = row
    register: dict[str, Any] = {"quantity": quantity, "function": int(function), "address": "0x" + address}
    register |= {"type": kind, "word_order": order}
    if quantity != "serial":
        register |= {"scale": float(scale) if "." in scale else int(scale), "unit": unit}
    if absent != "-":
        register["not_available"] = "0x" + absent
    return register


def lines(text: str) -> list[str]:
    """Return a map in the form of maps.py as a table; what it calls a probe tells this model from others."""
    head, *rows = text.split("\n")
    _names, most, gap, _source = (word.strip() for word in head.split("|"))
    told = [("quantity", *COLUMNS)]
    for row in map(str.split, rows):
        quantity, function, address, kind, order, scale, unit, absent = row
        place = f"{address} ({int(address, 16)})"
        told.append((quantity, function, place, kind, order, scale, unit, absent))
    widths = [max(len(row[i]) for row in told) for i in range(len(told[0]))]
    shown = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in told]
    limits = f"at most {most} registers a read, which may span {gap} unused ones"
    return [limits, *(line.rstrip() for line in shown)]
