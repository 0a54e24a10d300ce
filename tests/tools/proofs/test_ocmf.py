"""Shows that records of other makers are judged as the two public verifiers judge them.

It does not know their programs; what they accept and refuse was read in OCMFVerificationParser and
OCMFVerifiedData (Transparenzsoftware) and in OCMF.ts (Chargy). Payloads and keys are those of makers.py.
"""

import base64
import json

import pytest

from tests.tools.proofs.makers import BEGIN, END, PAYLOAD, Meter, changed
from tools import curves, keys
from tools.proofs import ocmf
from tools.proofs.proof import Proof


def judged(record: str | bytes, meter: Meter | None = None, given: list | None = None) -> Proof:
    content = record.encode() if isinstance(record, str) else record
    known = given if given is not None else keys.recognise((meter or Meter()).spki())
    proof = Proof("ocmf")
    ocmf.verify(proof, content, known)
    return proof


def why(proof: Proof) -> str:
    return "; ".join(f"{name}: {why}" for name, holds, why in proof.checks if not holds)


@pytest.mark.parametrize("curve", [curve.name for curve in curves.CURVES])
def test_every_curve_of_the_list_verifies_and_finds_a_changed_byte(curve):
    meter = Meter(curve)
    record = meter.record()
    assert judged(record, meter).holds()
    assert why(judged(record.replace("134.456", "134.457"), meter)).startswith("ocmf signature")
    assert "by this key" in why(judged(record, Meter(curve, 2)))


@pytest.mark.parametrize(
    "name", ["brainpool256r1", "brainpoolP256r1", "brainpoolp256r1", "BRAINPOOLP256R1", "brainpool384r1"]
)
def test_curves_are_known_by_the_names_that_makers_write(name):
    curve = "brainpoolP384r1" if "384" in name else "brainpoolP256r1"
    meter = Meter(curve)
    assert judged(meter.record(section={"SA": f"ECDSA-{name}-SHA256"}), meter).holds()


def test_without_an_algorithm_that_of_the_specification_counts():
    assert judged(Meter().record(section={"SA": None})).holds()
    other = Meter("secp256k1")
    assert "this key is on secp256k1" in why(judged(other.record(section={"SA": None}), other))


def test_the_signature_may_be_base64():
    assert judged(Meter().record(section={"SE": "base64"})).holds()
    assert judged(Meter().record(section={"SE": "hex"})).holds()


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"SA": "ECDSA-secp111r1-SHA256"}, 'the curve "secp111r1" is not known'),
        ({"SA": "RSA-2048-SHA256"}, "no signature algorithm"),
        ({"SA": "ECDSA-secp256r1-MD5"}, "no signature algorithm"),
        ({"SA": 7}, "no signature algorithm"),
        ({"SE": "rot13"}, "no encoding"),
        ({"SM": "application/pdf"}, "application/x-der"),
        ({"SD": None}, "there is no signature"),
        ({"SD": "nothing hexadecimal"}, "not written as hex"),
        ({"SD": "11" * 64}, "these are r and s alone"),
        ({"SD": "11" * 70}, "ASN.1 with the tag 17"),
        ({"SD": "3006020101020101"}, "the signature is not that of this content"),
        ({"SD": "30060201010201"}, "ends early"),
        ({"QE": "hex"}, "does not know"),
        ({"WA": "ECDSA-secp256r1-SHA256"}, "does not know"),
    ],
)
def test_a_signature_section_that_says_nonsense_is_told_by_its_reason(section, sentence):
    assert sentence in why(judged(Meter().record(section=section)))


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        ({"begin": {"RV": 200.0}}, "below that at the begin"),
        ({"end": {"TM": "2026-03-28T16:00:00,000+0100 S"}}, "lies before"),
        ({"begin": {"ST": "M"}}, "the meter was not well"),
        ({"end": {"ST": "F"}}, "the meter was not well"),
        ({"end": {"EF": "E"}}, "the energy is marked as wrong"),
        ({"end": {"EF": "Et"}}, "the energy is marked as wrong"),
        ({"begin": {"ST": None}}, "the state of the meter is missing"),
        ({"begin": {"RU": None}}, "the unit is missing"),
        ({"begin": {"RV": None}}, "a register is a number"),
        ({"begin": {"RV": "12,5"}}, "a register is a number"),
        ({"begin": {"TM": "yesterday S"}}, "no moment as OCMF writes it"),
        ({"begin": {"TM": "2026-03-28T17:59:00,000+0100"}}, "the state of its clock"),
        ({"begin": {"TM": "2026-03-28T17:59:00,000+0100 R"}}, "a relative clock"),
        ({"begin": {"EI": 1}, "end": {"EI": 2}}, "the event counter"),
        ({"end": {"TX": "B"}, "RD": [BEGIN, BEGIN, END]}, "this one 2 and 1"),
        ({"RD": [BEGIN, END, END]}, "this one 1 and 2"),
        ({"begin": {"TX": "Q"}}, "no transaction code"),
        ({"IL": "MISMATCH"}, "the identification of the user failed"),
        ({"IL": "OUTDATED"}, "the identification of the user failed"),
        ({"PG": "X1"}, "a pagination"),
        ({"PG": None}, "a pagination"),
        ({"RD": None}, "there are no readings"),
        ({"RD": []}, "there are no readings"),
        ({"RD": [7]}, "has to be a JSON object"),
        ({"FV": "0.0"}, "no OCMF version"),
        ({"FV": "1.5"}, "no OCMF version"),
        ({"FV": "1.3.1"}, "no OCMF version"),
        ({"FV": "one"}, "no OCMF version"),
    ],
)
def test_what_the_public_verifiers_refuse_does_not_hold_although_it_is_signed(payload, sentence):
    proof = judged(Meter().record(changed(**payload)))
    assert sentence in why(proof)
    assert "ocmf signature" not in why(proof)


