"""Proves that a whole configuration is judged before anything is opened."""

from firmware.errors import ConfigError
from firmware.metering import models
from firmware.terminal import checking
from tests.portable import raises

TARIFF = '{"id": "day", "currency": "EUR", "elements": [{"price_components": [%s]}]}' % (
    '{"type": "ENERGY", "price": 0.49}'
)
CONTRACT = '{"contract": "C1", "uid": "04A1B2C3D4E580", "tariff": "%s"}'


def problems_of(text):
    return raises(ConfigError, checking.read, text.encode()).problems


def test_a_whole_configuration_is_taken():
    text = '{"id": "KT-0001", "tariffs": [%s], "contracts": [%s]}' % (TARIFF, CONTRACT % "day")
    assert checking.read(text.encode()).id == "KT-0001"


def test_what_is_no_json_is_told_with_its_place():
    assert "line 1, column 8" in problems_of('{"id": }')[0]
    assert problems_of("[]") == ["the configuration has to be one JSON object"]


def test_a_byte_order_mark_is_named():
    (problem,) = problems_of("\ufeff{}")
    assert "line 1, column 1" in problem and "byte order mark" in problem and "save it as UTF-8" in problem


def test_two_contracts_of_one_card_are_named():
    contracts = (CONTRACT % "day") + ", " + (CONTRACT % "day").replace("C1", "C2")
    (problem,) = problems_of('{"id": "A", "tariffs": [%s], "contracts": [%s]}' % (TARIFF, contracts))
    assert problem.startswith("contracts: /contracts/1/uid: contract C2 has the card of contract C1")


def test_settings_and_content_are_judged_together():
    text = '{"timezone": "Mars", "currency": "XXQ", "meter_model": "abacus", %s}' % (
        '"office_url": "ftp://x", "meter_unit": 999'
    )
    keys = sorted([problem.split(":")[0] for problem in problems_of(text)])
    assert keys == ["currency", "id", "meter_model", "meter_unit", "office_url", "timezone"]


def test_a_contract_needs_its_tariff():
    text = '{"id": "A", "tariffs": [%s], "contracts": [%s]}' % (TARIFF, CONTRACT % "night")
    assert problems_of(text) == ["contracts/0: there is no tariff night"]


def test_a_tariff_stands_once_at_a_time_and_in_the_terminals_currency():
    text = '{"id": "A", "currency": "CHF", "tariffs": [%s]}' % TARIFF
    assert problems_of(text) == ["tariffs/0/currency: the tariff is in EUR, the terminal in CHF"]
    text = '{"id": "A", "tariffs": [%s, %s]}' % (TARIFF, TARIFF)
    assert problems_of(text) == ["tariffs/1/id: there is a tariff day already that is valid at the same time"]
    march = TARIFF[:-1] + ', "end_date_time": "2026-04-01T00:00:00Z"}'
    april = TARIFF[:-1] + ', "start_date_time": "2026-04-01T00:00:00Z"}'
    assert checking.read(('{"id": "A", "tariffs": [%s, %s]}' % (march, april)).encode()).id == "A"


def test_the_law_of_fast_chargers_counts_where_the_chargers_power_is_told():
    flat = TARIFF.replace("ENERGY", "FLAT")
    assert checking.read(('{"id": "A", "tariffs": [%s]}' % flat).encode()).max_power_w == 0
    assert checking.read(('{"id": "A", "max_power_w": 22000, "tariffs": [%s]}' % flat).encode()).id == "A"
    found = problems_of('{"id": "A", "max_power_w": 50000, "tariffs": [%s]}' % flat)
    assert len(found) == 1 and found[0].startswith("tariffs/0/elements/0: a price per session;")


def test_discounts_are_judged_and_contracts_name_those_that_there_are():
    contract = CONTRACT % "day"
    contract = contract[:-1] + ', "discounts": ["staff", "inn"]}'
    discounts = '[{"id": "staff", "percent": 12.5}]'
    text = '{"id": "A", "tariffs": [%s], "contracts": [%s], "discounts": %s}'
    assert problems_of(text % (TARIFF, contract, discounts)) == ["contracts/0: there is no discount inn"]
    assert problems_of('{"id": "A", "discounts": [{"id": "staff"}]}') == [
        "discounts: /0: has to have either percent or amount_minor"
    ]


