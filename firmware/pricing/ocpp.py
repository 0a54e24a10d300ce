"""Reads and writes the tariffs of OCPP 2.1 (TariffType) as the same model that OCPI's become.

It does not know messages and transactions. OCPP prices minutes where OCPI prices hours, counts Wh and W where
OCPI counts kWh and kW, has no steps, and lists prices by dimension: each becomes an element of its own.
"""

import hashlib

from firmware.crypto import canonical, jsontext
from firmware.errors import CryptoError, PricingError
from firmware.pricing import calendar, money, ocpp_conditions, ratio
from firmware.pricing.conditions import RESERVATION
from firmware.pricing.fields import Fields
from firmware.pricing.tariff import Component, Tariff, net_price, pack

# Member, key of its price, dimension, how many of its units are one of the model's, is it a reservation's.
_PRICED = (
    ("energy", "priceKwh", "ENERGY", 1, False),
    ("chargingTime", "priceMinute", "TIME", 60, False),
    ("idleTime", "priceMinute", "PARKING_TIME", 60, False),
    ("fixedFee", "priceFixed", "FLAT", 1, False),
    ("reservationTime", "priceMinute", "TIME", 60, True),
    ("reservationFixed", "priceFixed", "FLAT", 1, True),
)
MEMBERS = tuple([row[0] for row in _PRICED])
_LIMITS = (("minCost", "min_price"), ("maxCost", "max_price"))
_HEAD = ("tariffId", "currency")
_FORMATS = ("ASCII", "UTF8", "HTML", "URI", "QRCODE")
_MAX_PRICE = 1000000
_MAX_PRICES = 500

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Element, Limit

    Document = dict[str, Any]
    # Name, percent and stack: level 0 is on the net price, each further level on top of all below it.
    Taxes = tuple[tuple[str, Ratio, int], ...]


def is_ocpp(document: "Any") -> bool:
    """Return whether a document is meant as a tariff of OCPP 2.1, by the names of its fields."""
    if not isinstance(document, dict) or "elements" in document:
        return False
    return "tariffId" in document or any(member in document for member in MEMBERS)


def parse(document: "Any", evse_kind: "str | None" = None) -> Tariff:
    """Return the tariff of a TariffType as `jsontext.parse` reads it; PricingError lists every problem.

    Its `taxes` keep what they are called, as (member, taxes) of each with some.

    `evse_kind` is the charger's, `AC` or `DC`: prices for the other kind are left out, and without it a price
    that asks for a kind is a problem. Conditions of a fixed fee are judged at the start of the session.
    """
    problems: "list[str]" = []
    fields = Fields(document, "", problems)
    limits = tuple([row[0] for row in _LIMITS])
    fields.check_keys(_HEAD, MEMBERS + limits + ("description", "validFrom", "customData"))
    elements: "list[Element]" = []
    taxes = []
    for row in _PRICED:
        if fields.get(row[0]) is not None:
            before = len(elements)
            named = _read_member(Fields(fields.get(row[0]), "/" + row[0], problems), row, evse_kind, elements)
            if named and len(elements) > before:
                taxes.append((row[0], named))
    if fields.is_object and not any(fields.get(member) is not None for member in MEMBERS):
        fields.wrong("energy", "missing, and so is every other price")
    tariff = Tariff(fields.text("tariffId", 60) or "", fields.get("currency"), tuple(elements))
    try:
        if tariff.currency is not None:
            money.exponent(tariff.currency)
    except PricingError as error:
        fields.wrong("currency", str(error))
    tariff.min_price = _limit(fields, "minCost", taxes)
    tariff.max_price = _limit(fields, "maxCost", taxes)
    tariff.starts_utc_s = fields.moment("validFrom")
    tariff.alt_text = _description(fields)
    tariff.taxes = tuple(taxes)
    try:
        tariff.hash = hashlib.sha256(canonical.encode(document)).digest().hex()
    except CryptoError as error:
        problems.append("the tariff has no canonical form: %s" % error)
    if problems:
        raise PricingError(problems)
    return tariff


