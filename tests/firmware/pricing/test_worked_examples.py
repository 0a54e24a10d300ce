"""Holds charge detail records priced by the firmware against figures that somebody else worked out.

It does not know where the figures come from; each example says so.
"""

from firmware.pricing import calendar, cdr, tariff
from tests.firmware.pricing import (
    examples_calendar,
    examples_specification,
    examples_steps,
    examples_totals,
    examples_traps,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.firmware.pricing.examples import Example


def check(examples: "list[Example]") -> None:
    """Assert that every example costs what it says; a failure names them all."""
    wrong = []
    for example in examples:
        answer = cdr.price(tariff.parse(example.tariff), example.cdr, calendar.Zone(example.zone))
        for name, expected in sorted(example.expected.items()):
            if name == "cents":
                found = (answer["total_cost"]["excl_vat"], answer["total_cost"]["incl_vat"])
            elif name.endswith("cost"):
                exact = answer["total_" + name]["exact"]
                found = (exact["excl_vat"], exact["incl_vat"])
            else:
                found = answer[name]
            if found != expected:
                wrong.append("%s: %s is %r, expected %r" % (example.source, name, found, expected))
    assert not wrong, "\n".join(wrong)


def test_the_examples_of_the_specification_cost_what_it_says() -> None:
    check(examples_specification.examples())


def test_the_steps_of_the_specification_are_taken_once_and_last() -> None:
    check(examples_steps.examples())


def test_clocks_and_calendars_set_no_trap() -> None:
    check(examples_calendar.examples())


def test_steps_fees_and_the_choice_of_a_price_set_no_trap() -> None:
    check(examples_traps.examples())


def test_limits_taxes_and_rounding_set_no_trap() -> None:
    check(examples_totals.examples())
