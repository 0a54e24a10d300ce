"""A meter that signs for itself: its own record is what a document's code holds, and ours stands beside it.

It does not know how the meter makes it; the records are those of emulated meters.
"""

import hashlib
import json

import pytest

from firmware.crypto import canonical, jose
from tests.tools.documents import stories
from tools.documents import proofs, texts
from tools.proofs import meters_key, records

METERS = ("carlo-gavazzi-em580", "iskra-wm3m4")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    return {model: stories.played(folder, "signing_meter", model=f'"{model}"') for model in METERS}


@pytest.fixture(params=METERS)
def result(request, results):
    return results[request.param]


def ledger_of(result, folder):
    path = folder / "ledger.jws"
    path.write_text("\n".join(result["jws"]) + "\n")
    return path


@pytest.mark.parametrize(
    ("model", "language"), [(METERS[0], "en"), (METERS[1], "en"), (METERS[0], "de"), (METERS[1], "fr")]
)
def test_the_codes_are_the_meters_record_and_then_ours_and_the_meters_key_stands_beside_its_own(
    model, language, results, tmp_path, capsys
):
    result = results[model]
    (compact,) = stories.of_kind(result, "session.ended")
    receipt = stories.payload_of(compact)
    wanted = [receipt["meter_record"].encode(), receipt["ocmf"].encode()]
    assert wanted[0] != wanted[1]
    words = ("--language", language, "--key", ledger_of(result, tmp_path))
    pdf, page = tmp_path / "receipt.pdf", tmp_path / "receipt.html"
    code, told = stories.shown(compact, tmp_path, capsys, *words)
    assert code == 0
    assert stories.shown(compact, tmp_path, capsys, *words, "--pdf", pdf, "--html", page)[0] == 0
    seen = stories.Page(page.read_text())
    assert stories.codes(pdf) == wanted and seen.codes == wanted
    said = texts.of(language)
    commissioned = next(one for one in result["records"] if one["kind"] == "meter.commissioned")
    sentences = [
        said["meters_valid"],
        said["qr_meters"],
        said["qr_beside"],
        said["key_pinned"].split("{")[0].strip(),
        receipt["meter_key"],
        hashlib.sha256(bytes.fromhex(receipt["meter_key"])).hexdigest(),
    ]
    assert commissioned["meter"]["key"] == receipt["meter_key"]
    for text in (told.out, seen.told, "".join(stories.pages(pdf))):
        # A key's line breaks anywhere.
        joined = "".join(text.split())
        assert [one for one in sentences if "".join(one.split()) not in joined] == []
        assert said["qr"] not in stories.flat(text)
    assert all(record.decode() in told.out.splitlines() for record in wanted)


def test_a_key_alone_tells_no_commissioning(result, tmp_path, capsys):
    (compact,) = stories.of_kind(result, "session.ended")
    (tmp_path / "terminal.jwk").write_text(json.dumps(result["terminal"]["key"]))
    code, told = stories.shown(compact, tmp_path, capsys, "--key", tmp_path / "terminal.jwk")
    assert code == 0
    assert texts.of("en")["key_read"] in stories.flat(told.out)
    assert "commissioned," not in told.out


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_meters_record_that_does_not_hold_says_so_and_the_command_exits_with_1(
    language, results, tmp_path, capsys
):
    result = results[METERS[1]]
    (compact,) = stories.of_kind(result, "session.ended")
    record = stories.payload_of(compact)["meter_record"].replace('"RV":123.8', '"RV":124.8')
    out = tmp_path / "receipt.pdf"
    # Without a key nothing is said of our own signature.
    words = ("--language", language, "--pdf", out)
    code, told = stories.shown(stories.altered(compact, meter_record=record), tmp_path, capsys, *words)
    sentence = texts.of(language)["meters_invalid"]
    assert code == 1 and sentence in told.err
    assert sentence in stories.flat("".join(stories.pages(out)))


