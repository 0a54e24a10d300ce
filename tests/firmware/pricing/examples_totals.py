"""Traps of price limits, taxes and rounding, reckoned by hand from docs/decisions/tariff-readings.md.

It does not know how a price is chosen.
"""

from tests.firmware.pricing.examples import Example, charged, element, limit, number, per, tariff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENERGY = per("ENERGY", "0.25", "10")


def examples() -> "list[Example]":
    """Return every trap of the total."""
    return _limits() + _taxes() + _rounding()


def _limits() -> "list[Example]":
    newer = {"before_taxes": number("2"), "after_taxes": number("2.2")}
    fee = tariff(element(per("FLAT", "0.48", "20")), min_price=limit("0.50", "0.55"))
    return [
        Example(
            "a session that cost nothing pays the minimum",
            tariff(element(ENERGY), min_price=limit("1", "1.1")),
            charged("0"),
            cost=("1", "1.1"),
            energy_cost=("0", "0"),
        ),
        Example(
            "a minimum of the net alone lifts only the net",
            tariff(element(ENERGY), min_price=limit("2")),
            charged("4"),
            cost=("2", "1.1"),
        ),
        Example(
            "a maximum of the net alone lowers only the net",
            tariff(element(ENERGY), max_price=limit("1")),
            charged("10"),
            cost=("1", "2.75"),
        ),
        Example("net and gross reach the minimum apart", fee, charged("0"), cost=("0.5", "0.576")),
        Example(
            "2.3.0 writes before_taxes and after_taxes",
            tariff(element(ENERGY), min_price=newer, tax_included="NO"),
            charged("4"),
            cost=("2", "2.2"),
            energy_cost=("1", "1.1"),
        ),
    ]


def _taxes() -> "list[Example]":
    def taxed(tax: str, *components: "dict[str, Any]") -> "dict[str, Any]":
        return tariff(element(*components), tax_included=tax)

    return [
        Example(
            "YES: the price is gross",
            taxed("YES", per("ENERGY", "0.595", "19")),
            charged("2"),
            cost=("1", "1.19"),
        ),
        Example(
            "YES: a net that does not end",
            taxed("YES", per("ENERGY", "1", "7")),
            charged("1"),
            cost=("100/107", "1"),
            cents=("0.93", "1.00"),
        ),
        Example("N/A: net is gross", taxed("N/A", per("ENERGY", "0.5", "19")), charged("2"), cost=("1", "1")),
        Example(
            "each component bears its own tax, and one without none",
            tariff(element(per("ENERGY", "0.5", "19"), per("TIME", "2", "7"), per("FLAT", "1"))),
            charged("2"),
            cost=("4", "4.33"),
        ),
    ]


def _rounding() -> "list[Example]":
    def priced(currency: str, price: str) -> "dict[str, Any]":
        return tariff(element(per("ENERGY", price, None, 0)), currency=currency)

    return [
        Example(
            "half a cent is a cent",
            priced("EUR", "0.25"),
            charged("0.02"),
            cost=("0.005", "0.005"),
            cents=("0.01", "0.01"),
        ),
        Example(
            "less than half is none",
            priced("EUR", "0.25"),
            charged("0.0196"),
            cost=("0.0049", "0.0049"),
            cents=("0.00", "0.00"),
        ),
        Example(
            "a yen has no parts", priced("JPY", "10"), charged("0.05"), cost=("0.5", "0.5"), cents=("1", "1")
        ),
        Example(
            "a dinar of Kuwait has a thousand",
            priced("KWD", "0.05"),
            charged("0.01"),
            cost=("0.0005", "0.0005"),
            cents=("0.001", "0.001"),
        ),
    ]
