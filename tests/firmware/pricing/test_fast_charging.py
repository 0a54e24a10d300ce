"""The rule of 50 kW: what the law permits there, told as problems of a tariff."""

from firmware.crypto import jsontext
from firmware.pricing import fast_charging, tariff


def problems(components, restrictions="", power_w=50000, **limits):
    """Return the problems of a tariff of one element."""
    told = "".join([', "%s": %s' % (key, limits[key]) for key in sorted(limits)])
    text = '{"id": "t", "currency": "EUR", "elements": [{"price_components": [%s], "restrictions": {%s}}]%s}'
    return fast_charging.problems(
        tariff.parse(jsontext.parse(text % (components, restrictions, told))), power_w
    )


def test_energy_and_an_occupancy_fee_are_permitted():
    assert problems('{"type": "ENERGY", "price": 0.59}, {"type": "PARKING_TIME", "price": 6}') == []
    # A price of time that begins after an hour and a half is an occupancy fee.
    assert problems('{"type": "TIME", "price": 6}', '"min_duration": 5400') == []


def test_what_asks_for_nothing_is_permitted():
    assert problems('{"type": "TIME", "price": 0}, {"type": "FLAT", "price": 0}') == []


def test_a_fee_a_session_a_price_of_time_and_a_minimum_are_refused_each_with_its_place():
    found = problems(
        '{"type": "FLAT", "price": 1}, {"type": "TIME", "price": 3}', min_price='{"excl_vat": 1}'
    )
    assert [problem.split(":")[0] for problem in found] == ["/elements/0", "/elements/0", "/min_price"]
    assert all("per kWh" in problem for problem in found)
    assert len(problems('{"type": "TIME", "price": 3}', '"max_duration": 5400')) == 1


def test_below_50_kw_everything_is_permitted():
    assert problems('{"type": "FLAT", "price": 1}', power_w=49999) == []
    assert len(problems('{"type": "FLAT", "price": 1}', power_w=50000)) == 1


def test_a_cap_is_in_the_drivers_favour():
    assert problems('{"type": "ENERGY", "price": 0.59}', max_price='{"excl_vat": 30}') == []
