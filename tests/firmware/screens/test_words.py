"""What drivers read of prices, conditions and bills, in three languages.

The place keeps Central European Time; 2026-03-27 is a Friday.
"""

from firmware.crypto import jsontext
from firmware.pricing import calendar, quote, tariff
from firmware.screens import catalogue, words

ZONE = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
NOON = "2026-03-27T11:00:00Z"


def told(elements, language="en", currency="EUR", at=NOON, limits=""):
    """Return the lines of the welcome for elements in JSON, without its title."""
    text = '{"id": "t", "currency": "%s", "elements": [%s]%s}' % (currency, elements, limits)
    utc_s = calendar.parse_utc(at)
    entries = quote.entries(tariff.parse(jsontext.parse(text)), ZONE, utc_s)
    lines = words.quote(entries, currency, language, ZONE, utc_s)
    return catalogue.screen("welcome", language, {"quote": lines})["lines"][1:]


def priced(components, language="en", currency="EUR"):
    """Return the lines of one element without restrictions."""
    return told('{"price_components": [%s]}' % components, language, currency)


def test_each_dimension_has_its_unit_in_each_language():
    components = (
        '{"type": "FLAT", "price": 1}, {"type": "TIME", "price": 3}, {"type": "PARKING_TIME", "price": 6}'
    )
    components += ', {"type": "ENERGY", "price": 0.49}'
    assert priced(components) == ["0.49 EUR/kWh", "0.05 EUR/min", "Idle fee 0.10 EUR/min", "1.00 EUR/session"]
    assert priced(components, "de") == [
        "0,49 EUR/kWh", "0,05 EUR/min", "Blockiergebühr", "0,10 EUR/min", "1,00 EUR/Ladevorgang",
    ]  # fmt: skip
    assert priced(components, "fr") == [
        "0,49 EUR/kWh", "0,05 EUR/min", "Occupation 0,10 EUR/min", "1,00 EUR/recharge",
    ]  # fmt: skip


def test_prices_include_vat():
    # 0.41 * 1.19 = 0.4879, 0.3999 * 1.2 = 0.47988.
    assert priced('{"type": "ENERGY", "price": 0.41, "vat": 19}') == ["0.4879 EUR/kWh"]
    assert priced('{"type": "ENERGY", "price": 0.3999, "vat": 20}') == ["0.4799 EUR/kWh"]


def test_a_minute_that_has_no_short_price_is_told_per_hour_too():
    assert priced('{"type": "TIME", "price": 2.5}') == ["0.0417 EUR/min", "(2.50 EUR/h)"]
    assert priced('{"type": "TIME", "price": 0.75}') == ["0.0125 EUR/min"]


def test_currencies_without_cents():
    assert priced('{"type": "ENERGY", "price": 43}', currency="JPY") == ["43 JPY/kWh"]
    assert priced('{"type": "ENERGY", "price": 43.5}', currency="JPY") == ["43.5 JPY/kWh"]


ENERGY = '{"price_components": [{"type": "ENERGY", "price": %s}], "restrictions": {%s}}'


def test_changes_say_when_and_on_another_day_which():
    elements = ENERGY % ("0.59", '"start_time": "17:00", "end_time": "00:00"') + ", " + ENERGY % ("0.39", "")
    assert told(elements) == [
        "0.39 EUR/kWh", "from 17:00: 0.59 EUR/kWh", "from Sat 00:00:", "0.39 EUR/kWh",
    ]  # fmt: skip
    assert told(elements, "de")[1:] == ["ab 17:00: 0,59 EUR/kWh", "ab Sa 00:00:", "0,39 EUR/kWh"]
    assert told(elements, "fr")[2:] == ["dès sam 00:00:", "0,39 EUR/kWh"]


def test_conditions_are_said_in_words():
    cases = (
        ('"min_kwh": 5', "from 5 kWh", "ab 5 kWh", "dès 5 kWh"),
        ('"max_kwh": 20.5', "up to 20.5 kWh", "bis 20,5 kWh", "jusqu'à 20,5 kWh"),
        ('"min_kwh": 5, "max_kwh": 20', "5 kWh to 20 kWh", "5 kWh bis 20 kWh", "de 5 kWh à 20 kWh"),
        ('"max_power": 11', "below 11 kW", "unter 11 kW", "moins de 11 kW"),
        ('"min_current": 32', "from 32 A", "ab 32 A", "dès 32 A"),
        ('"min_duration": 14400', "after 4 h", "nach 4 h", "après 4 h"),
        ('"max_duration": 5400', "up to 90 min", "bis 90 min", "jusqu'à 90 min"),
        ('"max_duration": 75', "up to 75 s", "bis 75 s", "jusqu'à 75 s"),
    )
    for restriction, english, german, french in cases:
        element = ENERGY % ("0.39", restriction)
        assert " ".join(told(element)) == english + ": 0.39 EUR/kWh"
        assert " ".join(told(element, "de")) == german + ": 0,39 EUR/kWh"
        assert " ".join(told(element, "fr")) == french + ": 0,39 EUR/kWh"


