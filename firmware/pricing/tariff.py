"""Reads OCPI tariffs (2.2.1 and 2.3.0, mod_tariffs) and refuses as a whole what it cannot price exactly.

It does not know sessions and consumption. What is not supported yet is a problem, never a wrong price.
"""

import hashlib

from firmware.crypto import canonical, jsontext
from firmware.errors import CryptoError, PricingError
from firmware.pricing import money, ratio

# The order in which drivers are told prices: per kWh, per minute, per session.
DIMENSIONS = ("ENERGY", "TIME", "FLAT")

_REQUIRED = ("id", "currency", "elements")
# They say whom, when and where a tariff concerns, not what it costs.
_HARMLESS = (
    "country_code", "party_id", "type", "tariff_alt_text", "tariff_alt_url", "last_updated", "energy_mix",
    "start_date_time", "end_date_time",
)  # fmt: skip
_NOT_YET = ("min_price", "max_price", "preauthorize_amount")
# Beyond it a price is a slip of the hand in any currency.
_MAX_PRICE = 1000000

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio

    Elements = tuple[tuple["Component", ...], ...]
    Keys = tuple[str, ...]


class Component:
    """One price component: net `price` per kWh, hour or session, VAT, `step_size` in Wh or s (0: none)."""

    __slots__ = ("dimension", "price", "step_size", "vat_percent")

    def __init__(self, dimension: str, price: "Ratio", vat_percent: "Ratio", step_size: int) -> None:
        self.dimension = dimension
        self.price = price
        self.vat_percent = vat_percent
        self.step_size = step_size

    def gross_price(self) -> "Ratio":
        """Return the price with VAT."""
        return ratio.mul(self.price, self.gross_factor())

    def gross_factor(self) -> "Ratio":
        """Return what makes a gross amount of a net one."""
        return ratio.reduced(100 * self.vat_percent[1] + self.vat_percent[0], 100 * self.vat_percent[1])


class Tariff:
    """A tariff that can be priced; `hash` is the SHA-256 of its document's canonical form in hex."""

    __slots__ = ("currency", "document", "elements", "hash", "id")

    def __init__(self, document: "dict[str, Any]", elements: "Elements", digest: str) -> None:
        self.id: str = document["id"]
        self.currency: str = document["currency"]
        self.document = document
        self.elements = elements
        self.hash = digest

    def active(self, dimension: str) -> "Component | None":
        """Return the component that prices a dimension: that of the first element that has one."""
        for element in self.elements:
            for component in element:
                if component.dimension == dimension:
                    return component
        return None


def parse(document: "Any") -> Tariff:
    """Return the tariff of a document as `jsontext.parse` reads it; PricingError lists every problem."""
    if not isinstance(document, dict):
        raise PricingError(["the tariff has to be a JSON object"])
    problems: "list[str]" = []
    _check_keys(document, "", _REQUIRED, _HARMLESS + _NOT_YET + ("tax_included",), problems)
    _check_head(document, problems)
    elements = _elements(document.get("elements"), problems)
    digest = _hash(document, problems)
    if problems:
        raise PricingError(problems)
    return Tariff(document, elements, digest)


def _check_keys(
    members: "dict[str, Any]", path: str, required: "Keys", optional: "Keys", problems: "list[str]"
) -> None:
    for key in required:
        if members.get(key) is None:
            problems.append("%s/%s: missing" % (path, key))
    for key in sorted(members):
        if key not in required and key not in optional:
            problems.append("%s/%s: no such key in an OCPI tariff; check its spelling" % (path, key))


def _check_head(document: "dict[str, Any]", problems: "list[str]") -> None:
    tariff_id, currency = document.get("id"), document.get("currency")
    if tariff_id is not None and (not isinstance(tariff_id, str) or not 1 <= len(tariff_id) <= 36):
        problems.append("/id: has to be a text of 1 to 36 characters")
    if currency is not None:
        try:
            money.exponent(currency)
        except PricingError as error:
            problems.append("/currency: %s" % error)
    for key in _NOT_YET:
        if document.get(key) is not None:
            problems.append("/%s: not supported yet" % key)
    # NO is what every tariff of 2.2.1 means.
    if document.get("tax_included") not in (None, "NO"):
        problems.append("/tax_included: only NO is supported yet")


def _elements(elements: "Any", problems: "list[str]") -> "Elements":
    if elements is None:
        return ()
    if not isinstance(elements, (list, tuple)) or not elements:
        problems.append("/elements: has to be a list with at least one element")
        return ()
    return tuple([_element(element, "/elements/%d" % i, problems) for i, element in enumerate(elements)])


def _element(element: "Any", path: str, problems: "list[str]") -> "tuple[Component, ...]":
    if not isinstance(element, dict):
        problems.append("%s: has to be an object" % path)
        return ()
    _check_keys(element, path, ("price_components",), ("restrictions",), problems)
    # An empty object restricts nothing.
    if element.get("restrictions") not in (None, {}):
        problems.append("%s/restrictions: not supported yet" % path)
    components = element.get("price_components")
    path += "/price_components"
    if components is None:
        return ()
    if not isinstance(components, (list, tuple)) or not components:
        problems.append("%s: has to be a list with at least one component" % path)
        return ()
    read = [_component(component, "%s/%d" % (path, i), problems) for i, component in enumerate(components)]
    return tuple([component for component in read if component is not None])


def _component(component: "Any", path: str, problems: "list[str]") -> "Component | None":
    if not isinstance(component, dict):
        problems.append("%s: has to be an object" % path)
        return None
    before = len(problems)
    _check_keys(component, path, ("type", "price"), ("vat", "step_size"), problems)
    dimension: "Any" = component.get("type")
    if dimension == "PARKING_TIME":
        problems.append("%s/type: PARKING_TIME is not supported yet" % path)
    elif dimension is not None and dimension not in DIMENSIONS:
        problems.append("%s/type: %r is no tariff dimension of OCPI" % (path, dimension))
    price = _bounded(component.get("price"), 0, _MAX_PRICE, path + "/price", problems)
    vat_percent = _bounded(component.get("vat"), 0, 100, path + "/vat", problems)
    step_size = _bounded(component.get("step_size"), 1, 1000000, path + "/step_size", problems)
    if step_size[1] != 1:
        problems.append("%s/step_size: has to be a whole number" % path)
    if len(problems) > before:
        return None
    return Component(dimension, price, vat_percent, step_size[0])


def _bounded(number: "Any", missing: int, highest: int, path: str, problems: "list[str]") -> "Ratio":
    """Return a number from 0 to `highest` as a ratio, `missing` where there is none."""
    if number is None:
        return missing, 1
    pair = None
    if isinstance(number, int) and not isinstance(number, bool):
        pair = (number, 1)
    elif isinstance(number, jsontext.Number):
        pair = number.ratio()
    if pair is None:
        problems.append("%s: has to be a number, exact as it stands in the JSON text" % path)
    elif pair[0] < 0 or pair[0] > highest * pair[1]:
        problems.append("%s: has to lie between 0 and %d" % (path, highest))
    else:
        return ratio.reduced(pair[0], pair[1])
    return missing, 1


def _hash(document: "dict[str, Any]", problems: "list[str]") -> str:
    try:
        content = canonical.encode(document)
    except CryptoError as error:
        problems.append("the tariff has no canonical form: %s" % error)
        return ""
    return hashlib.sha256(content).digest().hex()
