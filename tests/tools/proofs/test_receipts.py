"""Shows that a receipt's price is redone from readings and tariff, and a ledger from record to record.

It does not know how signatures are made; its evidence is a simulated evening at a charger.
"""

import json
from pathlib import Path

import click
import pytest

from firmware.crypto import canonical, jose, jsontext
from firmware.ledger import chain, segment
from firmware.receipts import correction
from tests.tools.proofs import forging
from tests.tools.proofs.makers import Meter
from tests.tools.proofs.test_ocmf import why
from tools import keys
from tools.__main__ import main
from tools.proofs import files, ledgers, receipts, records
from tools.proofs.proof import Proof

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("story") / "result.json"
    assert main(["simulate", str(SCENARIOS / "other_card.toml"), "--json", str(out)]) == 0
    return json.loads(out.read_text())


@pytest.fixture
def key(result):
    return keys.recognise(json.dumps(result["terminal"]["key"]).encode())


def tariffs(result):
    """Return the tariff documents that the receipt was priced by, as files of people hold them."""
    listed = [json.loads(path.read_text()) for path in (SCENARIOS / "tariffs").glob("*.json")]
    wanted = result["receipts"][0]["tariff"]["id"]
    return next(document for document in listed if document.get("id") == wanted)


def altered(compact, **members):
    """Return the record with other members; only its signature tells."""
    header, payload, signature = compact.split(".")
    changed = {**canonical.decode(jose.unb64url(payload)), **members}
    return f"{header}.{jose.b64url(canonical.encode(changed))}.{signature}"


def judged(compact, tmp_path, key, tariff=None):
    path = tmp_path / "receipt.jws"
    path.write_text(compact)
    tariff_file = tmp_path / "tariff.json"
    if tariff:
        tariff_file.write_text(json.dumps(tariff))
    return files.verify(str(path), key, str(tariff_file) if tariff else None)


def test_the_price_follows_from_readings_and_tariff(result, key, tmp_path):
    proof = judged(result["jws"][-1], tmp_path, key, tariffs(result))
    assert why(proof) == ""
    assert [name for name, _, _ in proof.checks if name in ("tariff", "price")] == ["tariff", "price"]


def test_a_price_that_does_not_follow_is_found_even_where_all_sums_agree(result, key, tmp_path):
    receipt = result["receipts"][0]
    lines = [{**line, "quantity": str(float(line["quantity"]) + 1)} for line in receipt["lines"]]
    told = why(judged(altered(result["jws"][-1], lines=lines), tmp_path, key, tariffs(result)))
    assert "kWh are priced" in told
    lines = [{**line, "unit_price": "0.01"} for line in receipt["lines"]]
    assert "the tariff has no ENERGY price of 0.01" in why(
        judged(altered(result["jws"][-1], lines=lines), tmp_path, key, tariffs(result))
    )


def test_lines_that_were_left_out_are_missed(result, key, tmp_path):
    free = {"lines": [], "net_minor": 0, "gross_minor": 0, "vat": []}
    told = why(judged(altered(result["jws"][-1], **free), tmp_path, key, tariffs(result)))
    assert "kWh were charged, all of which the tariff prices" in told
    assert "amounts" not in told


def test_another_tariff_is_not_taken_for_the_one_that_counted(result, key, tmp_path):
    other = {**tariffs(result), "id": "another"}
    assert "the tariff at hand has the hash" in why(judged(result["jws"][-1], tmp_path, key, other))


def test_a_meters_own_record_needs_the_meters_own_key(result, key, tmp_path):
    meter = Meter("brainpoolP384r1")
    compact = altered(result["jws"][-1], meter_record=meter.record())
    told = why(judged(compact, tmp_path, key))
    assert "the meter's own ocmf signature" in told
    told = why(judged(compact, tmp_path, [*key, *keys.recognise(meter.spki())]))
    assert "the meter's own ocmf signature" not in told
    # It is whole, and of another session.
    assert "the meter's own ocmf agrees" in told


def test_a_garbled_receipt_is_told_by_what_it_lacks(result, key, tmp_path):
    for members in ({"lines": None}, {"meter": {}}, {"vat": "x"}, {"ocmf": None}, {"currency": "XXX"}):
        proof = judged(altered(result["jws"][-1], **members), tmp_path, key, tariffs(result))
        assert len(why(proof)) > len("signature: ")


