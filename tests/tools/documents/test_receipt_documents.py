"""Shows that a receipt's documents say all of it, in three languages, and that strangers' readers read them.

It does not know how they look; its evidence is a simulated session, read back by PDFium and ZXing.
"""

import json

import pytest

from firmware.crypto import canonical, jose
from tests.tools.documents.stories import SCENARIOS, Page, altered, codes, flat, of_kind, pages, played, shown
from tools.__main__ import main
from tools.documents import texts
from tools.proofs import records


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("story") / "result.json"
    assert main(["simulate", str(SCENARIOS / "tap_and_charge.toml"), "--json", str(out)]) == 0
    return json.loads(out.read_text())


@pytest.fixture
def compact(result):
    return result["jws"][[record["kind"] for record in result["records"]].index("session.ended")]


@pytest.fixture
def key(result, tmp_path):
    path = tmp_path / "terminal.jwk"
    path.write_text(json.dumps(result["terminal"]["key"]))
    return path


def wanted(result, compact, language):
    receipt = canonical.decode(jose.unb64url(compact.split(".")[1]))
    mark = {"en": "."}.get(language, ",")
    said = texts.of(language)
    return [
        receipt["receipt"],
        records.code_of(compact),
        "KT-0001",
        "DE-KTP-C00001-K",
        "21110042",
        f"123{mark}456 kWh",
        f"134{mark}517 kWh",
        f"11{mark}061 kWh",
        f"0{mark}49 EUR/kWh",
        "2026-03-28 17:59:10 – 18:59:30",
        f"5{mark}42 EUR",
        f"6{mark}45 EUR",
        said["vat_of"].format(rate="19", net=f"5{mark}42 EUR"),
        jose.thumbprint(jose.public_from_jwk(result["terminal"]["key"])),
        said["valid"],
    ]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_terminal_shows_all_of_a_receipt(language, result, compact, key, tmp_path, capsys):
    code, said = shown(compact, tmp_path, capsys, "--key", key, "--language", language)
    assert code == 0
    assert [text for text in wanted(result, compact, language) if text not in said.out] == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_pdf_says_it_too_and_its_qr_code_is_the_meters_record(
    language, result, compact, key, tmp_path, capsys
):
    out = tmp_path / "receipt.pdf"
    issuer = "Stadtwerke Łódź"
    words = ("--key", key, "--language", language, "--pdf", out, "--issuer", issuer)
    assert shown(compact, tmp_path, capsys, *words)[0] == 0
    told = pages(out)
    assert len(told) == 1
    assert [text for text in wanted(result, compact, language) if text not in told[0]] == []
    assert issuer in told[0]
    assert codes(out) == [result["receipts"][0]["ocmf"].encode()]


def test_the_page_says_it_too_and_asks_nobody_for_anything(result, compact, key, tmp_path, capsys):
    out = tmp_path / "receipt.html"
    issuer = "<script>alert(1)</script>"
    assert shown(compact, tmp_path, capsys, "--key", key, "--html", out, "--issuer", issuer)[0] == 0
    page = out.read_text()
    reader = Page(page)
    assert [text for text in wanted(result, compact, "en") if text not in reader.told] == []
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")


def lines(count):
    told = []
    for number in range(count):
        line = {"dimension": "TIME", "quantity": "1201/3600", "unit": "h", "unit_price": "1.2", "vat": "19"}
        line |= {"net_minor": 40, "vat_minor": 8, "gross_minor": 48}
        line |= {
            "from": f"2026-03-28T{number % 24:02}:00:00+01:00",
            "to": f"2026-03-28T{number % 24:02}:20:01+01:00",
        }
        told.append({**line, "why": [["time", 61200, 75600], ["weekday", 62, None]], "step": True})
    return told


def test_a_long_receipt_goes_on_page_after_page_with_its_headings(compact, tmp_path, capsys):
    out = tmp_path / "receipt.pdf"
    long = altered(compact, lines=lines(30))
    assert shown(long, tmp_path, capsys, "--pdf", out)[0] == 0
    told = pages(out)
    assert len(told) == 3
    for number, page in enumerate(told, 1):
        assert f"Page {number}/3" in page
    assert all("Unit price, net" in page for page in told[:2])
    assert "".join(told).count("17:00 to 21:00, Mon-Fri, rounded up to whole steps") == 30
    assert "0:20:01" in told[0]


def test_what_does_not_hold_or_was_not_checked_is_written_on_it(compact, key, tmp_path, capsys):
    code, said = shown(compact, tmp_path, capsys)
    assert (code, "was not checked" in said.out) == (0, True)
    code, said = shown(altered(compact, gross_minor=1), tmp_path, capsys, "--key", key)
    assert code == 1
    assert "DOES NOT HOLD" in said.out and "DOES NOT HOLD" in said.err


