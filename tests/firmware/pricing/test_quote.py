"""The price display as moments, prices and conditions, reckoned by hand. What languages say of them is tested
with the screens.

The place keeps Central European Time; 2026-03-28 is a Saturday, and clocks go forward on the Sunday at 02:00.
"""

from firmware.crypto import jsontext
from firmware.pricing import calendar, quote, ratio, tariff

ZONE = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
ENERGY = '{"price_components": [{"type": "ENERGY", "price": %s}], "restrictions": {%s}}'
TIME = '{"price_components": [{"type": "TIME", "price": %s}], "restrictions": {%s}}'


def tariff_of(*elements, **limits):
    """Return the tariff of elements in JSON."""
    told = "".join([', "%s": %s' % (key, limits[key]) for key in sorted(limits)])
    text = '{"id": "t", "currency": "EUR", "elements": [%s]%s}' % (", ".join(elements), told)
    return tariff.parse(jsontext.parse(text))


def quoted(parsed, at):
    """Return entries with moments as text and prices as decimals."""
    utc_s = None if at is None else calendar.parse_utc(at)
    told = []
    for since_s, dimension, price, conditions in quote.entries(parsed, ZONE, utc_s):
        since = None if since_s is None else ZONE.format_local(since_s)[:16]
        told.append((since, dimension, ratio.text(price), conditions))
    return told


DAY_AND_NIGHT = tariff_of(
    ENERGY % ("0.59", '"start_time": "17:00", "end_time": "21:00"'), ENERGY % ("0.39", "")
)


def test_prices_stand_in_the_order_of_the_law():
    components = ", ".join(
        [
            '{"type": "%s", "price": %d}' % (kind, price)
            for price, kind in enumerate(("FLAT", "PARKING_TIME", "TIME", "ENERGY"))
        ]
    )
    limits = {"max_price": '{"excl_vat": 9, "incl_vat": 9}', "min_price": '{"excl_vat": 1, "incl_vat": 2}'}
    parsed = tariff_of('{"price_components": [%s]}' % components, **limits)
    told = [
        (dimension, price) for _since, dimension, price, _conditions in quoted(parsed, "2026-03-27T12:00:00Z")
    ]
    assert told == [
        ("ENERGY", "3"), ("TIME", "2"), ("PARKING_TIME", "1"), ("FLAT", "0"),
        ("MIN_PRICE", "2"), ("MAX_PRICE", "9"),
    ]  # fmt: skip


def test_what_changes_in_the_next_hours_is_told_once_each():
    assert quoted(DAY_AND_NIGHT, "2026-03-26T15:00:00Z") == [
        (None, "ENERGY", "0.39", ()),
        ("2026-03-26T17:00", "ENERGY", "0.59", ()),
        ("2026-03-26T21:00", "ENERGY", "0.39", ()),
    ]
    # At 17:00 itself the evening has begun; it begins again a day later.
    assert quoted(DAY_AND_NIGHT, "2026-03-26T16:00:00Z") == [
        (None, "ENERGY", "0.59", ()),
        ("2026-03-26T21:00", "ENERGY", "0.39", ()),
        ("2026-03-27T17:00", "ENERGY", "0.59", ()),
    ]


def test_the_day_on_which_clocks_change_has_its_own_hours():
    # From 01:30 UTC, half an hour into daylight time: 17:00 is 15:00 UTC.
    entries = quote.entries(DAY_AND_NIGHT, ZONE, calendar.parse_utc("2026-03-29T01:30:00Z"))
    assert [entry[0] for entry in entries][1] == calendar.parse_utc("2026-03-29T15:00:00Z")
    # A price of 02:30 to 04:00 begins at 03:00 on that day, for 02:30 does not exist.
    night = tariff_of(ENERGY % ("0.20", '"start_time": "02:30", "end_time": "04:00"'), ENERGY % ("0.39", ""))
    assert quoted(night, "2026-03-28T23:00:00Z")[1:] == [
        ("2026-03-29T03:00", "ENERGY", "0.2", ()),
        ("2026-03-29T04:00", "ENERGY", "0.39", ()),
    ]
    # In autumn the hour from 02:00 comes twice, and so does a price of it.
    twice = tariff_of(ENERGY % ("0.20", '"start_time": "02:00", "end_time": "02:30"'), ENERGY % ("0.39", ""))
    moments = [entry[0] for entry in quote.entries(twice, ZONE, calendar.parse_utc("2026-10-24T22:00:00Z"))]
    assert [calendar.format_utc(moment)[11:16] for moment in moments[1:]] == [
        "00:00",
        "00:30",
        "01:00",
        "01:30",
    ]


