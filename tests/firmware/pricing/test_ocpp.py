"""Tariffs of OCPP 2.1 become the model of OCPI's and come back; what neither can say is refused.

The fields are those of the JSON schema of SetDefaultTariffRequest, OCPP 2.1. Sums are worked out by hand.
"""

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import calendar, cdr, conditions, engine, ocpp, tariff
from tests.portable import raises

HEAD = '{"tariffId": "T1", "currency": "EUR", %s}'


def read(members, evse_kind=None):
    """Return the tariff of some members, as they are read from JSON."""
    return ocpp.parse(jsontext.parse(HEAD % members), evse_kind)


def refused(members):
    """Return why a tariff is refused."""
    return raises(PricingError, read, members).problems


def energy(price, more=""):
    return '"energy": {"prices": [%s]%s}' % (price, more)


def test_it_is_told_from_a_tariff_of_ocpi_by_its_fields():
    assert ocpp.is_ocpp({"tariffId": "T1"})
    assert ocpp.is_ocpp({"idleTime": {}})
    assert not ocpp.is_ocpp({"id": "T1", "elements": []})
    assert not ocpp.is_ocpp([])


def test_prices_a_minute_become_prices_an_hour_and_nothing_has_steps():
    parsed = read(
        '"chargingTime": {"prices": [{"priceMinute": 0.05}]}, "idleTime": {"prices": [{"priceMinute": 1}]}'
    )
    found = [
        (part.dimension, part.price, part.step_size) for one in parsed.elements for part in one.components
    ]
    assert found == [("TIME", (3, 1), 0), ("PARKING_TIME", (60, 1), 0)]


def test_limits_in_wh_and_w_become_kwh_and_kw():
    stated = '"minEnergy": 20000, "maxEnergy": 50500, "minPower": 11000, "maxCurrent": 32, "minIdleTime": 900'
    element = read(energy('{"priceKwh": 1, "conditions": {%s}}' % stated)).elements[0]
    assert element.conditions == (
        (conditions.ENERGY, (20, 1), (101, 2)),
        (conditions.CURRENT, None, (32, 1)),
        (conditions.POWER, (11, 1), None),
        (conditions.IDLE_TIME, 900, None),
    )


def test_times_days_and_dates_are_those_of_ocpi():
    stated = '"startTimeOfDay": "22:00", "endTimeOfDay": "06:00", "dayOfWeek": ["Monday", "Sunday"], '
    stated += '"validFromDate": "1970-01-02", "validToDate": "1970-01-11"'
    element = read(energy('{"priceKwh": 1, "conditions": {%s}}' % stated)).elements[0]
    assert element.conditions == (
        (conditions.TIME, 79200, 21600),
        (conditions.DATE, 1, 10),
        (conditions.WEEKDAY, 0b11, None),
    )


def test_an_end_of_midnight_is_the_end_of_the_day():
    element = read(
        energy('{"priceKwh": 1, "conditions": {"startTimeOfDay": "20:00", "endTimeOfDay": "00:00"}}')
    )
    assert element.elements[0].conditions == ((conditions.TIME, 72000, 86400),)


def test_taxes_of_one_level_add_up_and_further_levels_are_taxed_on_top():
    rates = ', "taxRates": [{"type": "City", "tax": 2}, {"type": "State", "tax": 8}, '
    parsed = read(energy('{"priceKwh": 1}', rates + '{"type": "Federal", "tax": 5, "stack": 1}]'))
    # 1.10 * 1.05 = 1.155
    assert parsed.elements[0].components[0].vat_percent == (31, 2)
    assert tariff.gross_price(parsed.elements[0].components[0], parsed.tax) == (231, 200)
    assert parsed.taxes == (("energy", (("City", (2, 1), 0), ("State", (8, 1), 0), ("Federal", (5, 1), 1))),)


