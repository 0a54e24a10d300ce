"""Discounts: what is taken off, exactly, and what is refused. Amounts are reckoned by hand."""

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import discount
from tests.portable import raises


def read(text):
    """Return the discount of a JSON text."""
    return discount.parse(jsontext.parse(text))


def problems(text):
    """Return the problems of a list of discounts."""
    return raises(PricingError, discount.parse_all, jsontext.parse(text)).problems


TENTH = read('{"id": "staff", "name": "Staff", "percent": 10}')
TWO = read('{"id": "inn", "amount_minor": 200}')


def test_a_percentage_takes_its_share():
    assert discount.shares([TENTH], (1000, 1)) == [(1, 10)]
    assert discount.shares([read('{"id": "x", "percent": 12.5}')], (7, 3)) == [(1, 8)]


def test_an_amount_is_the_share_that_makes_it():
    # 200 of 1000 minor units, and of 1000/3.
    assert discount.shares([TWO], (1000, 1)) == [(1, 5)]
    assert discount.shares([TWO], (1000, 3)) == [(3, 5)]


def test_several_are_taken_one_after_another():
    # A tenth of 1000, then 200 of the 900 that are left; the other way round a tenth of 800.
    assert discount.shares([TENTH, TWO], (1000, 1)) == [(1, 10), (1, 5)]
    assert discount.shares([TWO, TENTH], (1000, 1)) == [(1, 5), (2, 25)]


def test_nothing_falls_below_zero():
    assert discount.shares([TWO], (150, 1)) == [(1, 1)]
    assert discount.shares([TWO, TWO], (300, 1)) == [(2, 3), (1, 3)]
    assert discount.shares([TWO], (0, 1)) == [(1, 1)]


def test_a_record_carries_what_can_be_read_again():
    for each in (TENTH, TWO, read('{"id": "x", "percent": 12.5}')):
        again = discount.parse(each.document())
        assert (again.id, again.name, again.percent, again.amount_minor) == (
            each.id, each.name, each.percent, each.amount_minor,
        )  # fmt: skip


def test_every_problem_is_told_with_its_place():
    assert problems('[{"id": "a", "percent": 0}, {"id": "", "amount_minor": -1}]') == [
        "/0/percent: has to be a number above 0 and up to 100",
        "/1/id: has to be a text of 1 to 36 characters",
        "/1/amount_minor: has to be a whole number from 1 to 1000000000",
    ]
    assert problems('[{"id": "a"}, {"id": "b", "percent": 1, "amount_minor": 1}, 5]') == [
        "/0: has to have either percent or amount_minor",
        "/1: has to have either percent or amount_minor",
        "/2: has to be a table",
    ]
    assert problems('[{"id": "a", "percent": 1}, {"id": "a", "percent": 2}]') == [
        "/1/id: there is a discount a already"
    ]
    assert problems('[{"id": "a", "percent": 5, "prozent": 5}]') == ["/0/prozent: no such key in a discount"]
    for percent in ("100.01", "true", '"x"', "-1", '"1/0"'):
        assert len(problems('[{"id": "a", "percent": %s}]' % percent)) == 1
