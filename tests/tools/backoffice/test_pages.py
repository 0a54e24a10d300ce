"""What operators see, and that no page counts, sorts or scans a big table. It knows no browser."""

import re

import pytest

from firmware.crypto import jose
from firmware.receipts import correction, page, shortcode
from tests.tools.backoffice.terminals import Terminal, canonical, session_ended


def text(response):
    """Return what a reader sees, white space folded."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@pytest.mark.parametrize("path", ["/", "/records", "/records/KT-0001/1", "/terminals"])
def test_pages_ask_for_a_login(office, path):
    response = office.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", ["/", "/records", "/terminals"])
def test_pages_say_what_to_do_while_there_is_nothing(office, path):
    office.log_in()
    assert office.get(path).status_code == 200


def test_a_receipt_shows_what_a_driver_and_an_auditor_need(office):
    terminal = office.enrolled()
    lines = terminal.session(1)
    office.upload(terminal, lines)
    office.log_in()
    page = office.get("/records/KT-0001/2")
    shown = text(page)
    for wanted in (
        "KT-0001-000001",
        "7.13 EUR",
        "11.000 kWh",
        "1:00:00",
        "2026-03-28 17:59:00 +01:00",
        "2026-03-28 16:59:00",
        "123.456 kWh",
        "134.456 kWh",
        "0.49 EUR",
        "5.39 EUR",
        "VAT 19 % on 5.99 EUR",
        "1.14 EUR",
        "DE-KTP-C00001-K",
        "04A1B2C3D4E580",
        "eastron-sdm630, 21110042",
        "9f" * 32,
        "verified",
        terminal.thumbprint,
        lines[1],
    ):
        assert wanted in shown
    assert "What does not fit" not in shown


def test_a_receipt_shows_its_short_code_and_what_takes_its_place(office):
    terminal = office.enrolled()
    lines = terminal.session(1)
    ended = {**session_ended("KT-0001-000001"), "kind": "session.ended"}
    named = {"receipt": "KT-0001-000001", "hash": "x" * 43, "code": "7Q2-FM9-XC5", "number": 1}
    named["zone"] = "UTC0"
    members = correction.cancelled(ended, named, "a wrong tariff")
    lines.append(terminal.record("receipt.cancelled", **members))
    office.upload(terminal, lines)
    office.log_in()
    shown = text(office.get("/records/KT-0001/2"))
    code = shortcode.of(jose.split(lines[1], "record+jws")[2])
    assert f"Short code {code}" in shown
    assert "Cancelled by KT-0001-000001-C1 : a wrong tariff" in shown
    assert "flags" not in text(office.get("/records/KT-0001/3"))


def test_a_receipt_says_of_each_line_when_and_why(office):
    terminal = office.enrolled()
    ended = session_ended("KT-0001-000001")
    day, time = ended["lines"]
    moments = {"from": "2026-03-28T17:59:00+01:00", "to": "2026-03-29T00:10:00+01:00"}
    day = {**day, **moments, "why": [["time", 61200, 86400], ["weekday", 62, None]], "estimated": True}
    time = {**time, "from": 0, "to": 1800, "why": [], "step": True, "vat": None}
    office.upload(terminal, terminal.session(1, lines=[day, time], tax="NO"))
    office.log_in()
    shown = text(office.get("/records/KT-0001/2"))
    assert "Energy 17:59:00 – 2026-03-29 00:10:00, 17:00 to 24:00, Mon-Fri, divided by estimate" in shown
    assert "Charging time 0:00:00 – 0:30:00, rounded up to whole steps" in shown
    # A line that leaves its moments out lasted for the whole session.
    office.upload(terminal, terminal.session(2))
    whole = text(office.get("/records/KT-0001/4"))
    assert "Energy 17:59:00 – 18:59:00" in whole
    assert "What does not fit" not in shown


def test_a_receipt_of_gross_prices_adds_up(office):
    terminal = office.enrolled()
    line = {**session_ended("x")["lines"][0], "quantity": "11", "unit_price": "0.5831"}
    totals = {
        "net_minor": 539,
        "gross_minor": 642,
        "vat": [{"rate": "19", "net_minor": 539, "vat_minor": 103}],
    }
    discount = {"id": "inn", "name": "Inn", "amount_minor": 100}
    given = {"dimension": "DISCOUNT", "quantity": "1", "unit": "session", "unit_price": "0", "vat": "19"}
    given.update({"net_minor": 0, "vat_minor": 0, "gross_minor": 0, "discount": discount})
    office.upload(terminal, terminal.session(1, lines=[line, given], tax="YES", **totals))
    office.log_in()
    shown = text(office.get("/records/KT-0001/2"))
    assert "with VAT" in shown and "Discount Inn" in shown and "What does not fit" not in shown


def test_amounts_follow_the_currency(office):
    terminal = office.enrolled()
    yen = {"currency": "JPY", "net_minor": 599, "gross_minor": 713}
    office.upload(terminal, terminal.session(1, **yen))
    office.log_in()
    assert "713 JPY" in text(office.get("/"))


def test_a_receipt_that_does_not_add_up_says_so(office):
    terminal = office.enrolled()
    office.upload(terminal, terminal.session(1, gross_minor=714))
    office.log_in()
    shown = text(office.get("/records/KT-0001/2"))
    assert "What does not fit" in shown and "gross_minor: not net_minor plus the VAT of all rates" in shown
    assert "flagged" in text(office.get("/")).replace("Only flagged", "")


@pytest.mark.parametrize("wrong", [{"lines": True}, {"vat": 7}, {"lines": {"a": 1}}, {"token": ["uid"]}])
def test_what_a_terminal_signed_and_is_no_receipt_is_shown_as_it_is_to_the_operator_alone(office, wrong):
    terminal = office.enrolled()
    lines = terminal.session(1, **wrong)
    office.upload(terminal, lines)
    office.log_in()
    assert "KT-0001-000001" in text(office.get("/records/KT-0001/2"))
    token = page.token(jose.unb64url(lines[1].split(".")[2]))
    assert office.get(f"/r/{token}").status_code == 404


@pytest.mark.parametrize(
    "members",
    [
        {"session": ["x"], "stop": 7, "vat": "19", "lines": {"a": 1}, "meter": None, "token": []},
        {"session": "<script>alert(1)</script>", "currency": "EUR", "gross_minor": 2**53 - 1},
        {
            "lines": [1, None, {}, {"why": [1], "from": 5, "discount": []}, {"why": [["x", None, None]]}],
            "vat": [[]],
            "currency": "XXX",
            "energy_wh": -5,
            "duration_s": "x",
            "flags": 3,
        },
        {},
    ],
)
def test_a_receipt_of_nonsense_is_still_shown_and_harmless(office, members):
    terminal = office.enrolled()
    line = terminal.sign(canonical(terminal.payload("session.ended", **members)))
    assert office.upload(terminal, [line])[0] == 200
    office.log_in()
    for path in ("/", "/records", "/records/KT-0001/1"):
        page = office.get(path)
        assert page.status_code == 200
        assert b"<script>" not in page.content


def test_other_records_show_their_members_as_a_table(office):
    terminal = office.enrolled()
    office.upload(terminal, [terminal.record("boot", firmware="0.1.0", key=terminal.jwk)])
    office.log_in()
    shown = text(office.get("/records/KT-0001/1"))
    assert "Started up" in shown and "key.crv P-256" in shown and "firmware 0.1.0" in shown


def test_a_record_that_is_not_there_is_not_found(office):
    office.log_in()
    assert office.get("/records/KT-0001/9").status_code == 404
    assert office.get("/records/KT-0001/99999999999999999999").status_code == 404


def test_terminals_show_what_is_open(office):
    terminal = office.enrolled()
    office.upload(terminal, terminal.session(1)[:1])
    office.log_in()
    shown = text(office.get("/terminals"))
    assert "KT-0001 charging KT-0001-000001" in shown


def test_a_ledger_signed_twice_stands_on_top_of_the_terminals(office):
    terminal = office.enrolled()
    office.upload(terminal, terminal.records(1))
    office.upload(terminal, [Terminal("KT-0001").record("boot", firmware="0.1.0")])
    office.log_in()
    assert "KT-0001 signed its record 1 twice" in text(office.get("/terminals"))
    assert "Signed twice" in text(office.get("/records/KT-0001/1"))


def numbers(page):
    return re.findall(r">(KT-000\d-\d{6})<", page.content.decode())


def test_one_can_leaf_to_the_oldest_receipt_and_back(office):
    terminal = office.enrolled()
    for first in range(1, 121, 40):
        office.upload(terminal, [line for n in range(first, first + 40) for line in terminal.session(n)])
    office.log_in()
    page, seen = office.get("/?terminal=KT-0001"), []
    while True:
        seen += numbers(page)
        older = re.search(r'rel="next" href="([^"]*)"', page.content.decode())
        if not older:
            break
        page = office.get("/" + older[1].replace("&amp;", "&"))
    assert seen == [f"KT-0001-{n:06}" for n in range(120, 0, -1)]
    newer = re.search(r'rel="prev" href="([^"]*)"', page.content.decode())[1].replace("&amp;", "&")
    assert numbers(office.get("/" + newer)) == seen[50:100]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("q=KT-0001-000002", ["KT-0001-000002"]),
        ("q=kt-0001-00000", ["KT-0001-000003", "KT-0001-000002", "KT-0001-000001"]),
        ("terminal=KT-0001&q=000002", ["KT-0001-000002"]),
        ("terminal=KT-0002&q=KT", ["KT-0002-000001"]),
        ("terminal=KT-0002&q=000002", []),
        ("q=KT-0001-000002%25", []),
        ("flagged=1", ["KT-0002-000001"]),
        ("flagged=1&q=KT-0002&terminal=KT-0002", ["KT-0002-000001"]),
        ("flagged=1&q=KT-0001", []),
        ("terminal=KT-0001&flagged=1", []),
    ],
)
def test_receipts_are_found_by_number_terminal_and_flag(office, wish, found):
    one, two = office.enrolled("KT-0001", 1), office.enrolled("KT-0002", 2)
    office.upload(one, [line for n in (1, 2, 3) for line in one.session(n)])
    office.upload(two, two.session(1, energy_wh=1))
    office.log_in()
    assert numbers(office.get("/?" + wish)) == found


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("q=KT-0001&before=KT-0001-000003~0", ["KT-0001-000002", "KT-0001-000001"]),
        ("q=KT-0001&after=KT-0001-000001~999999999", ["KT-0001-000003", "KT-0001-000002"]),
        # Places that no link of ours names, for they are not within what is searched for.
        ("q=KT-0001&before=KT-0002-000001~99", ["KT-0001-000003", "KT-0001-000002", "KT-0001-000001"]),
        ("q=KT-0002&before=KT-0001-000003~0", []),
        ("q=KT-0002&after=KT-0001-000001~2", ["KT-0002-000001"]),
        ("q=KT-0001&after=KT-0002-000001~2", []),
        ("q=KT-0001-000002&before=KT-0001-000002~999&after=KT-0001-000001~1", ["KT-0001-000002"]),
        ("q=KT-0001-000002&before=KT-0001-000002~x&after=KT-0001-000002~x", ["KT-0001-000002"]),
    ],
)
def test_a_search_finds_nothing_else_from_whatever_place_it_goes_on(office, wish, found):
    one, two = office.enrolled("KT-0001", 1), office.enrolled("KT-0002", 2)
    office.upload(one, [line for n in (1, 2, 3) for line in one.session(n)])
    office.upload(two, two.session(1))
    office.log_in()
    assert numbers(office.get("/?" + wish)) == found


@pytest.mark.parametrize(
    "wish", ["before=x", "after=~", "before=9" * 30, "kind=%ff", "q=%F0%9F%98%80", "page=7"]
)
def test_nonsense_in_an_address_is_no_error(office, wish):
    office.log_in()
    assert office.get("/records?" + wish).status_code == 200


def test_a_nul_in_an_address_is_refused(office):
    office.log_in()
    assert office.get("/records?q=%00").status_code == 400


WISHES = [
    {},
    {"kind": "fault"},
    {"kind": "session.ended", "before": "500"},
    {"terminal": "KT-0001"},
    {"terminal": "KT-0001", "after": "10"},
    {"terminal": "KT-0001", "kind": "session.ended", "before": "90"},
    {"q": "KT-0001"},
    {"q": "KT", "kind": "session.ended", "before": "KT-0001-000009~17"},
    {"q": "0007", "terminal": "KT-0001", "kind": "session.ended"},
    {"flagged": "1"},
    {"flagged": "1", "kind": "session.ended"},
    {"flagged": "1", "terminal": "KT-0001", "before": "9"},
    {"flagged": "1", "q": "KT-0001", "kind": "session.ended"},
]


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_no_list_scans_sorts_or_counts_a_big_table(office, wish):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tools.backoffice.records.pages import WISHES as NAMES
    from tools.backoffice.records.pages import chosen
    from tools.backoffice.records.paging import page_of

    full = {name: wish.get(name, "") for name in NAMES}
    with CaptureQueriesContext(connection) as queries:
        page_of(*chosen(full), full)
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + queries[0]["sql"])
        plan = [row[3] for row in cursor.fetchall()]
    assert "COUNT(" not in queries[0]["sql"]
    for step in plan:
        assert "TEMP B-TREE" not in step, plan
        # The whole list in the order of its key is no scan that grows: it ends after one page.
        assert "record_flagged" in step or not wish.get("flagged"), plan
        assert step.startswith("SEARCH") or "USING INDEX" in step or not wish, plan


BIG_WISHES = [
    *WISHES,
    {"q": "KT", "kind": "receipt.corrected"},
    {"q": "KT", "kind": "session.ended", "before": "KT-0001-000003~6"},
    {"q": "KT", "before": "KT-0001-000003~6"},
    {"q": "KT", "after": "KT-0001-000500~1000"},
    {"q": "KT-0001", "terminal": "KT-0001", "after": "KT-0001-000500~1000"},
]


def test_no_list_scans_more_of_a_table_that_is_ten_times_as_big(office):
    few, many = (steps_of_lists(office, sessions) for sessions in (1000, 10_000))
    for wish, before, after in zip(BIG_WISHES, few, many, strict=True):
        assert after <= 1.2 * before + 50, wish


def steps_of_lists(office, sessions):
    """Return how many hundred instructions SQLite takes for each of BIG_WISHES among so many sessions."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tools.backoffice.records import tables
    from tools.backoffice.records.entry import Entry
    from tools.backoffice.records.pages import WISHES as NAMES
    from tools.backoffice.records.pages import chosen
    from tools.backoffice.records.paging import page_of

    def entry(seq):
        kind = "session.ended" if seq % 2 else "session.started"
        flags = "" if seq > 100 else "what does not fit"
        return Entry("KT-0001", seq, kind, "", f"KT-0001-{seq // 2:06}", 1, 1, "EUR", flags, "", None, "")

    office.models.Record.objects.all().delete()
    office.models.Terminal.objects.get_or_create(pk="KT-0001")
    with transaction.atomic():
        tables.store_records([entry(seq) for seq in range(1, 2 * sessions + 1)], timezone.now())
    steps = []
    for wish in BIG_WISHES:
        taken = []
        connection.connection.set_progress_handler(lambda taken=taken: taken.append(1), 100)
        full = {name: wish.get(name, "") for name in NAMES}
        page_of(*chosen(full), full)
        connection.connection.set_progress_handler(None, 0)
        steps.append(len(taken))
    return steps
