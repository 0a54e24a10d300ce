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


def restricted(restrictions):
    """Return the document of a tariff with an element under some restrictions."""
    given = document()
    given["elements"][0]["restrictions"] = jsontext.parse(restrictions)
    return given


def problems(given):
    """Return why a tariff is refused."""
    return raises(PricingError, tariff.parse, given).problems


def first(given):
    """Return the first component of a tariff."""
    return tariff.parse(given).elements[0].components[0]


def test_numbers_stay_exact():
    component = first(document())
    assert (component.price, component.vat_percent, component.step_size) == ((49, 100), (19, 1), 1)
    assert tariff.net_price(component, "NO") == (49, 100)
    assert tariff.gross_price(component, "NO") == (5831, 10000)


def test_a_stated_price_is_net_or_gross_as_tax_included_says():
    component = first(document('{"type": "TIME", "price": 2.38, "vat": 19}'))
    assert tariff.gross_price(component, "YES") == (119, 50)
    assert tariff.net_price(component, "YES") == (2, 1)
    assert tariff.net_price(component, "N/A") == tariff.gross_price(component, "N/A") == (119, 50)


def test_the_hash_is_of_the_canonical_form():
    given = document()
    parsed = tariff.parse(given)
    assert parsed.hash == hashlib.sha256(canonical.encode(given)).digest().hex()
    assert (parsed.id, parsed.currency, parsed.tax) == ("t", "EUR", "NO")


def test_a_component_without_vat_bears_none_and_without_step_size_has_one():
    component = first(document('{"type": "TIME", "price": 2}'))
    assert (component.vat_percent, component.step_size) == (None, 1)
    assert tariff.gross_price(component, "NO") == tariff.net_price(component, "YES") == (2, 1)


def test_null_is_as_good_as_missing():
    given = document('{"type": "TIME", "price": 2, "vat": null, "step_size": null}', ', "min_price": null')
    given["elements"][0]["restrictions"] = None
    assert first(given).step_size == 1


def test_of_two_components_of_one_dimension_the_first_counts():
    parsed = tariff.parse(document('{"type": "TIME", "price": 1}, {"type": "TIME", "price": 2}'))
    assert len(parsed.elements[0].components) == 2
    assert parsed.elements[0].component("TIME").price == (1, 1)
    assert parsed.elements[0].component("FLAT") is None


def test_restrictions_become_conditions():
    read = """{"start_time": "22:00", "end_time": "06:30", "start_date": "2026-03-28",
        "end_date": "2026-03-30", "day_of_week": ["SATURDAY", "SUNDAY"], "min_kwh": 0.5,
        "max_kwh": 20, "max_current": 32.5, "min_power": 11, "min_duration": 60, "max_duration": 3600}"""
    # 2026-03-28 is day 20540 after 1970-01-01 (date -d 2026-03-28 +%s, / 86400); Sunday is bit 0.
    assert tariff.parse(restricted(read)).elements[0].conditions == (
        ("time", 79200, 23400), ("date", 20540, 20542), ("weekday", 65, None), ("energy", (1, 2), (20, 1)),
        ("current", None, (65, 2)), ("power", (11, 1), None), ("duration", 60, 3600),
    )  # fmt: skip


def test_one_time_alone_runs_from_or_to_midnight_and_an_end_of_0000_is_the_midnight_after():
    for read, window in (
        ('{"start_time": "22:00"}', (79200, 86400)),
        ('{"end_time": "06:00"}', (0, 21600)),
        ('{"start_time": "22:00", "end_time": "00:00"}', (79200, 86400)),
        ('{"start_time": "00:00", "end_time": "00:00"}', (0, 86400)),
        ('{"start_time": "08:00", "end_time": "08:00"}', (28800, 28800)),
    ):
        assert tariff.parse(restricted(read)).elements[0].conditions == (("time",) + window,)


def test_empty_restrictions_restrict_nothing():
    for read in ("{}", '{"day_of_week": []}', '{"min_kwh": null}'):
        assert tariff.parse(restricted(read)).elements[0].conditions == ()


def test_price_limits_are_read_in_both_forms_with_and_without_tax_included():
    for net, gross in (("excl_vat", "incl_vat"), ("before_taxes", "after_taxes")):
        for tax in ("", ', "tax_included": "YES"'):
            more = ', "min_price": {"%s": 0.5, "%s": 0.55}, "max_price": {"%s": 10}' % (net, gross, net)
            parsed = tariff.parse(document(more=more + tax))
            assert parsed.min_price == ((1, 2), (11, 20))
            assert parsed.max_price == ((10, 1), None)


def test_a_limit_that_lists_its_taxes_has_a_gross_amount():
    taxes = '[{"name": "VAT", "amount": 0.075}, {"name": "city", "amount": 0.025}]'
    parsed = tariff.parse(document(more=', "min_price": {"before_taxes": 0.5, "taxes": %s}' % taxes))
    assert parsed.min_price == ((1, 2), (3, 5))
    # The amount after taxes says it itself.
    more = ', "min_price": {"before_taxes": 0.5, "after_taxes": 0.7, "taxes": %s}' % taxes
    assert tariff.parse(document(more=more)).min_price == ((1, 2), (7, 10))


