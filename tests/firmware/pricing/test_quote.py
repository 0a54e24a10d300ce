"""The price display: the lines that a driver reads, reckoned by hand.

It does not know screens.
"""

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import quote, tariff
from tests.portable import raises


def quoted(components, language="en", currency="EUR"):
    """Return the price display of a list of components in JSON."""
    text = '{"id": "t", "currency": "%s", "elements": [{"price_components": [%s]}]}'
    return quote.lines(tariff.parse(jsontext.parse(text % (currency, components))), language)


def test_prices_stand_in_the_order_of_the_law():
    components = '{"type": "FLAT", "price": 1}, {"type": "TIME", "price": 3}'
    components += ', {"type": "ENERGY", "price": 0.49}'
    assert quoted(components) == ["0.49 EUR/kWh", "0.05 EUR/min", "1.00 EUR/session"]
    assert quoted(components, "de") == ["0,49 EUR/kWh", "0,05 EUR/min", "1,00 EUR/Ladevorgang"]
    assert quoted(components, "fr") == ["0,49 EUR/kWh", "0,05 EUR/min", "1,00 EUR/recharge"]


def test_prices_include_vat():
    # 0.41 * 1.19 = 0.4879, 0.3999 * 1.2 = 0.47988.
    assert quoted('{"type": "ENERGY", "price": 0.41, "vat": 19}') == ["0.4879 EUR/kWh"]
    assert quoted('{"type": "ENERGY", "price": 0.3999, "vat": 20}') == ["0.4799 EUR/kWh"]


def test_a_minute_that_has_no_short_price_is_told_per_hour_too():
    assert quoted('{"type": "TIME", "price": 2.5}') == ["0.0417 EUR/min (2.50 EUR/h)"]
    assert quoted('{"type": "TIME", "price": 0.75}') == ["0.0125 EUR/min"]


def test_nothing_is_said_of_what_is_not_priced():
    assert quoted('{"type": "ENERGY", "price": 0}') == ["0.00 EUR/kWh"]


def test_currencies_without_cents():
    assert quoted('{"type": "ENERGY", "price": 43}', currency="JPY") == ["43 JPY/kWh"]
    assert quoted('{"type": "ENERGY", "price": 43.5}', currency="JPY") == ["43.5 JPY/kWh"]


def test_an_unknown_language_is_refused():
    raises(PricingError, quoted, '{"type": "ENERGY", "price": 0}', "nl")