def test_weekdays_and_dates_change_prices_at_midnight():
    weekend = tariff_of(ENERGY % ("0.29", '"day_of_week": ["SATURDAY", "SUNDAY"]'), ENERGY % ("0.39", ""))
    assert quoted(weekend, "2026-03-27T12:00:00Z") == [
        (None, "ENERGY", "0.39", ()),
        ("2026-03-28T00:00", "ENERGY", "0.29", ()),
    ]
    april = tariff_of(ENERGY % ("0.49", '"start_date": "2026-04-01"'), ENERGY % ("0.39", ""))
    assert quoted(april, "2026-03-31T12:00:00Z")[1:] == [("2026-04-01T00:00", "ENERGY", "0.49", ())]
    assert len(quoted(april, "2026-03-29T12:00:00Z")) == 1


def test_conditions_of_the_session_stay_with_their_price():
    stepped = tariff_of(ENERGY % ("0.39", '"max_kwh": 20.5'), ENERGY % ("0.59", ""), ENERGY % ("0.99", ""))
    assert quoted(stepped, "2026-03-27T12:00:00Z") == [
        (None, "ENERGY", "0.39", (("energy", None, (41, 2)),)),
        (None, "ENERGY", "0.59", ()),
    ]


def test_a_fee_that_ocpp_judges_at_the_start_is_told_without_its_first_second():
    fee = '{"priceFixed": 2, "conditions": {"dayOfWeek": ["Friday"]%s}}'
    text = '{"tariffId": "t", "currency": "EUR", "fixedFee": {"prices": [%s, %s, {"priceFixed": 3}]}}'
    parsed = tariff.parse(jsontext.parse(text % (fee % ', "paymentBrand": "Visa"', fee % "")))
    assert quoted(parsed, "2026-03-27T12:00:00Z") == [
        (None, "FLAT", "2", (("brand", "Visa", None),)),
        (None, "FLAT", "2", ()),
        ("2026-03-28T00:00", "FLAT", "3", ()),
    ]
    short = tariff_of(ENERGY % ("0.39", '"max_duration": 1'), ENERGY % ("0.59", ""))
    assert quoted(short, "2026-03-27T12:00:00Z")[0] == (None, "ENERGY", "0.39", (("duration", None, 1),))


def test_a_price_that_ends_is_told_as_nothing():
    parsed = tariff_of(ENERGY % ("0.39", ""), TIME % ("6", '"start_time": "08:00", "end_time": "20:00"'))
    assert quoted(parsed, "2026-03-27T12:00:00Z")[1:] == [
        (None, "TIME", "6", ()),
        ("2026-03-27T20:00", "TIME", "0", ()),
        ("2026-03-28T08:00", "TIME", "6", ()),
    ]


def test_a_reservation_is_no_price_of_charging():
    parsed = tariff_of(TIME % ("9", '"reservation": "RESERVATION"'), ENERGY % ("0.39", ""))
    assert quoted(parsed, "2026-03-27T12:00:00Z") == [(None, "ENERGY", "0.39", ())]


def test_with_the_clock_unset_no_price_of_a_certain_time_applies():
    assert quoted(DAY_AND_NIGHT, None) == [(None, "ENERGY", "0.39", ())]
    assert quote.is_timed(DAY_AND_NIGHT) and quote.untimed(DAY_AND_NIGHT) == []
    evening = tariff_of(ENERGY % ("0.59", '"start_time": "17:00"'), TIME % ("6", '"start_time": "17:00"'))
    assert quote.untimed(evening) == ["ENERGY", "TIME"]
    assert not quote.is_timed(tariff_of(ENERGY % ("0.59", '"min_kwh": 5')))


def test_a_limit_of_net_alone_is_told_with_the_highest_vat():
    components = '{"type": "ENERGY", "price": 1, "vat": 19}, {"type": "FLAT", "price": 1, "vat": 7}'
    element = '{"price_components": [%s]}' % components
    parsed = tariff_of(element, max_price='{"excl_vat": 10}')
    assert quoted(parsed, "2026-03-27T12:00:00Z")[-1] == (None, "MAX_PRICE", "11.9", ())


def test_the_display_is_made_anew_when_a_price_changes_and_once_a_day():
    now = calendar.parse_utc("2026-03-26T15:00:00Z")
    entries = quote.entries(DAY_AND_NIGHT, ZONE, now)
    assert quote.next_change_s(entries, now) == calendar.parse_utc("2026-03-26T16:00:00Z")
    assert quote.next_change_s([], now) == now + 86400