def test_a_limit_with_taxes_limits_net_and_gross():
    parsed = read(
        energy('{"priceKwh": 1}') + ', "minCost": {"exclTax": 2, "taxRates": [{"type": "VAT", "tax": 19}]}'
    )
    assert parsed.min_price == ((2, 1), (119, 50))
    assert parsed.max_price is None


def test_a_fixed_fee_with_conditions_is_decided_at_the_start():
    stated = '{"priceFixed": 2, "conditions": {"startTimeOfDay": "17:00"}}, {"priceFixed": 1}'
    elements = read('"fixedFee": {"prices": [%s]}' % stated).elements
    assert elements[0].conditions == ((conditions.TIME, 61200, 86400), (conditions.DURATION, None, 1))
    assert elements[1].conditions == ()


def test_a_charging_session_never_pays_for_a_reservation():
    parsed = read(energy('{"priceKwh": 1}') + ', "reservationTime": {"prices": [{"priceMinute": 1}]}')
    assert parsed.elements[1].conditions == ((conditions.RESERVATION, "RESERVATION", None),)


def test_how_it_is_paid_is_a_condition():
    stated = '"paymentBrand": "VISA", "paymentRecognition": "CC"'
    element = read(energy('{"priceKwh": 1, "conditions": {%s}}' % stated)).elements[0]
    assert element.conditions == ((conditions.BRAND, "VISA", None), (conditions.RECOGNITION, "CC", None))


def test_conditions_on_how_it_is_paid_hold_where_that_is_known():
    visa = '{"priceKwh": 3, "conditions": {"paymentBrand": "VISA"}}'
    debit = '{"priceKwh": 2, "conditions": {"paymentRecognition": "debit"}}'
    parsed = tariff.parse(jsontext.parse(HEAD % energy(visa + ", " + debit + ', {"priceKwh": 1}')))
    for paid, minor in (
        ((None, None), 1000),
        (("Visa", None), 3000),
        (("visa", "Debit"), 3000),
        (("Maestro", "Debit"), 2000),
        (("Mastercard", None), 1000),
    ):
        session = engine.Engine(parsed, None, None, paid=paid)
        session.add(0, 0)
        session.add(3600000, 10000)
        assert session.gross_minor() == session.copy().gross_minor() == session.bill()["gross_minor"] == minor
    why = engine.Engine(parsed, None, None, paid=("Visa", None))
    why.add(0, 0)
    why.add(1000, 1)
    assert why.bill()["lines"][0]["why"] == [["brand", "VISA", None]]


def test_prices_of_another_kind_of_evse_are_left_out_and_never_guessed():
    members = energy('{"priceKwh": 2, "conditions": {"evseKind": "DC"}}, {"priceKwh": 1}')
    assert [element.prices[1] for element in read(members, "DC").elements] == [2, 1]
    assert [element.prices[1] for element in read(members, "AC").elements] == [1]
    assert refused(members) == [
        "/energy/prices/0/conditions/evseKind: it has to be said whether the charger is AC or DC"
    ]


def test_texts_are_kept_and_pages_are_not():
    shown = '{"format": "UTF8", "language": "en", "content": "Hi"}, {"format": "URI", "content": "https://example.com"}'
    assert read(energy('{"priceKwh": 1}') + ', "description": [%s]' % shown).alt_text == (("en", "Hi"),)


def test_every_problem_is_named_with_its_path():
    members = energy('{"priceKwh": -1, "conditions": {"minEnergie": 1, "minPower": 5, "maxPower": 5}}')
    members += ', "fixedFee": {"prices": [{"priceFixed": 1, "conditions": {"minEnergy": 1}}]}, "maxCost": {}'
    paths = [problem.split(": ")[0] for problem in refused(members)]
    assert paths == [
        "/energy/prices/0/priceKwh",
        "/energy/prices/0/conditions/minEnergie",
        "/energy/prices/0/conditions/maxPower",
        "/fixedFee/prices/0/conditions/minEnergy",
        "/maxCost/exclTax",
    ]
    assert refused('"validFrom": "2026-01-01T00:00:00Z"') == ["/energy: missing, and so is every other price"]