def test_what_holds_otherwise_is_said():
    elements = ENERGY % ("0.39", '"max_kwh": 20') + ", " + ENERGY % ("0.59", "")
    for language, said in (
        ("en", "otherwise: 0.59 EUR/kWh"), ("de", "sonst: 0,59 EUR/kWh"), ("fr", "sinon: 0,59 EUR/kWh"),
    ):  # fmt: skip
        assert told(elements, language)[-1] == said


def test_limits_are_told_last():
    limits = (
        ', "min_price": {"excl_vat": 1, "incl_vat": 1.19}, "max_price": {"excl_vat": 20, "incl_vat": 23.8}'
    )
    lines = told('{"price_components": [{"type": "ENERGY", "price": 1}]}', "de", limits=limits)
    assert lines == ["1,00 EUR/kWh", "Mindestens 1,19 EUR", "Höchstens 23,80 EUR"]


def test_conditions_of_a_bill_are_said_too():
    texts = catalogue.texts_of("en")
    why = [
        ["weekday", 0b0111110, None],
        ["time", 61200, 86400],
        ["date", None, 20545],
        ["energy", "0.5", None],
    ]
    # 20545 days after 1970-01-01 is 2026-04-02, the first day that no longer counts.
    assert (
        words.conditions(texts, "en", why) == "Mon-Fri, 17:00 to 24:00, until 2026-04-01, from 0.5\u00a0kWh"
    )
    for mask, said in ((0b1000001, "Sat, Sun"), (0b1111111, "Mon-Sun"), (0b0101010, "Mon, Wed, Fri")):
        assert words.condition(texts, "en", ("weekday", mask, None)) == said
    assert words.condition(texts, "en", ("brand", "VISA", None)) == "with VISA"
    assert words.condition(texts, "en", ("idle_time", 600, None)) == "after 10\u00a0min idle"


def test_a_bill_is_told_a_line_each_with_gross_prices():
    lines = [
        {"dimension": "ENERGY", "quantity": "11", "unit_price": "0.49", "vat": "19", "gross_minor": 641},
        {"dimension": "TIME", "quantity": "1801/3600", "unit_price": "6", "vat": None, "gross_minor": 300},
        {"dimension": "PARKING_TIME", "quantity": "0.5", "unit_price": "6", "vat": "0", "gross_minor": 300},
        {"dimension": "DISCOUNT", "discount": {"name": "Inn"}, "vat": "19", "gross_minor": -119},
    ]
    said = [line.replace("\u00a0", " ") for line in words.bill({"lines": lines, "currency": "EUR"}, "en")]
    assert said == [
        "11 kWh × 0.5831 EUR: 6.41 EUR",
        "0:30:01 × 0.10 EUR/min: 3.00 EUR",
        "Idle fee 0:30:00 × 0.10 EUR/min: 3.00 EUR",
        "Discount Inn: -1.19 EUR",
    ]


def test_prices_that_include_tax_are_told_as_they_are():
    line = {"dimension": "ENERGY", "quantity": "1", "unit_price": "0.59", "vat": "19", "gross_minor": 59}
    told_lines = words.bill({"lines": [line], "currency": "EUR", "tax": "YES"}, "de")
    assert told_lines[0].replace("\u00a0", " ") == "1 kWh × 0,59 EUR: 0,59 EUR"


def test_a_bill_that_ends_at_the_last_good_reading_says_so():
    line = {"dimension": "ENERGY", "quantity": "1", "unit_price": "0.59", "vat": "19", "gross_minor": 59}
    receipt = {"lines": [line], "currency": "EUR", "tax": "YES", "flags": ["resumed"]}
    assert len(words.bill(receipt, "en")) == 1
    for flag in words.METER_FLAGS:
        told = words.bill(dict(receipt, flags=["power_loss", flag]), "en")
        assert " ".join(told[1:]) == "Meter fault: billed up to its last good reading"


def test_notes_have_their_lines():
    for language in catalogue.LANGUAGES:
        for key in ("no_clock", "no_price", "meter"):
            assert all(0 < len(line) <= catalogue.WIDTH for line in words.note(key, language))
