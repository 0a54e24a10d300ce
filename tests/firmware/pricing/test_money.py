"""Minor units and the writing of amounts; the minor units are those of ISO 4217.

It does not know tariffs.
"""

from firmware.errors import PricingError
from firmware.pricing import money
from tests.portable import raises


def test_minor_units_are_those_of_iso_4217():
    known = (("EUR", 2), ("CHF", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("UYW", 4), ("XCG", 2))
    for currency, digits in known:
        assert money.exponent(currency) == digits, currency


def test_what_is_no_active_currency_is_refused_by_name():
    # XAU is gold, DEM has ended, the rest only looks like parts of the table.
    for code in ("XAU", "DEM", "eur", "EU", "EURO", "R A", "ED ", "", None, 978):
        assert "%r" % (code,) in str(raises(PricingError, money.exponent, code))


def test_amounts_are_written_as_people_of_the_language_do():
    assert money.format_minor(421, "EUR") == "4.21 EUR"
    assert money.format_minor(421, "EUR", "de") == "4,21 EUR"
    assert money.format_minor(421, "EUR", "fr") == "4,21 EUR"
    assert money.format_minor(123456789, "EUR", "en") == "1,234,567.89 EUR"
    assert money.format_minor(123456789, "EUR", "de") == "1.234.567,89 EUR"
    # French groups by the narrow no-break space.
    assert money.format_minor(123456789, "EUR", "fr") == "1\u202f234\u202f567,89 EUR"


def test_amounts_have_the_decimals_of_their_currency():
    assert money.format_minor(421, "JPY") == "421 JPY"
    assert money.format_minor(4215, "KWD") == "4.215 KWD"
    assert money.format_minor(5, "EUR") == "0.05 EUR"
    assert money.format_minor(-100005, "EUR") == "-1,000.05 EUR"
    assert money.format_minor(-999, "JPY", "de") == "-999 JPY"


def test_an_unknown_language_is_refused():
    assert "nl" in str(raises(PricingError, money.format_minor, 1, "EUR", "nl"))
