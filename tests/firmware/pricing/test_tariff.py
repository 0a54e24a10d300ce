"""Tariffs as OCPI writes them: what is read, and what is refused as a whole with every problem.

It does not know sessions.
"""

import hashlib

from firmware.crypto import canonical, jsontext
from firmware.errors import PricingError
from firmware.pricing import tariff
from tests.portable import raises


def document(components='{"type": "ENERGY", "price": 0.49, "vat": 19.0, "step_size": 1}', more=""):
    """Return an OCPI tariff with some components, as it is read from JSON."""
    text = '{"id": "t", "currency": "EUR", "elements": [{"price_components": [%s]}]%s}'
    return jsontext.parse(text % (components, more))


def problems(given):
    """Return why a tariff is refused."""
    return raises(PricingError, tariff.parse, given).problems


def test_numbers_stay_exact():
    component = tariff.parse(document()).active("ENERGY")
    assert (component.price, component.vat_percent, component.step_size) == ((49, 100), (19, 1), 1)
    assert component.gross_price() == (5831, 10000)


def test_the_hash_is_of_the_canonical_form():
    given = document()
    parsed = tariff.parse(given)
    assert parsed.hash == hashlib.sha256(canonical.encode(given)).digest().hex()
    assert parsed.document == given
    assert (parsed.id, parsed.currency) == ("t", "EUR")


def test_a_component_without_vat_bears_none_and_without_step_size_has_one():
    component = tariff.parse(document('{"type": "TIME", "price": 2}')).active("TIME")
    assert (component.vat_percent, component.step_size, component.gross_price()) == ((0, 1), 1, (2, 1))


def test_null_is_as_good_as_missing():
    given = document('{"type": "TIME", "price": 2, "vat": null, "step_size": null}', ', "min_price": null')
    assert tariff.parse(given).active("TIME").step_size == 1


def test_the_first_element_with_a_dimension_wins():
    text = """{"id": "t", "currency": "EUR", "elements": [
        {"price_components": [{"type": "TIME", "price": 1}, {"type": "TIME", "price": 2}]},
        {"price_components": [{"type": "TIME", "price": 3}, {"type": "FLAT", "price": 4}]}]}"""
    parsed = tariff.parse(jsontext.parse(text))
    assert parsed.active("TIME").price == (1, 1)
    assert parsed.active("FLAT").price == (4, 1)
    assert parsed.active("ENERGY") is None


def test_what_does_not_change_the_price_is_accepted():
    more = """, "country_code": "DE", "party_id": "KTP", "type": "REGULAR", "tariff_alt_text": [],
        "energy_mix": {}, "tariff_alt_url": "https://example.com", "last_updated": "2026-01-01T00:00:00Z",
        "tax_included": "NO",
        "start_date_time": "2026-01-01T00:00:00Z", "end_date_time": "2026-12-31T00:00:00Z" """
    assert tariff.parse(document(more=more)).id == "t"


def test_what_is_not_supported_yet_is_refused_and_never_priced():
    assert problems(document(more=', "min_price": {"excl_vat": 1}')) == ["/min_price: not supported yet"]
    assert problems(document(more=', "max_price": {"excl_vat": 1}')) == ["/max_price: not supported yet"]
    for answer in ('"YES"', '"N/A"', "true"):
        refused = problems(document(more=', "tax_included": %s' % answer))
        assert refused == ["/tax_included: only NO is supported yet"]
    restricted = document()
    restricted["elements"][0]["restrictions"] = {"min_kwh": 3}
    assert problems(restricted) == ["/elements/0/restrictions: not supported yet"]
    parking = document('{"type": "PARKING_TIME", "price": 2}')
    assert problems(parking) == ["/elements/0/price_components/0/type: PARKING_TIME is not supported yet"]


def test_an_empty_restriction_restricts_nothing():
    given = document()
    given["elements"][0]["restrictions"] = {}
    assert tariff.parse(given).active("ENERGY").price == (49, 100)


def test_every_problem_is_listed_with_its_path():
    components = """{"type": "ENERGY", "prize": 0.49}, {"type": "HEAT", "price": -1},
        {"type": "FLAT", "price": true, "vat": 101, "step_size": 1.5}, 7"""
    given = document(components, ', "min_price": 1, "curency": "EUR"')
    given["currency"] = "EURO"
    given["id"] = ""
    given["elements"].append({})
    path = "/elements/0/price_components/"
    found = problems(given)
    assert [problem.split(": ")[0] for problem in found] == [
        "/curency", "/id", "/currency", "/min_price", path + "0/price", path + "0/prize", path + "1/type",
        path + "1/price", path + "2/price", path + "2/vat", path + "2/step_size", path + "3",
        "/elements/1/price_components",
    ]  # fmt: skip
    assert "spelling" in found[0] and "'EURO'" in found[2] and "'HEAT'" in found[6]


def test_what_is_no_tariff_at_all_is_refused():
    assert problems([]) == ["the tariff has to be a JSON object"]
    assert problems({}) == ["/id: missing", "/currency: missing", "/elements: missing"]
    for elements in ([], {}, "x", [[]], [{"price_components": []}], [{"price_components": {}}]):
        given = document()
        given["elements"] = elements
        assert len(problems(given)) == 1, elements


def test_a_float_is_refused_for_it_is_not_what_the_text_said():
    given = document()
    given["elements"][0]["price_components"][0]["price"] = 0.5
    path = "/elements/0/price_components/0/price"
    assert problems(given)[0] == path + ": has to be a number, exact as it stands in the JSON text"


def test_the_highest_prices_and_rates_are_still_accepted():
    component = tariff.parse(document('{"type": "FLAT", "price": 1000000, "vat": 100}')).active("FLAT")
    assert component.gross_price() == (2000000, 1)
    for price in ("1000000.01", "-0.01"):
        assert len(problems(document('{"type": "FLAT", "price": %s}' % price))) == 1


def test_a_price_that_no_canonical_form_can_hold_is_refused():
    found = problems(document('{"type": "ENERGY", "price": 0.1234567890123456}'))
    assert len(found) == 1 and "canonical" in found[0]
