"""What a driver finds under the address in the display's QR code, and that nobody else finds it.

It does not know how a receipt is drawn; the records are those of a simulated terminal.
"""

import json
from pathlib import Path

import pytest

from firmware.crypto import canonical, jose
from firmware.receipts import page, shortcode
from tests.tools.documents import stories
from tools.__main__ import main
from tools.documents import proofs, texts

STORY = Path(__file__).parents[2] / "scenarios" / "tap_and_charge.toml"


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("story") / "result.json"
    assert main(["simulate", str(STORY), "--json", str(out)]) == 0
    return json.loads(out.read_text())


@pytest.fixture
def driver(office, story):
    """Upload the story's ledger; return (address of the page, the receipt's record)."""
    return uploaded(office, story)


def uploaded(office, story):
    from django.core.cache import cache

    from tools.backoffice.records import enrolment

    cache.clear()
    identity = story["terminal"]["id"]
    enrolment.enrol(identity, enrolment.invite(identity), story["terminal"]["key"])
    body = "".join(compact + "\n" for compact in story["jws"]).encode()
    assert office.post(f"/api/terminals/{identity}/records", body)[0] == 200
    (compact,) = [jws for jws, told in zip(story["jws"], story["records"]) if told["kind"] == "session.ended"]
    return "/r/" + page.token(jose.unb64url(compact.split(".")[2])), compact


def test_the_page_is_the_receipt_without_a_login_in_the_drivers_language(office, story, driver):
    address, compact = driver
    receipt = story["receipts"][0]
    for asked, word in (("", "Receipt"), ("?lang=de", "Beleg"), ("?lang=fr", "Reçu")):
        response = office.get(address + asked)
        text = response.content.decode()
        assert response.status_code == 200
        assert f"<h1>{word} {receipt['receipt']}</h1>" in text
        assert shortcode.of(jose.unb64url(compact.split(".")[2])) in text
    german = office.client.get(address, secure=True, headers={"accept-language": "fr;q=0.3, de-AT, xx;q=zz"})
    assert german["Content-Language"] == "de" and "Die Signatur stimmt." in german.content.decode()


def test_the_page_shows_no_whole_card_number_and_stays_out_of_caches_and_search_engines(
    office, story, driver
):
    address, _ = driver
    response = office.get(address)
    uid = story["receipts"][0]["token"]["uid"]
    # The meter's signed record has it, as a QR code; the words have not.
    assert uid not in response.content.decode() and "…" + uid[-4:] in response.content.decode()
    assert response["X-Robots-Tag"].startswith("noindex")
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert "style-src 'sha256-" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_the_files_behind_the_page_verify_by_one_another(office, driver, tmp_path, capsys):
    address, compact = driver
    assert office.get(address + "/receipt.pdf?lang=de").content.startswith(b"%PDF-")
    signed, register = tmp_path / "receipt.jws", tmp_path / "keys.json"
    signed.write_bytes(office.get(address + "/receipt.jws").content)
    assert signed.read_text() == compact + "\n"
    register.write_bytes(office.get(address + "/keys.json").content)
    # The tariff is not at hand; every other check holds.
    main(["verify", str(signed), "--key", str(register), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {check["check"] for check in told["checks"] if not check["holds"]} <= {"price"}
    links = office.get(address).content.decode()
    for end in ("/receipt.pdf?lang=en", "/receipt.jws", "/keys.json", "?lang=de", "?lang=fr"):
        assert f'href="{address}{end}"' in links


def test_the_style_that_the_page_brings_is_the_one_that_its_policy_lets_in(office, driver):
    import base64
    import hashlib

    response = office.get(driver[0])
    style = response.content.decode().split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response["Content-Security-Policy"]


def test_a_wrong_address_is_no_page_and_too_many_of_them_have_to_wait(office, driver):
    address, _ = driver
    wrong = address[:-1] + ("A" if address[-1] != "A" else "B")
    for other in (wrong, address[:-1], address + "A", "/r/" + "é" * 22, address.lower()):
        assert office.get(other).status_code == 404
    for _ in range(30):
        office.get(wrong)
    assert office.get(wrong).status_code == 429
    assert int(office.get(address)["Retry-After"]) > 0
    assert office.client.get(address, secure=True, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_page_names_who_issues_the_receipt(office, driver):
    from django.test import override_settings

    with override_settings(RECEIPT_ISSUER=["Stadtwerke <Musterstadt>", "USt-IdNr. DE123456789"]):
        text = office.get(driver[0]).content.decode()
    assert "<address>Stadtwerke &lt;Musterstadt&gt;<br>USt-IdNr. DE123456789</address>" in text


def test_only_reading_is_possible(office, driver):
    assert office.client.post(driver[0], secure=True).status_code == 405


def test_receipts_that_were_stored_before_pages_had_names_get_theirs(office, driver):
    import importlib

    from django.apps import apps

    office.models.ReceiptPage.objects.all().delete()
    assert office.get(driver[0]).status_code == 404
    importlib.import_module("tools.backoffice.records.migrations.0003_receipt_page").name_pages(apps, None)
    assert office.get(driver[0]).status_code == 200


def test_a_correction_is_linked_from_the_receipt_whose_place_it_takes(office, story, driver):
    address, compact = driver
    # A cancellation as the terminal would write it, stored beside the receipt.
    row = office.models.Record.objects.get(kind="session.ended")
    payload = {**row.payload, "kind": "receipt.cancelled", "receipt": row.session + "-C1", "reason": "test"}
    named = {"receipt": row.session, "hash": "A" * 43, "code": "AAA-AAA-AAA"}
    payload["corrects"] = named

    head, _, signature = compact.split(".")
    forged = ".".join((head, jose.b64url(canonical.encode(payload)), signature))
    office.models.Record.objects.create(
        terminal_id=row.terminal_id,
        seq=row.seq + 100,
        kind="receipt.cancelled",
        clock="synchronised",
        received_at=row.received_at,
        session=row.session,
        compact=forged,
    )
    assert f"Cancellation {row.session}-C1" in office.get(address).content.decode()


def test_a_meter_that_signs_has_its_own_record_on_the_page_with_the_key_of_its_commissioning(
    office, tmp_path
):
    story = stories.played(tmp_path, "signing_meter")
    address, compact = uploaded(office, story)
    receipt = stories.payload_of(compact)
    page = stories.Page(office.get(address).content.decode())
    assert page.codes == [receipt["meter_record"].encode(), receipt["ocmf"].encode()]
    assert receipt["meter_key"] in page.told
    assert "Pinned when the meter was commissioned" in page.told
    assert "The meter's signature holds." in page.told


def test_a_record_that_is_too_large_for_a_code_does_not_show_the_card_on_the_page(
    office, tmp_path, monkeypatch
):
    address, compact = uploaded(office, stories.played(tmp_path, "signing_meter"))
    monkeypatch.setattr(proofs, "MOST_IN_QR", 100)
    page = stories.Page(office.get(address).content.decode())
    assert page.codes == [] and "OCMF|" not in page.told
    assert page.told.count(texts.of("en")["too_large_elsewhere"]) == 2
    assert stories.payload_of(compact)["token"]["uid"] not in page.told