def _read_member(fields: Fields, row: "Any", evse_kind: "str | None", elements: "list[Element]") -> "Taxes":
    """Add an element for each price of energy, of time or of a fee; return the taxes on them."""
    member, price_key, dimension, units, is_reservation = row
    if fields.is_object:
        fields.check_keys(("prices",), ("taxRates", "customData"))
    taxes = _read_taxes(fields)
    vat_percent = _percent(taxes) if taxes else None
    for i, entry in enumerate(fields.array("prices", _MAX_PRICES)):
        each = Fields(entry, "%s/prices/%d" % (fields.path, i), fields.problems)
        if not each.is_object:
            continue
        each.check_keys((price_key,), ("conditions", "customData"))
        price = ratio.mul(each.number(price_key, _MAX_PRICE) or ratio.ZERO, (units, 1))
        found = ocpp_conditions.read(each, dimension == "FLAT", evse_kind)
        if found is not None:
            if is_reservation:
                found.append((RESERVATION, "RESERVATION", None))
            elements.append(pack([Component(dimension, price, vat_percent, 0)], found))
    return taxes


def _read_taxes(fields: Fields) -> "Taxes":
    taxes = []
    for i, entry in enumerate(fields.array("taxRates", 5)):
        rate = Fields(entry, "%s/taxRates/%d" % (fields.path, i), fields.problems)
        if rate.is_object:
            rate.check_keys(("type", "tax"), ("stack", "customData"))
            percent, stack = rate.number("tax", 100) or ratio.ZERO, rate.integer("stack", 100) or 0
            taxes.append((rate.text("type", 20) or "", percent, stack))
    return tuple(taxes)


def _percent(taxes: "Taxes") -> "Ratio":
    """Return what stacked taxes come to, in percent of the net price."""
    factor = ratio.ONE
    for level in sorted({stack for _, _, stack in taxes}):
        together = ratio.ZERO
        for _, percent, stack in taxes:
            if stack == level:
                together = ratio.add(together, percent)
        factor = ratio.mul(factor, ratio.add(ratio.ONE, ratio.mul(together, (1, 100))))
    return ratio.mul(ratio.sub(factor, ratio.ONE), (100, 1))


def _limit(fields: Fields, key: str, taxes: "list[Any]") -> "Limit | None":
    """Return (net, gross) of a cost; the one that is not stated follows where its taxes are."""
    if fields.get(key) is None:
        return None
    limit = Fields(fields.get(key), "/" + key, fields.problems)
    if limit.is_object:
        limit.check_keys((), ("exclTax", "inclTax", "taxRates", "customData"))
        if limit.get("exclTax") is None and limit.get("inclTax") is None:
            limit.wrong("exclTax", "missing, and so is inclTax")
    net, gross = limit.number("exclTax", _MAX_PRICE), limit.number("inclTax", _MAX_PRICE)
    named = _read_taxes(limit)
    if named:
        taxes.append((key, named))
        factor = _factor(named)
        if gross is None and net is not None:
            gross = ratio.mul(net, factor)
        elif net is None and gross is not None:
            net = ratio.mul(gross, (factor[1], factor[0]))
    return net, gross


def _factor(taxes: "Taxes") -> "Ratio":
    return ratio.add(ratio.ONE, ratio.mul(_percent(taxes), (1, 100)))


def _description(fields: Fields) -> "tuple[tuple[str, str], ...]":
    """Return (language, text) of what can be shown as it is; pages, addresses and codes are left out."""
    texts = []
    for i, entry in enumerate(fields.array("description", 10)):
        words = Fields(entry, "/description/%d" % i, fields.problems)
        if words.is_object:
            words.check_keys(("format", "content"), ("language", "customData"))
            text, language = words.text("content", 1024) or "", words.text("language", 8) or ""
            if words.word("format", _FORMATS) in _FORMATS[:2]:
                texts.append((language, text))
    return tuple(texts)


