"""Writes a tariff as the text of an OCMF record (TT): a code that verifiers turn into a price, or words.

It does not know sessions. The code is the one of the Bonn calibration-law days, in gross euro cents: 001
start, kWh, minute of blocking from a minute on; 002 the same once charging has ended; 003 start, minute.
"""

from firmware.pricing import conditions, ratio
from firmware.pricing.tariff import gross_price

# OCMF 1.1, table 4.
MOST_CHARACTERS = 250
# Verifiers reckon whole minutes.
_MINUTE_S = 60

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.tariff import Component, Tariff

    # Component, and the minute of the session from which it counts.
    Priced = tuple[Component, int]


def coded(tariff: "Tariff") -> "str | None":
    """Return the code of a tariff, None for one that no code says exactly."""
    if tariff.currency != "EUR" or tariff.min_price or tariff.max_price:
        return None
    prices = _prices(tariff)
    if prices is None:
        return None
    blocking = prices.get("PARKING_TIME")
    if "TIME" in prices and ("ENERGY" in prices or blocking):
        return None
    told = {}
    for dimension in ("FLAT", "ENERGY", "TIME", "PARKING_TIME"):
        told[dimension] = _cents(prices.get(dimension), tariff.tax)
        if told[dimension] is None or (dimension != "PARKING_TIME" and prices.get(dimension, (0, 0))[1]):
            return None
    if "TIME" in prices:
        return "003;EUR;%s;%s" % (told["FLAT"], told["TIME"])
    codes = (told["FLAT"], told["ENERGY"], told["PARKING_TIME"])
    if blocking and not blocking[1]:
        return "002;EUR;%s;%s;%s" % codes
    return "001;EUR;%s;%s;%s;%d" % (codes + (blocking[1] if blocking else 0,))


def words(tariff: "Tariff", language: str) -> "str | None":
    """Return what the operator says of the tariff, in a language or any, where it is short enough."""
    found = [text for told, text in tariff.alt_text if told == language]
    found += [text for _, text in tariff.alt_text]
    return found[0] if found and len(found[0]) <= MOST_CHARACTERS else None


def entries(tariff: "Tariff") -> "list[tuple[Any, ...]]":
    """Return all prices in the form in which screens.words says them, whenever they count."""
    told = []
    for element in tariff.elements:
        for component in element.components:
            price = gross_price(component, tariff.tax)
            told.append((None, component.dimension, price, tuple(conditions.each(element.flat))))
    return told


def joined(prices: "list[str]") -> str:
    """Return prices in words as one text; where they are too many, it says that there are more."""
    text = ""
    for price in prices:
        longer = text + "; " + price if text else price
        if len(longer) > MOST_CHARACTERS - 5:
            return text + "; ..."
        text = longer
    return text


def _prices(tariff: "Tariff") -> "dict[str, Priced] | None":
    """Return what is priced, and from which minute on; None where other conditions decide."""
    found: "dict[str, Any]" = {}
    for element in tariff.elements:
        minute = 0
        for kind, low, high in conditions.each(element.flat):
            if kind != conditions.DURATION or high is not None or low % _MINUTE_S or minute:
                return None
            minute = low // _MINUTE_S
        for component in element.components:
            before = found.get(component.dimension)
            if before is None:
                found[component.dimension] = (component, minute)
            elif before[1]:
                return None
    return found


def _cents(priced: "Priced | None", tax: str) -> "str | None":
    """Return the gross price in cents, of time those of a minute; None where it has no end or odd steps."""
    if priced is None:
        return "0"
    component = priced[0]
    price = ratio.mul(gross_price(component, tax), (100, 1))
    if component.dimension in ("TIME", "PARKING_TIME"):
        if price[0] and component.step_size != _MINUTE_S:
            return None
        price = ratio.mul(price, (1, _MINUTE_S))
    elif component.step_size > 1 and component.dimension == "ENERGY":
        return None
    text = ratio.text(price)
    return None if "/" in text or len(text) > 12 else text