@pytest.mark.parametrize(
    "payload",
    [
        {"FV": "0.1", "IS": "VERIFIED"},
        {"FV": "1.3", "TT": "001;EUR;0;49;0;0"},
        {"FV": "1.4"},
        {"FV": 1},
        {"FV": None},
        {"MS": None},
        {"MS": None, "GS": None},
        {"IF": None, "IL": None, "IT": None},
        {"begin": {"RV": "     123.456"}, "end": {"RV": "00134.456"}},
        {"end": {"ST": None, "RU": None, "RI": None}},
        {"end": {"TM": None}},
        {"end": {"TX": "L"}},
        {"end": {"TX": "P", "EF": "t"}},
        {"begin": {"RU": "Wh", "RV": 123456}},
        {"begin": {"RI": None}, "end": {"RI": None}},
        {"begin": {"TM": "2026-03-28T17:59:00.000+01:00 U"}},
        {"RD": [BEGIN]},
        {"RD": [END], "PG": "T13"},
        {"RD": [BEGIN, {"RV": 0, "RI": "1-b:2.8.0"}, END, {"RV": 0, "RI": "1-b:2.8.0"}]},
        {"RD": [BEGIN, {**BEGIN, "TX": "C", "RV": 130}, END]},
        {"RD": [{**BEGIN, "TX": None}, {**END, "TX": None}], "PG": "F3"},
        {"RD": [BEGIN, END, {**END, "RV": "60", "RU": "sec", "RI": "1-0:0.8.6"}]},
        # Cable losses taken off, beside the register without: the former is what is billed.
        {"RD": [{**BEGIN, "RI": "01-00:B1.08.00*FF"}, BEGIN, {**END, "RI": "01-00:B1.08.00*FF"}, END]},
    ],
)
def test_what_the_public_verifiers_let_pass_holds(payload):
    assert why(judged(Meter().record(changed(**payload)))) == ""


def test_a_version_that_is_null_is_one_that_is_missing():
    assert why(judged(Meter().record(json.dumps({**PAYLOAD, "FV": None})))) == ""


def test_white_space_is_signed_as_it_stands():
    text = json.dumps(PAYLOAD, indent=2).replace('": ', '" : ')
    record = Meter().record(text)
    assert judged(record).holds()
    assert "ocmf signature" in why(judged(record.replace('" : ', '": ', 1)))
    # Chargy takes what stands between the outer braces; some transports put a line's end after each bar.
    assert judged(record.replace("|", "|\n")).holds()