def export(tariff: Tariff) -> "Document":
    """Return the tariff as a TariffType of OCPP 2.1. PricingError lists what OCPP cannot say."""
    problems: "list[str]" = []
    document: "Document" = {"tariffId": tariff.id, "currency": tariff.currency}
    names: "dict[str, Taxes]" = dict(tariff.taxes)
    for row in _PRICED:
        prices, taxes = _write_prices(tariff, row, problems)
        if prices:
            document[row[0]] = {"prices": prices}
            if taxes is not None:
                stated = names.get(row[0], (("VAT", taxes, 0),))
                document[row[0]]["taxRates"] = _write_taxes(stated, "/" + row[0], problems)
    for key, limit in (("minCost", tariff.min_price), ("maxCost", tariff.max_price)):
        if limit is not None:
            document[key] = _write_limit(limit, names.get(key, ()), key, problems)
    if tariff.starts_utc_s is not None:
        document["validFrom"] = calendar.format_utc(tariff.starts_utc_s)
    if tariff.ends_utc_s is not None:
        problems.append(
            "/validFrom: OCPP knows no end of a tariff; leave it out and replace the tariff in time"
        )
    if tariff.alt_text:
        document["description"] = [_write_text(language, text) for language, text in tariff.alt_text]
    if tariff.elements and not problems and not any(member in document for member in MEMBERS):
        problems.append(
            "/elements: no price that OCPP has is left; of a reservation it has time and a fixed fee"
        )
    if problems:
        raise PricingError(problems)
    return document


def _write_prices(tariff: Tariff, row: "Any", problems: "list[str]") -> "tuple[list[Any], Ratio | None]":
    """Return the prices of a member in their order, and the tax that they all bear."""
    member, price_key, dimension, units, is_reservation = row
    prices: "list[Any]" = []
    vats: "list[Ratio | None]" = []
    for element in tariff.elements:
        component = element.component(dimension)
        found = [each for each in element.conditions if each[0] != RESERVATION]
        if component is None or is_reservation != (len(found) < len(element.conditions)):
            continue
        path = "/%s/prices/%d" % (member, len(prices))
        if component.step_size > 1 and dimension != "FLAT":
            problems.append("%s: OCPP has no step_size, so %d would be lost" % (path, component.step_size))
        price = ratio.mul(net_price(component, tariff.tax), (1, units))
        entry: "Document" = {price_key: _number(price, path + "/" + price_key, problems)}
        stated = ocpp_conditions.write(found, dimension == "FLAT", path, problems)
        if stated:
            entry["conditions"] = stated
        prices.append(entry)
        vats.append(None if tariff.tax == "N/A" else component.vat_percent)
    for vat in vats:
        if vat != vats[0]:
            problems.append("/%s/taxRates: OCPP has one tax for all its prices; these have several" % member)
            break
    return prices, vats[0] if vats else None


def _write_taxes(taxes: "Taxes", path: str, problems: "list[str]") -> "list[Document]":
    written: "list[Document]" = []
    for name, percent, stack in taxes:
        rate: "Document" = {"type": name, "tax": _number(percent, path + "/taxRates", problems)}
        if stack:
            rate["stack"] = stack
        written.append(rate)
    return written


def _write_limit(limit: "Limit", taxes: "Taxes", key: str, problems: "list[str]") -> "Document":
    net, gross = limit
    written: "Document" = {}
    if taxes:
        written["taxRates"] = _write_taxes(taxes, "/" + key, problems)
        # The side that follows from the taxes may be no decimal; the other one says as much.
        if net is not None and gross == ratio.mul(net, _factor(taxes)):
            if "/" in ratio.text(net):
                net = None
            else:
                gross = None
    for name, amount in (("exclTax", net), ("inclTax", gross)):
        if amount is not None:
            written[name] = _number(amount, "/%s/%s" % (key, name), problems)
    return written


def _write_text(language: str, text: str) -> "Document":
    written: "Document" = {"format": "UTF8", "content": text}
    if language:
        written["language"] = language
    return written


def _number(number: "Ratio", path: str, problems: "list[str]") -> "Any":
    """Return a number as JSON has it, exact; a problem where no decimal is."""
    text = ratio.text(number)
    if "/" in text:
        problems.append("%s: %s is no decimal, so it would have to be rounded" % (path, text))
        return 0
    return jsontext.parse(text)
