"""What a tariff is once it can be priced: elements with price components and conditions, limits, validity.

It does not know sessions and consumption, nor how a tariff is written: that is in ocpi.py and ocpp.py.
"""

from firmware.pricing import conditions, ratio

# The order in which drivers are told prices: per kWh, per minute, per session.
DIMENSIONS = ("ENERGY", "TIME", "PARKING_TIME", "FLAT")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from firmware.pricing.ratio import Ratio

    Limit = tuple[Ratio | None, Ratio | None]


class Component:
    """One price component: `price` per kWh, hour or session as the tariff states it, `vat_percent` (None: it
    bears none) and `step_size` in Wh or s (0: none).
    """

    __slots__ = ("dimension", "price", "step_size", "vat_percent")

    def __init__(self, dimension: str, price: "Ratio", vat_percent: "Ratio | None", step_size: int) -> None:
        self.dimension = dimension
        self.price = price
        self.vat_percent = vat_percent
        self.step_size = step_size


class Element:
    """Price components and the conditions on which they apply, each flat in one tuple to save memory."""

    __slots__ = ("flat", "prices")

    def __init__(self, prices: "tuple[Any, ...]", flat: "tuple[Any, ...]") -> None:
        """Take (dimension, price's numerator, denominator, VAT, step size, …) and (kind, low, high, …)."""
        self.prices = prices
        self.flat = flat

    @property
    def components(self) -> "tuple[Component, ...]":
        """The components in their order."""
        return tuple([self._component(i) for i in range(0, len(self.prices), 5)])

    @property
    def conditions(self) -> "tuple[tuple[str, Any, Any], ...]":
        """The conditions as (kind, low, high); none: the element always applies."""
        return tuple(conditions.each(self.flat))

    def component(self, dimension: str) -> "Component | None":
        """Return the component that prices a dimension, the first where there are several."""
        for i in range(0, len(self.prices), 5):
            if self.prices[i] == dimension:
                return self._component(i)
        return None

    def _component(self, i: int) -> Component:
        prices = self.prices
        return Component(prices[i], (prices[i + 1], prices[i + 2]), prices[i + 3], prices[i + 4])


class Tariff:
    """A tariff that can be priced; `hash` is the SHA-256 of its document's canonical form in hex."""

    __slots__ = (
        "alt_text", "currency", "elements", "ends_utc_s", "hash", "id", "max_price", "min_price",
        "starts_utc_s", "tax", "taxes",
    )  # fmt: skip

    def __init__(
        self, tariff_id: str, currency: str, elements: "tuple[Element, ...]", tax: str = "NO"
    ) -> None:
        """Take what every tariff has; limits, validity, texts and the hash are set by whoever read them."""
        self.id = tariff_id
        self.currency = currency
        self.elements = elements
        self.tax = tax
        self.min_price: "Limit | None" = None
        self.max_price: "Limit | None" = None
        self.starts_utc_s: "int | None" = None
        self.ends_utc_s: "int | None" = None
        self.alt_text: "tuple[tuple[str, str], ...]" = ()
        # What OCPP calls its taxes, as ocpp.py has them, for the way back.
        self.taxes: "tuple[Any, ...]" = ()
        self.hash = ""


def pack(components: "Iterable[Component]", conditions_of: "Iterable[tuple[str, Any, Any]]") -> Element:
    """Return the element of some components and of conditions as (kind, low, high)."""
    prices: "list[Any]" = []
    for component in components:
        prices += (component.dimension, component.price[0], component.price[1])
        prices += (component.vat_percent, component.step_size)
    flat: "list[Any]" = []
    for condition in conditions_of:
        flat += condition
    return Element(tuple(prices), tuple(flat))


def net_price(component: Component, tax: str) -> "Ratio":
    """Return a component's price without VAT; `tax` is that of its tariff."""
    return ratio.mul(component.price, _without_vat(component)) if tax == "YES" else component.price


def gross_price(component: Component, tax: str) -> "Ratio":
    """Return a component's price with VAT; `tax` is that of its tariff."""
    if tax != "NO":
        return component.price
    without = _without_vat(component)
    return ratio.mul(component.price, (without[1], without[0]))


def _without_vat(component: Component) -> "Ratio":
    """Return what makes a net amount of a gross one."""
    vat = component.vat_percent or ratio.ZERO
    return ratio.reduced(100 * vat[1], 100 * vat[1] + vat[0])


def parse(document: "Any") -> Tariff:
    """Return the tariff of a document of OCPI or of OCPP 2.1, told apart by their fields, from
    `jsontext.parse`; PricingError lists every problem.
    """
    # In memory only while a tariff is read.
    if isinstance(document, dict) and ("tariffId" in document and "elements" not in document):
        from firmware.pricing import ocpp

        return ocpp.parse(document)
    from firmware.pricing import ocpi

    return ocpi.read(document)
