"""Holds the slow model against every worked example, before it judges the firmware.

It does not know the firmware's engine.
"""

import json
import zoneinfo
from fractions import Fraction

import pytest

from firmware.crypto import canonical
from tests.firmware.pricing import (
    examples,
    examples_calendar,
    examples_specification,
    examples_steps,
    examples_totals,
    examples_traps,
)
from tests.host.pricing import oracle

KEYS = {
    examples.BERLIN: "Europe/Berlin",
    examples.BEIRUT: "Asia/Beirut",
    examples.LORD_HOWE: "Australia/Lord_Howe",
    examples.KOLKATA: "Asia/Kolkata",
    examples.UTC: "UTC",
}
TABLES = (examples_specification, examples_steps, examples_calendar, examples_traps, examples_totals)
EXAMPLES = [example for table in TABLES for example in table.examples()]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.source for example in EXAMPLES])
def test_the_slow_model_agrees_with_what_was_worked_out(example: examples.Example) -> None:
    tariff, cdr = (
        json.loads(canonical.encode(document), parse_float=Fraction)
        for document in (example.tariff, example.cdr)
    )
    answer = oracle.price(tariff, cdr, zoneinfo.ZoneInfo(KEYS[example.zone]))
    for name, expected in example.expected.items():
        if name == "cents":
            assert (answer["total_cost"]["excl_vat"], answer["total_cost"]["incl_vat"]) == expected
        elif name.endswith("cost"):
            assert tuple(answer[f"total_{name}"]["exact"].values()) == expected, name
        else:
            assert answer[name] == expected, name