def test_what_was_read_is_written_back():
    window = '"startTimeOfDay": "22:00", "endTimeOfDay": "06:00", "minEnergy": 20500'
    stated = '{"priceKwh": 0.35, "conditions": {%s}}' % window
    members = energy(stated + ', {"priceKwh": 0.49}', ', "taxRates": [{"type": "MwSt", "tax": 19}]')
    members += ', "minCost": {"inclTax": 3, "taxRates": [{"type": "MwSt", "tax": 19}]}'
    members += ', "validFrom": "2026-01-01T00:00:00Z"'
    document = jsontext.parse(HEAD % members)
    assert ocpp.export(ocpp.parse(document)) == document


def test_what_ocpp_cannot_say_is_refused_with_its_reason():
    text = """{"id": "t", "currency": "EUR", "end_date_time": "2026-01-01T00:00:00Z", "elements": [
        {"price_components": [
            {"type": "TIME", "price": 1, "step_size": 300}, {"type": "ENERGY", "price": 1, "vat": 7}]},
        {"price_components": [{"type": "ENERGY", "price": 1}, {"type": "FLAT", "price": 1}],
         "restrictions": {"start_time": "12:00"}}]}"""
    problems = raises(PricingError, ocpp.export, tariff.parse(jsontext.parse(text))).problems
    assert problems == [
        "/energy/taxRates: OCPP has one tax for all its prices; these have several",
        "/chargingTime/prices/0: OCPP has no step_size, so 300 would be lost",
        "/chargingTime/prices/0/priceMinute: 1/60 is no decimal, so it would have to be rounded",
        "/fixedFee/prices/0: OCPP decides a fixed fee at the start; this one may begin in mid-session",
        "/validFrom: OCPP knows no end of a tariff; leave it out and replace the tariff in time",
    ]


def test_a_tariff_of_which_no_price_is_left_is_refused():
    text = """{"id": "t", "currency": "EUR", "elements": [
        {"price_components": [{"type": "ENERGY", "price": 1}],
         "restrictions": {"reservation": "RESERVATION"}}]}"""
    problems = raises(PricingError, ocpp.export, tariff.parse(jsontext.parse(text))).problems
    assert problems == [
        "/elements: no price that OCPP has is left; of a reservation it has time and a fixed fee"
    ]


def test_a_simple_tariff_of_ocpi_can_be_written_for_ocpp():
    text = """{"id": "t", "currency": "EUR", "elements": [{"price_components": [
        {"type": "ENERGY", "price": 0.5, "vat": 19, "step_size": 1},
        {"type": "TIME", "price": 3, "vat": 19}]}]}"""
    taxes = [{"type": "VAT", "tax": 19}]
    assert ocpp.export(tariff.parse(jsontext.parse(text))) == {
        "tariffId": "t",
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": jsontext.Number(5, -1)}], "taxRates": taxes},
        "chargingTime": {"prices": [{"priceMinute": jsontext.Number(5, -2)}], "taxRates": taxes},
    }


def fee(start):
    """Return what a session from a time of day to noon of the next day pays for its fixed fee."""
    parsed = read('"fixedFee": {"prices": [{"priceFixed": 5, "conditions": {"endTimeOfDay": "18:00"}}]}')
    text = """{"end_date_time": "2026-03-28T12:00:00Z", "charging_periods": [{
        "start_date_time": "2026-03-27T%sZ", "dimensions": [{"type": "ENERGY", "volume": 1}]}]}"""
    priced = cdr.price(parsed, jsontext.parse(text % start), calendar.Zone("UTC0"))
    return priced["total_fixed_cost"]["exact"]["excl_vat"]


def test_a_fixed_fee_is_not_asked_for_when_its_time_comes_in_mid_session():
    assert [fee("17:59:59"), fee("18:00:00"), fee("23:59:59")] == ["5", "0", "0"]