def test_impossible_price_limits_are_refused():
    for more, path in (
        (', "min_price": {"excl_vat": 2, "incl_vat": 1}', "/min_price/incl_vat"),
        (', "min_price": {}', "/min_price/excl_vat"),
        (', "max_price": {"excl_vat": 2, "after_taxes": 3}', "/max_price/excl_vat"),
        (', "max_price": 7', "/max_price"),
        (', "max_price": {"before_taxes": 2, "taxes": [{"name": "VAT"}]}', "/max_price/taxes/0/amount"),
        (', "min_price": {"excl_vat": 2}, "max_price": {"excl_vat": 1}', "/max_price"),
    ):
        assert path in [problem.split(": ")[0] for problem in problems(document(more=more))], more


def test_validity_and_texts_are_read():
    more = """, "country_code": "DE", "party_id": "KTP", "type": "REGULAR", "energy_mix": {},
        "tariff_alt_text": [{"language": "de", "text": "Parken frei"}], "preauthorize_amount": 50,
        "tariff_alt_url": "https://example.com", "last_updated": "2026-01-01T00:00:00Z",
        "tax_included": "N/A", "start_date_time": "2026-01-01T00:00:00",
        "end_date_time": "2026-01-01T02:00:01.5+02:00" """
    parsed = tariff.parse(document(more=more))
    assert parsed.starts_utc_s == 1767225600 and parsed.ends_utc_s == 1767225601
    assert (parsed.alt_text, parsed.tax) == ((("de", "Parken frei"),), "N/A")


def test_impossible_restrictions_are_refused_with_their_path():
    for read, key in (
        ('{"start_time": "24:00"}', "start_time"),
        ('{"end_time": "7:30"}', "end_time"),
        ('{"start_date": "2026-02-29"}', "start_date"),
        ('{"start_date": "2026-03-01", "end_date": "2026-03-01"}', "end_date"),
        ('{"day_of_week": ["MONDAG"]}', "day_of_week"),
        ('{"day_of_week": "MONDAY"}', "day_of_week"),
        ('{"min_kwh": 5, "max_kwh": 5}', "max_kwh"),
        ('{"min_kwh": -1}', "min_kwh"),
        ('{"max_power": "11"}', "max_power"),
        ('{"min_duration": 1.5}', "min_duration"),
        ('{"min_duration": 60, "max_duration": 60}', "max_duration"),
        ('{"reservation": "YES"}', "reservation"),
        ('{"min_kWh": 5}', "min_kWh"),
        ("[]", ""),
    ):
        found = problems(restricted(read))
        path = "/elements/0/restrictions" + ("/" + key if key else "")
        assert [problem.split(": ")[0] for problem in found] == [path], (read, found)


def test_a_slip_of_the_hand_is_answered_with_the_key_that_was_meant():
    assert "did you mean min_kwh?" in problems(restricted('{"min_kWh": 5}'))[0]
    for key, right in (("dayOfWeek", "day_of_week"), ("Max_Duration", "max_duration")):
        assert problems(restricted('{"%s": 5}' % key))[0].endswith("did you mean %s?" % right)
    assert "did you mean currency?" in problems(document(more=', "curency": "EUR"'))[0]


def test_every_problem_is_listed_with_its_path():
    components = """{"type": "ENERGY", "prize": 0.49}, {"type": "HEAT", "price": -1},
        {"type": "FLAT", "price": true, "vat": 101, "step_size": 1.5}, 7, {}"""
    given = document(components, ', "min_price": 1, "curency": "EUR"')
    given["currency"] = "EURO"
    given["id"] = ""
    given["elements"].append({})
    path = "/elements/0/price_components/"
    assert sorted([problem.split(": ")[0] for problem in problems(given)]) == sorted([
        "/curency", "/id", "/currency", "/min_price", path + "0/price", path + "0/prize", path + "1/type",
        path + "1/price", path + "2/price", path + "2/vat", path + "2/step_size", path + "3",
        path + "4/type", path + "4/price", "/elements/1/price_components",
    ])  # fmt: skip


def test_what_is_no_tariff_at_all_is_refused():
    assert problems([]) == ["the tariff has to be a JSON object"]
    assert problems({}) == ["/id: missing", "/currency: missing", "/elements: missing"]
    for elements in ([], {}, "x", [[]], [{"price_components": []}], [{"price_components": {}}]):
        given = document()
        given["elements"] = elements
        assert len(problems(given)) == 1, elements


def test_ten_thousand_elements_are_refused_at_once():
    given = document()
    given["elements"] = given["elements"] * 10000
    assert problems(given) == ["/elements: has 10000 entries; at most 500 are read"]


def test_a_float_is_refused_for_it_is_not_what_the_text_said():
    given = document()
    given["elements"][0]["price_components"][0]["price"] = 0.5
    path = "/elements/0/price_components/0/price"
    assert problems(given)[0] == path + ": has to be a number, exact as it stands in the JSON text"


def test_the_highest_prices_and_rates_are_still_accepted():
    component = first(document('{"type": "FLAT", "price": 1000000, "vat": 100}'))
    assert tariff.gross_price(component, "NO") == (2000000, 1)
    for price in ("1000000.01", "-0.01"):
        assert len(problems(document('{"type": "FLAT", "price": %s}' % price))) == 1


def test_a_price_that_no_canonical_form_can_hold_is_refused():
    found = problems(document('{"type": "ENERGY", "price": 0.1234567890123456}'))
    assert len(found) == 1 and "canonical" in found[0]
