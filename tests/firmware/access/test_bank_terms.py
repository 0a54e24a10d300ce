"""Proves that the terms for bank cards are judged whole: every problem at once, each with its mend."""

from emulator.models import bank
from firmware.access import bank_terms
from firmware.errors import AccessError
from firmware.pricing import iso4217
from tests.portable import raises

TERMS = {
    "limit_minor": 5000,
    "tariff": "day",
    "aids": ["A0000000041010", "a0000000031010"],
    "country": "040",
    "gateway_key": bank.terms({})["gateway_key"],
    "hash_key": "hash.key",
    "ca_keys": "ca.json",
}


def parsed(**changes):
    return bank_terms.parse(dict(TERMS, **changes), "EUR", ["day"])


def problems(**changes):
    return raises(AccessError, parsed, **changes).problems


def test_terms_are_in_the_form_in_which_cards_are_told():
    terms = parsed(deny=["5B4F3F8EF9D6693EB449589BB0379E34"])
    assert terms["aids"] == (bytes.fromhex("a0000000041010"), bytes.fromhex("a0000000031010"))
    assert (terms["country"], terms["currency"], terms["exponent"]) == (b"\x00\x40", b"\x09\x78", b"\2")
    assert terms["deny"] == {"5b4f3f8ef9d6693eb449589bb0379e34"}
    # An unattended terminal that is offline; SDA, DDA and CDA (EMV Book 4, annex A).
    assert (terms["terminal_type"], terms["capabilities"]) == (b"\x26", b"\x00\x08\xc8")
    # Nothing is left to chance, and no action code of the terminal's own refuses, unless it is said.
    assert terms["random"] == (0, 0, 0) and terms["tac_denial"] == terms["tac_default"] == bytes(5)
    assert parsed(random_percent=20)["random"] == (20, 20, 0)
    chosen = parsed(random_percent=20, random_max_percent=60, random_threshold_minor=1000, floor_minor=9000)
    assert chosen["random"] == (20, 60, 1000)
    assert terms["gateway_key"][1] == bank.GATEWAY_KID and len(terms["gateway_key"][0]) == 64


def test_what_is_missing_is_named_all_at_once():
    told = raises(AccessError, bank_terms.parse, {}, "EUR", []).problems
    for key in ("limit_minor", "tariff", "aids", "country", "gateway_key", "hash_key", "ca_keys"):
        assert [problem for problem in told if problem.startswith(key + ": missing; ")], key


def test_each_wrong_value_is_named_with_what_would_be_right():
    for changes, says in (
        ({"limit_minor": 0}, "limit_minor: has to be a whole number from 1"),
        ({"limit_minor": True}, "limit_minor: has to be"),
        ({"limit_minor": "50"}, "limit_minor: has to be"),
        ({"day_count": 1001}, "day_count: has to be a whole number from 0 to 1000"),
        ({"tariff": "night"}, "tariff: there is no tariff night"),
        ({"tariff": ["day"]}, "tariff: there is no tariff"),
        ({"aids": []}, "aids: has to be a list of 1 to 50"),
        ({"aids": "A0000000041010"}, "aids: has to be a list"),
        ({"aids": ["A0000000041010", "A00000"]}, "aids/1: has to be 5 to 16 bytes"),
        ({"aids": [7]}, "aids/0: has to be"),
        ({"country": "DE"}, "country: has to be three digits"),
        ({"country": 276}, "country: has to be three digits"),
        ({"gateway_key": {}}, "gateway_key: has to be the gateway's public key"),
        ({"gateway_key": dict(TERMS["gateway_key"], x=TERMS["gateway_key"]["y"])}, "gateway_key: "),
        ({"gateway_key": dict(TERMS["gateway_key"], d="AAAA")}, "gateway_key: "),
        ({"gateway_key": dict(TERMS["gateway_key"], kid="")}, "its kid has to be a text"),
        ({"authentication": "maybe"}, "authentication: has to be one of dynamic, static, none"),
        ({"ca_keys": ""}, "ca_keys: missing"),
        ({"hash_key": ""}, "hash_key: missing"),
        ({"hash_key": 7}, "hash_key: has to be the path of a file"),
        ({"terminal_type": "2"}, "terminal_type: has to be 1 bytes in hexadecimal, such as 26"),
        ({"capabilities": "0008"}, "capabilities: has to be 3 bytes"),
        ({"deny": ["4761739001010119"]}, "deny/0: has to be 32 letters of hexadecimal"),
        ({"floor_minor": 5000}, "floor_minor: from 5000 on a card has to be asked for online"),
        ({"random_percent": 100}, "random_percent: has to be a whole number from 0 to 99"),
        ({"random_max_percent": True}, "random_max_percent: has to be"),
        (
            {"random_percent": 9, "random_max_percent": 8, "floor_minor": 9000},
            "random_max_percent: 8 is below random_percent, 9",
        ),
        (
            {"random_max_percent": 8},
            "random_threshold_minor: from it the percentage grows up to floor_minor; 0 has to be below 0",
        ),
        ({"random_threshold_minor": 9000, "floor_minor": 9000}, "9000 has to be below 9000"),
        ({"tac_default": "00"}, "tac_default: has to be 5 bytes in hexadecimal, such as 0000000000"),
        ({"tac_denial": None}, "tac_denial: has to be 5 bytes"),
        ({"day_minor": 4999}, "day_minor: 4999 is below limit_minor, 5000"),
        ({"limit": 5000}, "limit: no such key; there are aids, authentication"),
    ):
        told = problems(**changes)
        assert [problem for problem in told if says in problem], (changes, told)
    assert len(problems(limit_minor=0, tariff="x", aids=[], country="", authentication="", deny=7)) == 6


def test_the_word_for_no_proof_needs_no_ca_keys():
    assert parsed(authentication="none", ca_keys="")["authentication"] == "none"
    assert parsed(floor_minor=5001, day_minor=5000)["floor_minor"] == 5001


def test_other_terms_have_another_digest():
    assert bank_terms.digest(parsed()) == bank_terms.digest(parsed())
    for changes in (
        {"limit_minor": 5001},
        {"deny": ["5b4f3f8ef9d6693eb449589bb0379e34"]},
        {"country": "276"},
    ):
        assert bank_terms.digest(parsed(**changes)) != bank_terms.digest(parsed())


def test_a_currency_has_its_number():
    # ISO 4217, table A.1.
    for currency, number in (("EUR", "978"), ("AED", "784"), ("ALL", "008"), ("JPY", "392"), ("ZWG", "924")):
        assert iso4217.number(currency) == number
    for wrong in ("D78", "784", "eur", "XXX", " AF", "EURO", None):
        raises(Exception, iso4217.number, wrong)