def test_discounts_of_a_contract_that_are_no_list_are_told():
    for wrong in ("7", "true", "1.5", '"staff"', "{}"):
        contract = CONTRACT % "day"
        contract = contract[:-1] + ', "discounts": %s}' % wrong
        found = problems_of('{"id": "A", "tariffs": [%s], "contracts": [%s]}' % (TARIFF, contract))
        assert len(found) == 1 and "contracts/0/discounts" in found[0].replace(": /", "/"), found


def test_an_office_has_to_be_verifiable():
    assert problems_of('{"id": "A", "office_url": "https://office.example"}')[0].startswith(
        "office_ca: missing"
    )
    assert "https" in problems_of('{"id": "A", "office_url": "http://office.example"}')[0]


MAP = """{"name": "acme-m1", "source": "ACME M1 Manual", "registers": [
  {"quantity": "energy", "function": 4, "address": 0, "type": "uint32", "unit": "Wh"}]}"""


def test_an_operators_meter_map_is_taken_where_the_model_names_it():
    text = '{"id": "A", "meter_model": "%s", "meter_map": %s}'
    config = checking.read((text % ("acme-m1", MAP)).encode())
    assert models.find(config.meter_model, config.meter_map).plan == ((4, 0, 2),)
    (problem,) = problems_of(text % ("acme-m2", MAP))
    assert problem == "meter_model: the map in meter_map is that of acme-m1; name it here"
    found = problems_of(text % ("acme-m1", MAP.replace("uint32", "uint31").replace('"Wh"', '"W"')))
    assert [problem.split(": ")[1] for problem in found] == ["registers/0/type", "registers/0/unit"]
    assert "a table" in problems_of('{"id": "A", "meter_map": 7}')[0]


def test_the_order_of_cards_names_each_kind_once_and_secure_ones_need_keys():
    checking.read(b'{"id": "A", "card_order": "desfire emv rfid", "card_keys": "cards.json"}')
    assert "card_keys: missing" in problems_of('{"id": "A", "card_order": "desfire rfid"}')[0]
    checking.read(b'{"id": "A", "card_order": "vde rfid", "card_issuers": "issuers.pem"}')
    assert "card_issuers: missing" in problems_of('{"id": "A", "card_order": "vde rfid"}')[0]
    for order in ("rfid rfid", "magnetic", "desfire, rfid"):
        assert "card_order: " in problems_of('{"id": "A", "card_order": "%s"}' % order)[0]


def test_the_terms_for_bank_cards_are_judged_with_all_else():
    terms = '{"limit_minor": 0, "tariff": "night"}'
    text = '{"id": "A", "card_order": "rfid", "tariffs": [%s], "bank_cards": %s}'
    told = problems_of(text % (TARIFF, terms))
    assert "card_order: bank cards are accepted, so it has to name emv" in told
    assert "bank_cards/tariff: there is no tariff night" in told
    assert [problem for problem in told if problem.startswith("bank_cards/limit_minor: has to be")]
    assert [problem for problem in told if problem.startswith("bank_cards/gateway_key: missing")]
    assert [
        problem for problem in problems_of('{"id": "A", "bank_cards": 7}') if problem.startswith("bank_cards")
    ]


def test_the_address_of_receipts_has_to_be_one_that_a_code_can_lead_to():
    text = '{"id": "KT-0001", "receipt_url": "%s"}'
    for given in (
        "http://o.example/r/{token}",
        "https://o.example/r/",
        "https://x/{token}{token}",
        "https://ö/{token}",
    ):
        told = "receipt_url: it has to be an https address with {token} in it"
        assert told in problems_of(text % given)[0], given
    assert checking.read((text % "https://o.example/r/{token}").encode()).receipt_url
