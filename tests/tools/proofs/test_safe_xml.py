"""Shows that S.A.F.E.'s XML containers are verified value by value, and that no XML can do harm.

It does not know how records are judged. The form is that of the Transparenzsoftware's values.xsd.
"""

import base64

import pytest

from tests.tools.proofs.makers import BEGIN, END, Meter, changed, container
from tests.tools.proofs.test_ocmf import why
from tools import keys
from tools.proofs import safe_xml


def judged(text, given=()):
    return safe_xml.verify(text.encode() if isinstance(text, str) else text, list(given))


def test_each_value_is_verified_by_the_key_beside_it():
    one, other = Meter("secp192r1"), Meter("brainpoolP256r1", 5)
    good = container((one.record(), one.spki().hex()), (other.record(), other.spki().hex(" ", 2)))
    assert why(judged(good)) == ""
    swapped = container((one.record(), one.spki().hex()), (other.record(), one.spki().hex()))
    assert "this key is on secp192r1" in why(judged(swapped))


@pytest.mark.parametrize("encoding", ["hex", "base64", "base32", "plain", None])
def test_the_key_says_how_it_is_written_or_it_is_found_out(encoding):
    meter = Meter()
    written = {"base64": base64.b64encode(meter.spki()), "base32": base64.b32encode(meter.spki())}
    text = written.get(encoding, meter.spki().hex().encode()).decode()
    assert why(judged(container((meter.record(), text), encoding=encoding))) == ""


def test_a_key_that_is_given_counts_and_not_the_one_carried_which_has_to_be_the_same():
    meter, other = Meter(), Meter(secret=9)
    text = container((other.record(), other.spki().hex()))
    assert "ocmf signature" in why(judged(text, keys.recognise(meter.spki())))
    assert why(judged(text, keys.recognise(other.spki()))) == ""
    swapped = container((meter.record(), other.spki().hex()))
    assert "carries another key" in why(judged(swapped, keys.recognise(meter.spki())))


def test_a_bit_that_is_flipped_anywhere_in_a_container_is_found():
    meter = Meter()
    text = container((meter.record(), meter.spki().hex()), encoding="plain").encode()
    given = keys.recognise(meter.spki())
    assert why(judged(text, given)) == ""
    passed, digits = [], range(text.index(b'"SD": "') + 7, text.index(b"\n</signedData"))
    for place in range(0, 8 * len(text), 7):
        changed_text = bytearray(text)
        changed_text[place // 8] ^= 1 << place % 8
        if place // 8 in digits and changed_text.lower() == text.lower():
            continue  # A signature in digits of either case is the same signature.
        if not why(judged(bytes(changed_text), given)):
            passed.append(bytes(changed_text[max(0, place // 8 - 20) : place // 8 + 4]))
    # A transaction's number is nobody's statement: it only says which values belong together.
    assert [place for place in passed if b"transactionId" not in place] == []


def test_begin_and_end_in_two_values_are_held_against_each_other():
    meter = Meter()
    key = meter.spki().hex()

    def pair(begin, end, **members):
        first = meter.record(changed(RD=[begin], PG="T12"))
        second = meter.record(changed(RD=[end], PG="T13", **members))
        return judged(container((first, key), (second, key)))

    assert why(pair(BEGIN, END)) == ""
    assert "runs backwards" in why(pair(BEGIN, {**END, "RV": 1.0}))
    assert "lies before" in why(pair(BEGIN, {**END, "TM": "2026-03-27T18:59:00,000+0100 S"}))
    assert "different gateways" in why(pair(BEGIN, END, MS="another"))
    assert "not well" in why(pair({**BEGIN, "ST": "M"}, END))


def test_a_begin_and_an_end_that_nobody_says_belong_together_are_held_against_each_other_for_one_meter():
    meter = Meter()
    key = meter.spki().hex()

    def values(transaction, **members):
        begin = meter.record(changed(RD=[BEGIN]))
        end = meter.record(changed(RD=[{**END, "RV": 1.0}], PG="T13", **members))
        return judged(container((begin, key), (end, key), transaction=transaction))

    assert "runs backwards" in why(values(""))
    assert why(values("", MS="another")) == ""
    assert "different gateways" in why(values("7", MS="another"))


def test_a_declaration_may_have_blanks_in_it():
    meter = Meter()
    text = container((meter.record(), meter.spki().hex()))
    assert (
        why(judged(text.replace('version="1.0" encoding="UTF-8"', 'version = "1.0" encoding= "UTF-8"'))) == ""
    )


def test_signed_data_may_be_encoded_itself():
    meter = Meter()
    told = base64.b64encode(meter.record().encode()).decode()
    text = (
        f'<values><value><signedData format="OCMF" encoding="base64">{told}</signedData>'
        f"<publicKey>{meter.spki().hex()}</publicKey></value></values>"
    )
    assert why(judged(text)) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<values>", "no XML"),
        ("<values/>", "no <value>"),
        ("<values><value/></values>", "without <signedData>"),
        ("<values><value><signedData/></value></values>", "only OCMF"),
        ('<values><value><signedData format="ALFEM">x</signedData></value></values>', "the format ALFEM"),
        ('<values><value><signedData encoding="hex">zz</signedData></value></values>', "only OCMF"),
        ("<values>" + "<value/>" * 2000 + "</values>", "at most 1000"),
        ("<a>" * 50_000, "no XML"),
        (b"<?xml version='1.0' encoding='no-such'?><values/>", "no XML"),
        (b"<values>\xff</values>", "no XML"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><values/>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><values/>', "document type"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_what_is_no_container_is_told_by_its_reason(text, sentence):
    assert sentence in why(judged(text))


def test_entities_are_not_expanded_whatever_they_would_grow_to():
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{levels}]><values>&l9;</values>'
    assert "document type" in why(judged(bomb))


@pytest.mark.parametrize("key", ["", "${jndi:ldap://example.com/a}", "3059", "04" + "11" * 64])
def test_a_key_that_is_none_is_told_and_nothing_holds(key):
    assert not judged(container((Meter().record(), key), encoding=None)).holds()


def test_a_flipped_bit_in_any_record_or_key_of_a_container_is_found():
    meter = Meter("secp384r1")
    text = container((meter.record(), meter.spki().hex())).encode()
    assert why(judged(text)) == ""
    # What stands around them is nobody's word: names of elements, blanks, a transaction's number.
    places = [
        8 * byte + bit
        for begin, end in ((b"OCMF|", b"\n</signedData"), (b'"hex">', b"</publicKey"))
        for byte in range(text.index(begin) + (0 if begin == b"OCMF|" else len(begin)), text.index(end))
        for bit in range(8)
    ]
    assert len(places) > 5000
    digits_from = text.index(b'"SD": "') + 7
    for place in places[:: len(places) // 1000]:
        flipped = bytearray(text)
        flipped[place // 8] ^= 1 << place % 8
        if place // 8 >= digits_from and flipped.lower() == text.lower():
            continue  # A signature or a key in digits of either case is the same one.
        assert not judged(bytes(flipped)).holds(), text[max(0, place // 8 - 40) : place // 8 + 1]
