"""What documents of cancelled and corrected receipts say: what they cancel or replace, when, and what for.

It does not know who orders them; the records are those that a simulated terminal wrote on an order.
"""

import json

import pytest

from tests.tools.documents import stories
from tools.__main__ import main
from tools.documents import texts

AMOUNTS = {"net_minor": 442, "vat_minor": 85}
LINE = {"dimension": "ENERGY", "unit": "kWh", "quantity": "11.061", "unit_price": "0.4", "vat": "19"}
BILL = {
    "currency": "EUR",
    "rounding": "r",
    "net_minor": 442,
    "gross_minor": 527,
    "lines": [{**LINE, **AMOUNTS, "gross_minor": 527}],
    "vat": [{"rate": "19", **AMOUNTS}],
}
# The second comes after daylight-saving time has begun, at 01:00 UTC.
AFTER_S = 6 * 3600
AT = {
    "receipt.corrected": ("2026-03-29T00:01:36Z", "2026-03-29 01:01:36 +01:00"),
    "receipt.cancelled": ("2026-03-29T06:01:32Z", "2026-03-29 08:01:32 +02:00"),
}
CANCELS = {
    "en": "Cancels receipt KT-0001-000001 (short code ",
    "de": "Storniert Beleg KT-0001-000001 (Kurzcode ",
    "fr": "Annule reçu KT-0001-000001 (code court ",
}
REPLACES = {
    "en": "Takes the place of receipt KT-0001-000001 (short code ",
    "de": "Tritt an die Stelle von Beleg KT-0001-000001 (Kurzcode ",
    "fr": "Remplace reçu KT-0001-000001 (code court ",
}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return stories.taken_back(tmp_path_factory.mktemp("story"), "tap_and_charge", BILL, AFTER_S)


def documents(compact, folder, capsys, language):
    """Return the texts of a receipt's documents: on the terminal, as a PDF, as a page."""
    pdf, page = folder / "receipt.pdf", folder / "receipt.html"
    words = ("--language", language)
    told = stories.shown(compact, folder, capsys, *words)[1].out
    assert stories.shown(compact, folder, capsys, *words, "--pdf", pdf, "--html", page)[0] == 0
    return list(map(stories.flat, [told, "".join(stories.pages(pdf)), stories.Page(page.read_text()).told]))


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "verb", "other"),
    [("receipt.cancelled", CANCELS, REPLACES), ("receipt.corrected", REPLACES, CANCELS)],
)
def test_it_says_what_it_does_to_which_receipt_when_by_the_clock_of_the_place_and_for_what_supply(
    kind, verb, other, language, result, tmp_path, capsys
):
    (compact,) = stories.of_kind(result, kind)
    assert stories.payload_of(compact)["at"] == AT[kind][0]
    for text in documents(compact, tmp_path, capsys, language):
        assert verb[language] in text and other[language] not in text
        said = texts.of(language)
        assert f"{said['issued']} {AT[kind][1]}" in text and "UTC" not in text
        assert f"{said['why']} wrong tariff" in text
        assert "2026-03-28 17:59:10 +01:00" in text and "2026-03-28 18:59:30 +01:00" in text
        assert said["cancellation" if kind == "receipt.cancelled" else "correction"] in text


def test_one_without_a_zone_is_told_in_utc_as_those_of_before(result, tmp_path, capsys):
    (compact,) = stories.of_kind(result, "receipt.cancelled")
    header, payload, signature = compact.split(".")
    old = {
        key: told for key, told in stories.payload_of(compact).items() if key not in ("zone", "start", "stop")
    }
    made = stories.altered(f"{header}.{stories.encoded({})}.{signature}", **old)
    text = stories.flat(stories.shown(made, tmp_path, capsys)[1].out)
    assert f"Issued {old['at'][:10]} {old['at'][11:19]} UTC" in text


def test_the_ledger_with_both_verifies(result, tmp_path, capsys):
    ledger = tmp_path / "records.ndjson"
    ledger.write_text("\n".join(result["jws"]) + "\n")
    main(["verify", str(ledger), "--json"])
    told = json.loads(capsys.readouterr().out)
    # The tariff is not at hand.
    wrong = [check for check in told["checks"] if not check["holds"] and "price" not in check["check"]]
    assert [check for check in wrong if check["check"] != "receipts"] == []
