"""Exact ratios: numbers small enough to check by hand.

It does not know money.
"""

from firmware.pricing import ratio
from tests.portable import raises


def test_results_are_in_lowest_terms_with_a_positive_denominator():
    assert ratio.reduced(6, -4) == (-3, 2)
    assert ratio.reduced(0, -7) == (0, 1)
    assert ratio.add((1, 6), (1, 3)) == (1, 2)
    assert ratio.sub((1, 6), (1, 2)) == (-1, 3)
    assert ratio.mul((2, 3), (3, 4)) == (1, 2)


def test_a_denominator_of_zero_is_refused():
    raises(ZeroDivisionError, ratio.reduced, 1, 0)


def test_comparison_has_three_answers():
    assert ratio.compare((1, 3), (1, 2)) == -1
    assert ratio.compare((-1, 2), (-1, 2)) == 0
    assert ratio.compare((1, 2), (-1, 2)) == 1


def test_floor_goes_down_also_below_zero():
    assert [ratio.floor(pair) for pair in ((7, 2), (-7, 2), (4, 1))] == [3, -4, 4]


def test_a_half_is_rounded_away_from_zero():
    halves = ((1, 2), (-1, 2), (3, 2), (-3, 2), (5, 2))
    assert [ratio.round_half_up(pair) for pair in halves] == [1, -1, 2, -2, 3]
    assert [ratio.round_half_up(pair) for pair in ((49, 100), (-49, 100), (2, 3), (0, 1))] == [0, 0, 1, 0]


def test_text_is_a_decimal_where_one_exists_and_a_fraction_elsewhere():
    decimals = (
        ((49, 100), "0.49"),
        ((-1, 20), "-0.05"),
        ((5, 1), "5"),
        ((1, 1024), "0.0009765625"),
        ((0, 1), "0"),
    )
    for pair, written in decimals + (((1201, 1800), "1201/1800"), ((-1, 3), "-1/3")):
        assert ratio.text(pair) == written


def test_places_keeps_leading_zeros_and_the_sign():
    for count, written in ((0, "0.00"), (5, "0.05"), (-5, "-0.05"), (421, "4.21"), (-421, "-4.21")):
        assert ratio.places(count, 2) == written
    assert ratio.places(421, 0) == "421"
