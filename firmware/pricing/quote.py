"""The price display: what a driver is told before charging, gross, in the order that the law asks for.

It does not know screens. Per kWh, per minute, per session: Regulation (EU) 2023/1804, Article 5(4).
"""

from firmware.pricing import money, ratio
from firmware.pricing.tariff import DIMENSIONS

# A hundredth of a cent: finer differences are no longer read, and the exact hourly price stands beside them.
_PLACES = 4

_SESSION = {"en": "session", "de": "Ladevorgang", "fr": "recharge"}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Tariff


def lines(tariff: "Tariff", language: str) -> "list[str]":
    """Return one line a priced dimension, such as `0.49 EUR/kWh`; PricingError for an unknown language.

    A time price whose minute has more than four decimals is told per hour too: `0.0417 EUR/min (2.50 EUR/h)`.
    """
    told = []
    for dimension in DIMENSIONS:
        component = tariff.active(dimension)
        if component is None:
            continue
        price = component.gross_price()
        if dimension == "TIME":
            minute = ratio.mul(price, (1, 60))
            line = _price(minute, tariff.currency, language, "min")
            if 10**_PLACES % minute[1]:
                line += " (%s)" % _price(price, tariff.currency, language, "h")
        else:
            unit = "kWh" if dimension == "ENERGY" else _SESSION.get(language, "")
            line = _price(price, tariff.currency, language, unit)
        told.append(line)
    return told


def _price(price: "Ratio", currency: str, language: str, unit: str) -> str:
    """Write a price with as many decimals as the minor unit, up to four where it needs them."""
    decimal = ratio.places(ratio.round_half_up(ratio.mul(price, (10**_PLACES, 1))), _PLACES)
    keep = len(decimal) - _PLACES + money.exponent(currency)
    while len(decimal) > keep and decimal.endswith("0"):
        decimal = decimal[:-1]
    if decimal.endswith("."):
        decimal = decimal[:-1]
    return "%s %s/%s" % (money.localise(decimal, language), currency, unit)
