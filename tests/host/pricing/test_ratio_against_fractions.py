"""Holds the firmware's ratios and amounts against fractions and decimal.

It does not know tariffs.
"""

import decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from firmware.pricing import money, ratio

integers = st.integers(-(10**12), 10**12)
fractions = st.fractions(max_denominator=10**9)


def pair(fraction: Fraction) -> tuple[int, int]:
    return fraction.numerator, fraction.denominator


@given(integers, integers.filter(bool))
def test_reduced_is_the_normal_form_of_fraction(numerator: int, denominator: int) -> None:
    assert ratio.reduced(numerator, denominator) == pair(Fraction(numerator, denominator))


@given(fractions, fractions)
def test_arithmetic_is_that_of_fraction(left: Fraction, right: Fraction) -> None:
    assert ratio.add(pair(left), pair(right)) == pair(left + right)
    assert ratio.sub(pair(left), pair(right)) == pair(left - right)
    assert ratio.mul(pair(left), pair(right)) == pair(left * right)
    assert ratio.compare(pair(left), pair(right)) == (left > right) - (left < right)


@given(st.integers(-(10**15), 10**15), st.integers(1, 6))
def test_rounding_is_decimals_half_up(scaled: int, places: int) -> None:
    exact = decimal.Decimal(scaled).scaleb(-places)
    rounded = int(exact.quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))
    assert ratio.round_half_up(pair(Fraction(scaled, 10**places))) == rounded


@given(fractions)
def test_text_is_what_fraction_reads(fraction: Fraction) -> None:
    assert Fraction(ratio.text(pair(fraction))) == fraction


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "UYW"]))
def test_written_amounts_hold_the_same_number(amount_minor: int, currency: str) -> None:
    written = {
        language: money.format_minor(amount_minor, currency, language) for language in ("en", "de", "fr")
    }
    exact = decimal.Decimal(amount_minor).scaleb(-money.exponent(currency))
    assert written["en"] == f"{exact:,f} {currency}"
    assert written["de"] == written["en"].translate(str.maketrans(",.", ".,"))
    assert written["fr"] == written["en"].translate(str.maketrans(",.", "\u202f,"))
