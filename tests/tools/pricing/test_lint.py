"""Each rule of the lint finds its case and says where; a sound tariff has nothing said against it.

It does not know files and output.
"""

from typing import Any

import pytest

from firmware.crypto import jsontext
from firmware.pricing import calendar
from tools.pricing import lint

NOW_S = calendar.parse_utc("2026-11-20T12:00:00Z")
ENERGY = '{"type": "ENERGY", "price": 0.5, "vat": 19, "step_size": 1}'
TIME = '{"type": "TIME", "price": 3, "vat": 19, "step_size": 60}'
PARKING = '{"type": "PARKING_TIME", "price": 6, "vat": 19, "step_size": 60}'
SOUND = "2027-01-01T00:00:00Z"


def element(components: str, restrictions: str = "") -> str:
    return '{"price_components": [%s], "restrictions": {%s}}' % (components, restrictions)


def findings(*elements: str, more: str = "", **options: Any) -> list[tuple[str, str, str]]:
    """Return (level, rule, path) of what is found; the tariff has an end unless `more` says otherwise."""
    text = '{"id": "t", "currency": "EUR", %s "elements": [%s]}'
    document = jsontext.parse(text % (more or f'"end_date_time": "{SOUND}",', ", ".join(elements)))
    return [found[:3] for found in lint.check(document, NOW_S, **options)]


def said(*elements: str, rule: str, more: str = "") -> list[str]:
    """Return the sentences of one rule."""
    text = '{"id": "t", "currency": "EUR", %s "elements": [%s]}'
    found = lint.check(jsontext.parse(text % (more, ", ".join(elements))), NOW_S)
    return [finding.what for finding in found if finding.rule == rule]


def test_a_sound_tariff_has_nothing_said_against_it() -> None:
    assert findings(element(ENERGY)) == []


def test_every_problem_of_the_parser_is_an_error_with_its_path() -> None:
    found = findings(element('{"type": "ENERGIE", "prise": 1}'), element(ENERGY, '"start_tme": "12:00"'))
    path = "/elements/0/price_components/0"
    assert [one[:2] for one in found] == [("error", "refused")] * 4
    assert [one[2] for one in found] == [
        f"{path}/price",
        f"{path}/prise",
        f"{path}/type",
        "/elements/1/restrictions/start_tme",
    ]


def test_a_misspelt_key_is_told_with_the_right_one() -> None:
    assert any(
        "did you mean start_time?" in one for one in said(element(ENERGY, '"start_tme": "1"'), rule="refused")
    )


@pytest.mark.parametrize(
    ("earlier", "later", "is_shadowed"),
    [
        ("", '"min_kwh": 5', True),
        ('"start_time": "08:00", "end_time": "20:00"', '"start_time": "10:00", "end_time": "12:00"', True),
        ('"start_time": "22:00", "end_time": "06:00"', '"start_time": "23:00", "end_time": "05:30"', True),
        ('"start_time": "22:00", "end_time": "06:00"', '"start_time": "23:00", "end_time": "06:01"', False),
        ('"max_kwh": 20', '"max_kwh": 20.001', False),
        ('"day_of_week": ["MONDAY"]', '"start_date": "2026-11-23", "end_date": "2026-11-24"', True),
        ('"day_of_week": ["MONDAY"]', '"start_date": "2026-11-23", "end_date": "2026-11-25"', False),
    ],
)
def test_an_element_behind_another_is_found_unless_one_moment_is_its_own(
    earlier: str, later: str, is_shadowed: bool
) -> None:
    found = findings(element(ENERGY, earlier), element(ENERGY, later), element(ENERGY))
    expected = [("warning", "unreachable", "/elements/1")] if is_shadowed else []
    if not earlier:
        expected.append(("warning", "unreachable", "/elements/2"))
    assert found == expected


def test_elements_that_only_together_forestall_a_third_are_found() -> None:
    morning, evening = '"end_time": "12:00"', '"start_time": "12:00"'
    found = findings(element(ENERGY, morning), element(ENERGY, evening), element(ENERGY))
    assert found == [("warning", "unreachable", "/elements/2")]


def test_only_the_dimension_that_is_never_used_is_named() -> None:
    told = said(element(ENERGY), element(ENERGY + "," + PARKING), rule="unreachable")
    assert told == ["ENERGY of it is never used: earlier elements always come first; move it up or remove it"]


@pytest.mark.parametrize(
    "restrictions",
    [
        '"start_time": "12:00", "end_time": "12:00"',
        '"start_date": "2026-12-25", "end_date": "2026-12-26", "day_of_week": ["MONDAY"]',
        '"end_date": "2026-11-01"',
        '"start_date": "2027-02-01"',
    ],
)
def test_conditions_that_never_hold_are_found(restrictions: str) -> None:
    assert findings(element(ENERGY, restrictions), element(ENERGY)) == [("warning", "never", "/elements/0")]


