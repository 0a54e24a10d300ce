"""Reads OCPI tariffs (2.2.1 and 2.3.0, mod_tariffs) and refuses as a whole what cannot be priced exactly.

It does not know sessions and consumption.
"""

import hashlib

from firmware.crypto import canonical
from firmware.errors import CryptoError, PricingError
from firmware.pricing import money, ratio, restrictions
from firmware.pricing.fields import Fields
from firmware.pricing.tariff import DIMENSIONS, Element, Tariff

# They say whom, when and where a tariff concerns, not what it costs.
_HARMLESS = ("country_code", "party_id", "tariff_alt_url", "last_updated", "energy_mix")
_READ = (
    "type", "tariff_alt_text", "start_date_time", "end_date_time", "min_price", "max_price", "tax_included",
    "preauthorize_amount",
)  # fmt: skip
_NEEDED = ("id", "currency", "elements")
# All that a tariff may have; elements have members of their own.
MEMBERS = _NEEDED + _HARMLESS + _READ
_TYPES = ("AD_HOC_PAYMENT", "PROFILE_CHEAP", "PROFILE_FAST", "PROFILE_GREEN", "REGULAR")
# The forms of a price limit: 2.2.1, then 2.3.0.
_NET, _GROSS = ("excl_vat", "before_taxes"), ("incl_vat", "after_taxes")
# Beyond it a price is a slip of the hand in any currency, and a tariff no tariff.
_MAX_PRICE = 1000000
_MAX_STEP = 10000000
_MAX_ELEMENTS = 500
_MAX_COMPONENTS = 20

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Limit


def read(document: "Any") -> Tariff:
    """Return the tariff of a document as `jsontext.parse` reads it; PricingError lists every problem."""
    if not isinstance(document, dict):
        raise PricingError(["the tariff has to be a JSON object"])
    problems: "list[str]" = []
    fields = Fields(document, "", problems)
    fields.check_keys(_NEEDED, MEMBERS)
    fields.word("type", _TYPES)
    fields.number("preauthorize_amount", _MAX_PRICE)
    # Equal parts of elements are kept once.
    shared: "dict[Any, Any]" = {}
    given = fields.array("elements", _MAX_ELEMENTS)
    elements = tuple([_element(element, i, problems, shared) for i, element in enumerate(given)])
    # NO is what every tariff of 2.2.1 means.
    tax = fields.word("tax_included", ("YES", "NO", "N/A")) or "NO"
    tariff = Tariff(fields.text("id", 36) or "", fields.get("currency"), elements, tax)
    _read_rest(tariff, fields)
    if problems:
        raise PricingError(problems)
    try:
        tariff.hash = hashlib.sha256(canonical.encode(document)).digest().hex()
    except CryptoError as error:
        raise PricingError(["the tariff has no canonical form: %s" % error])
    return tariff


def _read_rest(tariff: Tariff, fields: "Fields") -> None:
    """Read currency, limits, validity and texts."""
    try:
        if tariff.currency is not None:
            money.exponent(tariff.currency)
    except PricingError as error:
        fields.wrong("currency", str(error))
    tariff.min_price = _limit(fields, "min_price")
    tariff.max_price = _limit(fields, "max_price")
    for least, most in zip(tariff.min_price or (), tariff.max_price or ()):
        if least is not None and most is not None and ratio.compare(least, most) > 0:
            fields.wrong("max_price", "has to be no less than min_price")
    tariff.starts_utc_s = starts = fields.moment("start_date_time")
    tariff.ends_utc_s = ends = fields.moment("end_date_time")
    if starts is not None and ends is not None and starts >= ends:
        fields.wrong("end_date_time", "has to be later than start_date_time")
    tariff.alt_text = _alt_text(fields)


def _limit(fields: "Fields", key: str) -> "Limit | None":
    if fields.get(key) is None:
        return None
    limit = Fields(fields.get(key), "%s/%s" % (fields.path, key), fields.problems)
    if not limit.is_object:
        return None
    place = 1 if "before_taxes" in limit.members or "after_taxes" in limit.members else 0
    # 2.3.0 has the amount after taxes; some write a Price instead, which lists the taxes.
    limit.check_keys((), (_NET[place], _GROSS[place], "taxes") if place else (_NET[0], _GROSS[0]))
    net, gross = limit.number(_NET[place], _MAX_PRICE), limit.number(_GROSS[place], _MAX_PRICE)
    if limit.get(_NET[place]) is None and limit.get(_GROSS[place]) is None:
        limit.wrong(_NET[place], "missing")
    if gross is None and net is not None and limit.get("taxes"):
        gross = _after_taxes(limit, net)
    if net is not None and gross is not None and ratio.compare(net, gross) > 0:
        limit.wrong(_GROSS[place], "has to be no less than " + _NET[place])
    return net, gross


def _after_taxes(limit: "Fields", net: "Ratio") -> "Ratio":
    """Return an amount and its taxes, each of which has to say how much it is."""
    for place, tax in enumerate(limit.array("taxes", _MAX_COMPONENTS)):
        fields = Fields(tax, "%s/taxes/%d" % (limit.path, place), limit.problems)
        if fields.is_object and fields.get("amount") is None:
            fields.wrong("amount", "missing")
        net = ratio.add(net, fields.number("amount", _MAX_PRICE) or ratio.ZERO)
    return net


def _element(element: "Any", i: int, problems: "list[str]", shared: "dict[Any, Any]") -> Element:
    path = "/elements/%d" % i
    fields = Fields(element, path, problems)
    if fields.is_object:
        fields.check_keys(("price_components",), ("restrictions",))
    flat = restrictions.read(fields.get("restrictions"), path + "/restrictions", problems)
    prices: "list[Any]" = []
    for place, component in enumerate(fields.array("price_components", _MAX_COMPONENTS)):
        component_path = "%s/price_components/%d" % (path, place)
        prices += _prices(Fields(component, component_path, problems), shared)
    pooled = tuple([shared.setdefault(part, part) if isinstance(part, tuple) else part for part in flat])
    return Element(shared.setdefault(tuple(prices), tuple(prices)), shared.setdefault(pooled, pooled))


def _prices(fields: "Fields", shared: "dict[Any, Any]") -> "tuple[Any, ...]":
    if not fields.is_object:
        return ()
    fields.check_keys(("type", "price"), ("vat", "step_size"))
    dimension = fields.word("type", DIMENSIONS)
    price = fields.number("price", _MAX_PRICE) or ratio.ZERO
    vat_percent = fields.number("vat", 100)
    step_size = fields.integer("step_size", _MAX_STEP)
    if vat_percent is not None:
        vat_percent = shared.setdefault(vat_percent, vat_percent)
    return dimension, price[0], price[1], vat_percent, 1 if step_size is None else step_size


def _alt_text(fields: "Fields") -> "tuple[tuple[str, str], ...]":
    """Return (language, text) of what the operator says in words."""
    if not fields.get("tariff_alt_text"):
        return ()
    texts = []
    for i, entry in enumerate(fields.array("tariff_alt_text", 100)):
        words = Fields(entry, "%s/tariff_alt_text/%d" % (fields.path, i), fields.problems)
        if words.is_object:
            words.check_keys(("language", "text"), ())
            texts.append((words.text("language", 2) or "", words.text("text", 512) or ""))
    return tuple(texts)