def test_numbers_that_would_keep_a_reader_busy_for_days_are_none(result, key, tmp_path):
    receipt = canonical.decode(jose.unb64url(result["jws"][-1].split(".")[1]))
    line = receipt["lines"][0]
    for name in ("quantity", "unit_price"):
        for told in ("1e999999999", "1E-999999999", "9" * 3000, " 1", "1_0", "\u0663", "1/", "--1", 7):
            changed = {"lines": [{**line, name: told}]}
            proof = judged(altered(result["jws"][-1], **changed), tmp_path, key, tariffs(result))
            assert "members: the receipt lacks or garbles" in why(proof), told
    record = receipt["ocmf"].replace('"RV":', '"RV":1e999999999,"UV":')
    proof = judged(altered(result["jws"][-1], ocmf=record), tmp_path, key, tariffs(result))
    assert "a register is a number, not '1E+999999999'" in why(proof)


def test_the_short_code_stands_in_the_proof(result, key, tmp_path, capsys):
    proof = judged(result["jws"][-1], tmp_path, key)
    assert len(proof.code) == 11
    assert f"{proof.code}, as the terminal showed it" in [why for _, _, why in proof.checks]


def lines_of(result, tmp_path):
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(result["jws"]) + "\n")
    return path


def test_records_one_a_line_are_a_ledger(result, key, tmp_path):
    proof = files.verify(str(lines_of(result, tmp_path)), key)
    assert (proof.kind, why(proof)) == ("ledger", "")
    assert "2 receipts" in [told for name, _, told in proof.checks if name == "receipts"][0]


def test_a_ledgers_file_is_one_too(result, key, tmp_path):
    path = tmp_path / segment.name(1)
    path.write_bytes(b"".join(segment.encode_line(compact) for compact in result["jws"]))
    assert why(files.verify(str(path), key)) == ""


def test_a_missing_record_a_repeated_one_and_a_changed_one_are_found(result, key, tmp_path):
    jws = list(result["jws"])
    for broken, sentence in (
        (jws[:1] + jws[2:], "records 2 to 2 are missing"),
        (jws[:2] + jws[:1] + jws[2:], "out of order"),
        (jws[:-1] + [altered(jws[-1], gross_minor=1)], "signature does not hold"),
    ):
        path = tmp_path / "records.ndjson"
        path.write_text("\n".join(broken))
        assert sentence in why(files.verify(str(path), key))


def test_receipts_are_held_against_the_ones_before(result, key, tmp_path):
    again = altered(result["jws"][-1], seq=len(result["jws"]) + 1)
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join([*result["jws"], again]))
    told = why(files.verify(str(path), key))
    assert "follows KT-" in told and "below" in told


def test_a_cancellation_names_the_receipt_before_it_and_takes_all_of_it_back(result, tmp_path):
    old = {**result["records"][-1]}
    named = {
        "receipt": old["receipt"],
        "hash": chain.hash(result["jws"][-1]),
        "code": "7Q2-FM9-XC5",
        "number": 1,
        "zone": "UTC0",
    }
    told = correction.cancelled(old, named, "wrong tariff")
    proof = Proof("receipt")
    whole = {**told, "terminal": old["terminal"], "kind": correction.CANCELLED}
    receipts.check(proof, whole, [], lambda receipt: None)
    assert why(proof) == ""
    assert f"it cancels receipt {old['receipt']}" in str(proof.checks)
    proof = Proof("receipt")
    corrected = {**whole, "kind": correction.CORRECTED, "lines": [], "vat": []}
    receipts.check(proof, corrected, [], lambda receipt: None)
    assert f"it takes the place of receipt {old['receipt']}" in str(proof.checks)
    proof = Proof("receipt")
    receipts.check(proof, {**whole, "receipt": "KT-1"}, [], lambda receipt: None)
    assert "no number for it" in why(proof)