def test_a_record_too_large_for_a_code_stands_as_text_and_ours_keeps_its_code(results, tmp_path, capsys):
    result = results[METERS[0]]
    (compact,) = stories.of_kind(result, "session.ended")
    record = stories.payload_of(compact)["meter_record"]
    record = record.replace('"PG":', '"Z1":"%s","PG":' % ("x" * proofs.MOST_IN_QR))
    changed = stories.altered(compact, meter_record=record)
    pdf, page = tmp_path / "receipt.pdf", tmp_path / "receipt.html"
    stories.shown(changed, tmp_path, capsys, "--pdf", pdf, "--html", page)
    ours = [stories.payload_of(compact)["ocmf"].encode()]
    seen = stories.Page(page.read_text())
    assert stories.codes(pdf) == ours and seen.codes == ours
    told = "".join(stories.pages(pdf))
    assert record in seen.told and record in "".join(told.split("\r\n"))
    assert texts.of("en")["too_large"] in stories.flat(told)
    largest = record.replace("x" * (len(record) - proofs.MOST_IN_QR), "", 1)
    stories.shown(stories.altered(compact, meter_record=largest), tmp_path, capsys, "--pdf", pdf)
    assert stories.codes(pdf) == [largest.encode(), *ours]


def test_another_key_than_the_pinned_one_does_not_hold(result):
    (compact,) = stories.of_kind(result, "session.ended")
    receipt = stories.payload_of(compact)
    assert meters_key.found(receipt, None) == proofs.MetersKey(True)
    pinned = meters_key.pinned(result["records"], receipt["seq"])
    assert meters_key.found(receipt, pinned) == proofs.MetersKey(True, pinned.seq, pinned.at)
    assert not meters_key.found(receipt, pinned._replace(key=pinned.key[:-2] + "00")).holds


def test_only_what_the_terminal_signed_before_the_receipt_pins_a_key(result, tmp_path):
    from tools.proofs import trail

    given = trail.read([str(ledger_of(result, tmp_path))])
    receipt = stories.payload_of(stories.of_kind(result, "session.ended")[0])
    (commissioned,) = stories.of_kind(result, "meter.commissioned")
    told = stories.payload_of(commissioned)
    forged = stories.altered(commissioned, meter={**told["meter"], "key": "00"})
    told_by = records.signed([forged], given, meters_key.KINDS)
    assert meters_key.pinned(told_by, receipt["seq"]) is None
    told_by = records.signed([commissioned, forged], given, meters_key.KINDS)
    pinned = meters_key.pinned(told_by, receipt["seq"])
    assert (pinned.key, pinned.seq) == (receipt["meter_key"], told["seq"])
    assert meters_key.pinned([told], told["seq"]) is None


def test_a_meter_that_was_replaced_has_the_key_of_the_new_one_or_none():
    first = {"kind": "meter.commissioned", "seq": 3, "at": None, "meter": {"key": "aa"}}
    known = meters_key.after(None, first)
    other = {"kind": "meter.replaced", "seq": 7, "at": "2026-03-28T17:00:00Z", "meter": {"key": "bb"}}
    assert meters_key.after(known, other) == ("bb", 7, "2026-03-28T17:00:00Z")
    assert meters_key.after(known, {**other, "meter": {}}) is None
    assert meters_key.after(known, {"kind": "session.ended", "meter": {"key": "cc"}}) == known


def test_a_receipt_of_a_meter_that_does_not_sign_has_one_code_and_our_caption(tmp_path, capsys):
    result = stories.played(tmp_path, "tap_and_charge")
    (compact,) = stories.of_kind(result, "session.ended")
    page = tmp_path / "receipt.html"
    stories.shown(compact, tmp_path, capsys, "--html", page)
    seen = stories.Page(page.read_text())
    assert seen.codes == [canonical.decode(jose.unb64url(compact.split(".")[1]))["ocmf"].encode()]
    assert texts.of("en")["qr"] in stories.flat(seen.told)