def test_a_parked_vehicle_draws_no_power() -> None:
    found = findings(element(PARKING, '"min_power": 1'), element(ENERGY))
    assert found == [("warning", "never", "/elements/0")]


def test_a_price_of_reservations_is_noted_and_closes_no_gap() -> None:
    found = findings(element(TIME, '"reservation": "RESERVATION"'), element(ENERGY, '"max_kwh": 50'))
    assert ("note", "reservation", "/elements/0") in found
    assert ("warning", "gap", "/elements") in found


def test_gaps_are_told_to_the_minute_and_the_wh() -> None:
    told = said(
        element(ENERGY, '"start_time": "08:15", "end_time": "20:00", "day_of_week": ["MONDAY", "TUESDAY"]'),
        element(ENERGY, '"min_kwh": 10.5'),
        rule="gap",
    )
    assert [one.split(": ", 1)[1].split(";")[0] for one in told] == [
        "Wednesday to Sunday, less than 10.5 kWh",
        "Monday and Tuesday, 20:00 to 08:15, less than 10.5 kWh",
    ]


def test_time_that_is_priced_is_no_gap_but_free_energy_is_noted() -> None:
    found = findings(element(ENERGY, '"max_kwh": 10'), element(TIME), power_w=11000)
    assert found == [("note", "gap", "/elements")]


def test_a_tariff_of_a_fee_alone_is_noted() -> None:
    found = findings(element('{"type": "FLAT", "price": 1, "vat": 19}'), power_w=11000)
    assert found == [("note", "gap", "/elements")]


def test_a_second_component_of_one_dimension_is_found() -> None:
    assert findings(element(ENERGY + "," + ENERGY)) == [
        ("warning", "duplicate", "/elements/0/price_components/1")
    ]


def test_a_step_is_told_by_what_it_is_worth() -> None:
    long = element('{"type": "ENERGY", "price": 0.5, "vat": 20, "step_size": 1000}')
    assert said(long, rule="step") == [
        "ENERGY is billed in full steps of 1 kWh: up to 0.6 EUR more than was used"
    ]
    assert findings(long) == [("warning", "step", "/elements/0")]
    assert findings(element(ENERGY.replace('"step_size": 1', '"step_size": 10'))) == [
        ("note", "step", "/elements/0")
    ]


def test_steps_that_depend_on_what_comes_last_are_noted() -> None:
    found = findings(element(ENERGY + "," + TIME), element(PARKING.replace("60", "1")), power_w=11000)
    assert ("note", "step", "/elements") in found


def test_a_missing_vat_is_found_unless_there_is_no_tax() -> None:
    bare = element('{"type": "ENERGY", "price": 0.5, "step_size": 1}')
    assert findings(bare) == [("warning", "vat", "/elements/0")]
    assert findings(bare, more=f'"tax_included": "N/A", "end_date_time": "{SOUND}",') == []
    taxed = findings(element(ENERGY), more=f'"tax_included": "N/A", "end_date_time": "{SOUND}",')
    assert taxed == [("note", "vat", "/elements/0")]


def test_validity_is_judged_at_the_moment_that_is_given() -> None:
    assert findings(element(ENERGY), more='"country_code": "DE",') == [("note", "validity", "")]
    assert findings(element(ENERGY), more='"end_date_time": "2026-11-20T12:00:00Z",') == [
        ("warning", "validity", "")
    ]
    later = '"start_date_time": "2026-11-20T12:00:01Z", "end_date_time": "2027-01-01T00:00:00Z",'
    assert findings(element(ENERGY), more=later) == [("note", "validity", "")]


def test_the_display_rule_is_an_error_for_a_fast_charger_and_a_note_for_one_unknown() -> None:
    assert findings(element(ENERGY + "," + TIME), power_w=50000) == [("error", "display", "/elements/0")]
    assert findings(element(ENERGY + "," + TIME), power_w=49999) == []
    assert findings(element(ENERGY + "," + TIME)) == [("note", "display", "")]


def test_tariffs_of_ocpp_are_judged_with_their_own_paths() -> None:
    text = """{"tariffId": "t", "currency": "EUR",
        "energy": {"taxRates": [{"type": "VAT", "tax": 19}], "prices": [
        {"priceKwh": 1, "conditions": {"evseKind": "AC"}}, {"priceKwh": 1}, {"priceKwh": 2}]}}"""
    found = lint.check(jsontext.parse(text), NOW_S, evse_kind="DC")
    assert [one[:3] for one in found] == [
        ("warning", "unreachable", "/energy/prices/2"),
        ("note", "validity", ""),
    ]