def test_control_characters_and_other_letters_in_texts_are_read_as_makers_write_them():
    text = json.dumps({**PAYLOAD, "TT": "Grün – teuer"}, ensure_ascii=False)
    assert judged(Meter().record(text)).holds()
    assert judged(Meter().record(text.replace("–", "\t"))).holds()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("OCMF|", "ends early"),
        ("OCMF|" + json.dumps(PAYLOAD), "ends early"),
        ("OCMG|{}|{}", "begins with OCMF|"),
        ("OCMF|{}|{}|x|y", "a | must not occur"),
        ("OCMF|[]|{}", "has to be a JSON object"),
        ("OCMF|{}|7", "has to be a JSON object"),
        ('OCMF|{"FV":"1.0","FV":"1.1"}|{}', "stands twice"),
        ('OCMF|{"RD":[{"RV":1,"RV":2}]}|{}', "stands twice"),
        ('OCMF|{"RV":NaN}|{}', "NaN"),
        ('OCMF|{"PG":"T1"', "ends early"),
        ('OCMF|{"PG":"T1|{}', "is no JSON"),
        (b'OCMF|{"GI":"\xe9"}|{}', "no UTF-8"),
        ("OCMF|" + "[" * 100_000 + "|{}", "nested too deep"),
        ("OCMF|" + "{" * 999_000 + "|{}", "is no JSON"),
        ("OCMF|" + "9" * 50_000 + "|{}", "a number has 50000 digits"),
        ("OCMF|" + " " * 2_000_000 + "|{}", "at most"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_what_is_no_record_is_told_by_its_reason(content, sentence):
    assert sentence in why(judged(content))


def test_a_fourth_section_is_the_key_where_none_is_given():
    meter = Meter()
    record = f"{meter.record()}|{meter.spki().hex()}"
    assert judged(record, given=[]).holds()
    assert "there is no key in it" in why(judged(meter.record(), given=[]))


def test_hexadecimal_digits_of_a_foreign_signature_know_no_case():
    meter = Meter()
    told = meter.record().rpartition('"SD": "')[2][:-2]
    for written in (told.upper(), told[:30] + told[30:].upper(), told.swapcase()):
        assert judged(meter.record(section={"SD": written})).holds()


@pytest.mark.parametrize("maker", ["Kilotap", "Charger 7"])
def test_every_flipped_bit_of_a_record_is_found_but_for_the_case_of_a_foreign_digit(maker):
    meter = Meter("secp256k1")
    content = meter.record(changed(GI=maker), section={"SE": "hex"}).encode()
    known = keys.recognise(meter.spki())
    begin, unnoticed = content.index(b'"SD": "') + 7, []
    for place in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        if judged(bytes(flipped), given=known).holds():
            unnoticed.append(place)
    letters = [at for at in range(begin, content.index(b'"', begin)) if content[at] in b"abcdef"]
    of_case = [] if maker == "Kilotap" else [8 * at + 5 for at in letters]
    assert unnoticed == of_case


@pytest.mark.parametrize(
    "form",
    ["hex", "HEX", "0x", "blanks", "base64", "base32", "point", "xy", "compressed", "pem"]
    + ["ocpp", "ocpp-bare", "ocpp-base64", "ocpp-unmarked"],
)
@pytest.mark.parametrize("curve", ["secp256r1", "secp192k1", "brainpoolP384r1"])
def test_keys_are_read_in_the_forms_that_the_field_prints(form, curve):
    meter = Meter(curve)
    spki, point = meter.spki(), meter.point()
    half = len(point) // 2
    forms = {
        "hex": spki.hex(),
        "HEX": spki.hex().upper(),
        "0x": f"0x{spki.hex()}",
        # As the Open Charge Alliance's note has it, and as its example and others do.
        "ocpp": base64.b64encode(b"oca:base16:asn1:" + spki.hex().encode()).decode(),
        "ocpp-bare": f"oca:base16:asn1:{spki.hex().upper()}",
        "ocpp-base64": base64.b64encode(b"oca:base64:asn1:" + base64.b64encode(spki)).decode(),
        "ocpp-unmarked": base64.b64encode(spki.hex().encode()).decode(),
        "blanks": spki.hex(" ", 2),
        "base64": base64.b64encode(spki).decode(),
        "base32": base64.b32encode(spki).decode(),
        "point": point.hex(),
        "xy": point[1:].hex(),
        "compressed": (bytes([2 + point[-1] % 2]) + point[1 : half + 1]).hex(),
        "pem": f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(spki).decode()}-----END PUBLIC KEY-----\n",
    }
    assert judged(meter.record(), given=keys.recognise(forms[form].encode())).holds()