LINE = {"dimension": "ENERGY", "quantity": "1", "unit": "kWh", "unit_price": "1", "vat": "19"}
LINE |= {"net_minor": 100, "vat_minor": 19, "gross_minor": 119}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"kind": "boot"}, "not a receipt"),
        ({"lines": None}, "lacks or garbles"),
        ({"start": {"at": 7, "local": "x", "clock": "x"}}, "lacks or garbles"),
        ({"vat": [7]}, "lacks or garbles"),
        ({"currency": "ABC"}, "lacks or garbles"),
        ({"receipt": 7}, "lacks or garbles 7 where a text belongs"),
        ({"terminal": [{}]}, "lacks or garbles [{}] where a text belongs"),
        ({"lines": [{**LINE, "unit_price": "1e999999999"}]}, "'1e999999999', which is no exact number"),
        ({"lines": [{**LINE, "quantity": "9" * 1000}]}, "too large"),
    ],
)
def test_what_is_no_receipt_is_told_and_nothing_written(members, sentence, compact, tmp_path, capsys):
    code, said = shown(altered(compact, **members), tmp_path, capsys, "--pdf", tmp_path / "out.pdf")
    assert (code, sentence in said.err) == (2, True), said.err
    assert not (tmp_path / "out.pdf").exists()


def test_a_clock_that_was_unset_is_no_reason_for_an_empty_page(compact, tmp_path, capsys):
    unset = {"at": None, "clock": "unset", "local": None}
    told = altered(compact, start=unset, stop=unset, lines=[{**lines(1)[0], "from": 0, "to": 1201}], at=None)
    code, said = shown(told, tmp_path, capsys)
    assert code == 0
    assert "– (not set)" in said.out and "0:00:00 – 0:20:01 since the start" in said.out


def test_a_receipt_was_issued_by_the_clock_of_the_place_or_in_utc_where_none_is_told(
    compact, tmp_path, capsys
):
    changed = altered(compact, at="2026-03-28T23:30:05Z")
    assert "Issued 2026-03-29 00:30:05 +01:00" in " ".join(shown(changed, tmp_path, capsys)[1].out.split())
    unknown = {"local": None, "at": None, "clock": "unset"}
    ended = altered(changed, stop=unknown)
    assert "Issued 2026-03-29 00:30:05 +01:00" in " ".join(shown(ended, tmp_path, capsys)[1].out.split())
    unset = altered(changed, start=unknown, stop=unknown)
    assert "Issued 2026-03-28 23:30:05 UTC" in " ".join(shown(unset, tmp_path, capsys)[1].out.split())


def test_a_bank_cards_receipt_names_scheme_masked_number_and_transaction(tmp_path, capsys):
    out = tmp_path / "result.json"
    assert main(["simulate", str(SCENARIOS / "bank_card.toml"), "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    ended = told["jws"][[record["kind"] for record in told["records"]].index("session.ended")]
    (tmp_path / "terminal.jwk").write_text(json.dumps(told["terminal"]["key"]))
    capsys.readouterr()
    code, said = shown(ended, tmp_path, capsys, "--key", tmp_path / "terminal.jwk")
    assert code == 0
    assert "TEST 476173******0119, KT-0001-000001" in said.out and "agreed limit" not in said.out


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["the power failed in between; charging went on afterwards", "Without power"]),
        ("de", ["der Zähler lief rückwärts", "Ohne Strom"]),
        ("fr", ["le compteur a reculé", "Sans courant"]),
    ],
)
def test_what_the_terminal_remarked_stands_in_words(language, told, compact, tmp_path, capsys):
    pause = {"from": "2026-03-28T17:10:00Z", "to": "2026-03-28T17:25:30Z"}
    changed = altered(compact, flags=["resumed", "meter_backwards", "new_one"], interruptions=[pause])
    _, said = shown(changed, tmp_path, capsys, "--language", language)
    text = " ".join(said.out.split())
    for sentence in [*told, "2026-03-28 18:10:00", " 18:25:30 +01:00", "new_one"]:
        assert sentence in text, sentence


def test_time_that_a_cancellation_takes_back_has_its_sign_in_front(compact, tmp_path, capsys):
    line = {"dimension": "TIME", "quantity": "-541/360", "unit": "h", "unit_price": "1.2", "vat": "19"}
    lines = [{**line, "net_minor": -180, "vat_minor": -34, "gross_minor": -214}]
    told = shown(altered(compact, kind="receipt.cancelled", lines=lines), tmp_path, capsys)[1].out
    # An hour and a half and ten seconds.
    assert " -1:30:10 " in told


def test_a_stretch_over_a_change_of_the_clocks_tells_by_which_both_moments_are(tmp_path, capsys):
    (compact,) = of_kind(played(tmp_path, "tap_and_charge", start='"2026-10-25T00:30:00Z"'), "session.ended")
    text = flat(shown(compact, tmp_path, capsys)[1].out)
    assert "2026-10-25 02:30:10 +02:00 – 2026-10-25 02:30:30 +01:00" in text
