"""Tariffs as texts of an OCMF record: the code where it says all, words elsewhere.

It does not know records. Codes follow the Bonn extension as Chargy's documentation of OCMF describes it:
cents, gross; its price has energy in steps of 1 Wh and time in steps of 60 s.
"""

from firmware.crypto import jsontext
from firmware.pricing import tariff
from firmware.receipts import tarifftext
from firmware.screens import words

FLAT = '{"type":"FLAT","price":1,"vat":19,"step_size":1}'
# 0.49 net and 19 % are 58.31 cents.
ENERGY = '{"type":"ENERGY","price":0.49,"vat":19,"step_size":1}'
# 6 an hour are 10 cents a minute, with VAT 11.9.
TIME = '{"type":"TIME","price":6,"vat":19,"step_size":60}'
PARKING = '{"type":"PARKING_TIME","price":6,"vat":19,"step_size":60}'
AFTER = ',"restrictions":{"min_duration":14400}'


def element(components, rest=""):
    return '{"price_components":[%s]%s}' % (components, rest)


def parsed(*elements, **members):
    document = jsontext.parse('{"id":"t","currency":"EUR","elements":[%s]}' % ",".join(elements))
    document.update(members)
    return tariff.parse(document)


def coded(*elements, **members):
    return tarifftext.coded(parsed(*elements, **members))


def test_a_price_of_energy_and_blocking_from_a_minute_on_is_the_first_code():
    assert coded(element(FLAT + "," + ENERGY), element(PARKING, AFTER)) == "001;EUR;119;58.31;11.9;240"
    assert coded(element(ENERGY)) == "001;EUR;0;58.31;0;0"


def test_blocking_after_charging_is_the_second_and_time_alone_the_third():
    assert coded(element(ENERGY), element(PARKING)) == "002;EUR;0;58.31;11.9"
    assert coded(element(FLAT + "," + TIME)) == "003;EUR;119;11.9"


def test_prices_that_include_vat_stay_as_they_are():
    assert coded(element(ENERGY), tax_included="YES") == "001;EUR;0;49;0;0"


def test_what_no_code_says_exactly_has_none():
    at_night = ',"restrictions":{"start_time":"17:00","end_time":"20:00"}'
    for elements in (
        (element(ENERGY, at_night), element(ENERGY)),
        (element(ENERGY), element(TIME)),
        (element(TIME), element(PARKING)),
        (element(ENERGY, AFTER),),
        (element(ENERGY.replace('"step_size":1', '"step_size":1000')),),
        (element(TIME.replace('"step_size":60', '"step_size":1')),),
        (element(ENERGY), element(PARKING, ',"restrictions":{"min_duration":100}')),
        (element(TIME.replace('"price":6', '"price":0.1')),),
        (element(ENERGY), element(PARKING, AFTER), element(PARKING)),
    ):
        assert coded(*elements) is None, elements
    assert coded(element(ENERGY), currency="CHF") is None
    assert coded(element(ENERGY), min_price={"excl_vat": 1}) is None


def test_a_later_element_that_never_counts_changes_nothing():
    assert coded(element(ENERGY), element(ENERGY.replace("0.49", "0.10"))) == "001;EUR;0;58.31;0;0"


def test_the_operators_own_words_come_in_the_language_or_any():
    texts = [{"language": "de", "text": "Abends teurer"}, {"language": "en", "text": "Dear at night"}]
    told = parsed(element(ENERGY), tariff_alt_text=texts)
    assert tarifftext.words(told, "en") == "Dear at night"
    assert tarifftext.words(told, "fr") == "Abends teurer"
    assert tarifftext.words(parsed(element(ENERGY)), "en") is None
    texts[1]["text"] = "x" * 251
    assert tarifftext.words(parsed(element(ENERGY), tariff_alt_text=texts), "en") is None


def test_every_price_is_told_with_its_conditions_where_there_is_no_code():
    at_night = ',"restrictions":{"start_time":"17:00","end_time":"20:00"}'
    told = tarifftext.entries(parsed(element(ENERGY, at_night), element(ENERGY + "," + TIME)))
    texts = words.quote(told, "EUR", "en", None, None)
    assert tarifftext.joined(texts).replace("\u00a0", " ") == (
        "17:00 to 20:00: 0.5831 EUR/kWh; otherwise: 0.5831 EUR/kWh; 0.119 EUR/min"
    )


def test_prices_in_words_are_cut_where_the_text_ends_and_say_so():
    assert tarifftext.joined(["a", "b"]) == "a; b"
    text = tarifftext.joined(["from %02d:00: 0.59 EUR/kWh" % hour for hour in range(24)])
    assert len(text) <= 250 and text.endswith("; ...")
    assert tarifftext.joined([]) == ""