def test_a_ledger_holds_corrections_against_what_they_name(result, tmp_path):
    old = result["records"][-1]
    jws = forging.signed([old])

    def judged_with(change, **named):
        code = records.code_of(jws[0])
        about = {"receipt": old["receipt"], "hash": chain.hash(jws[0]), "code": code, "number": 1}
        about |= {"zone": "UTC0", **named}
        told = {**correction.cancelled(old, about, "wrong tariff"), **change}
        base = {member: old[member] for member in ("terminal", "at", "clock", "ticks_ms")}
        made = forging.signed([old, {**base, **told, "kind": correction.CANCELLED, "kept": True}])
        proof = forging.judged(made, tmp_path)
        return "; ".join(why for name, holds, why in proof.checks if name == "corrections" and not holds)

    assert judged_with({}) == ""
    assert "is not so before it" in judged_with({}, hash="y" * 43)
    assert "does not take back" in judged_with({"gross_minor": 1})
    assert (
        f"000-000-000 as short code of {old['receipt']}, which is {records.code_of(jws[0])}"
        in judged_with({}, code="000-000-000")
    )
    assert "names USD as currency" in judged_with({"currency": "USD"})
    assert "as start of" in judged_with({"start": {**old["start"], "at": "2026-03-28T16:00:00Z"}})


def test_vat_that_does_not_follow_from_the_rates_of_the_lines_is_found_without_the_tariff(result):
    old = result["records"][-1]

    def judged_as(change):
        told = json.loads(json.dumps(old))
        change(told)
        proof = Proof("receipt")
        receipts.check(proof, told, [], lambda receipt: None)
        return {name: why for name, holds, why in proof.checks if not holds and not name.startswith("ocmf")}

    def more_tax(told):
        for place in (told["lines"][0], told["vat"][0]):
            place["vat_minor"] += 50
        told["lines"][0]["gross_minor"] += 50
        told["gross_minor"] += 50

    assert judged_as(lambda told: None) == {}
    assert "vat_minor is" in judged_as(more_tax)["VAT"]
    assert "a rate of 7 that no line has" in judged_as(lambda told: told["vat"][0].update(rate="7"))["VAT"]
    assert "vat_minor is" in judged_as(lambda told: told["lines"][0].update(vat="7"))["VAT"]


def test_a_gap_in_the_pagination_of_the_meters_records_is_found(result, tmp_path):
    both = [record for record in result["records"] if record["kind"] == "session.ended"]
    for page, said in (("T2", ""), ("T3", "its OCMF record is T3, after T1"), ("T1", "is T1, after T1")):
        again = {**both[1], "ocmf": both[1]["ocmf"].replace('"PG":"T2"', f'"PG":"{page}"')}
        proof = forging.judged(forging.signed([both[0], again]), tmp_path)
        told = "; ".join(why for name, holds, why in proof.checks if name == "order" and not holds)
        assert (said in told) and bool(said) == bool(told)


def test_a_flipped_bit_in_any_of_a_thousand_places_of_a_receipt_is_found(result, key, tmp_path):
    content = (result["jws"][-1] + "\n").encode()
    path = tmp_path / "receipt.jws"
    step = 8 * len(content) // 1000
    assert step > 1
    for place in range(0, 8 * len(content), step):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            assert not files.verify(str(path), key).holds(), place
        except click.ClickException:
            continue


def test_a_flipped_bit_in_any_of_a_thousand_places_of_a_ledger_is_found(result, key, tmp_path):
    content = b"".join(map(segment.encode_line, result["jws"]))
    path = tmp_path / segment.name(1)
    path.write_bytes(content)
    assert ledgers.check_folder(str(tmp_path), key)["holds"]
    step = 8 * len(content) // 1000
    for place in range(0, 8 * len(content), step):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        assert not ledgers.check_folder(str(tmp_path), key)["holds"], place


def test_a_ledgers_folder_prices_by_the_tariffs_that_it_keeps(result, key, tmp_path):
    document = tariffs(result)
    name = "tariff-" + result["receipts"][0]["tariff"]["hash"][:32]
    (tmp_path / name).write_bytes(canonical.encode(jsontext.parse(json.dumps(document))))
    (tmp_path / segment.name(1)).write_bytes(b"".join(map(segment.encode_line, result["jws"])))
    assert why(files.verify(str(tmp_path), key)) == ""
    path = tmp_path / "receipt.jws"
    path.write_text(result["jws"][-1])
    assert "price" in [name for name, _, _ in files.verify(str(path), key).checks]
