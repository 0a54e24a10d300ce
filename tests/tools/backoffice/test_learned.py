"""What the office shows of records that were written before their terminal knew the time."""

import json

import pytest

from firmware.crypto import jose
from firmware.receipts import page
from tests.tools.backoffice.conftest import kilotap
from tests.tools.backoffice.terminals import START, STOP, session_ended, session_started
from tests.tools.backoffice.test_pages import text

UNSET = {"at": None, "clock": "unset"}
AT = "2026-03-28T18:30:00Z"
# The ticks of each record, reckoned back from the time that was learned 5,403 s after the start.
TIMES = ["2026-03-28T16:59:58Z", "2026-03-28T17:00:00Z", "2026-03-28T18:00:00Z", None]


@pytest.fixture
def terminal(office):
    """A terminal that charges before it knows the time; it learns that half an hour after the session."""
    terminal = office.enrolled()
    name = "KT-0001-000001"
    moments = {"start": {**START, **UNSET, "local": None}, "stop": {**STOP, **UNSET, "local": None}}
    terminal.lines = [
        terminal.record("boot", **UNSET, firmware="0.1.0", key=terminal.jwk, ticks_ms=1000),
        terminal.record("session.started", **UNSET, **session_started(name), ticks_ms=3000),
        terminal.record("session.ended", **UNSET, **{**session_ended(name), **moments}, ticks_ms=3_603_000),
    ]
    assert office.upload(terminal, terminal.lines)[0] == 200
    return terminal


def learn(office, terminal):
    told = terminal.record("clock.learned", at=AT, since_seq=1, ticks_ms=5_403_000)
    assert office.upload(terminal, [told])[0] == 200


def test_before_the_time_is_learned_no_page_tells_one(office, terminal):
    office.log_in()
    for path in ("/", "/records", "/records/KT-0001/2", "/records/KT-0001/3"):
        assert "2026-03-28" not in text(office.get(path)), path
        assert "learned later" not in text(office.get(path))


def test_every_page_tells_the_time_that_was_learned_and_says_so(office, terminal):
    learn(office, terminal)
    office.log_in()
    assert "2026-03-28 18:00:00 (learned later)" in text(office.get("/"))
    listed = text(office.get("/records"))
    assert "2026-03-28 17:00:00 (learned later)" in listed and "2026-03-28 18:00:00 (learned later)" in listed
    assert listed.count("learned later") == 3 and "2026-03-28 18:30:00" in listed
    shown = text(office.get("/records/KT-0001/2"))
    assert "Written at (UTC) 2026-03-28 17:00:00 (learned later)" in shown
    shown = text(office.get("/records/KT-0001/3"))
    assert "2026-03-28 17:00:00 (learned later)" in shown and "2026-03-28 18:00:00 (learned later)" in shown
    assert "learned later" not in text(office.get("/records/KT-0001/4"))


def test_the_drivers_receipt_tells_it_in_each_language(office, terminal):
    from django.core.cache import cache

    cache.clear()
    address = "/r/" + page.token(jose.unb64url(terminal.lines[2].split(".")[2]))
    assert "learned later" not in text(office.get(address))
    learn(office, terminal)
    for language, words in (
        ("en", "the clock was not set; learned later"),
        ("de", "die Uhr war nicht gestellt; später bestimmt"),
        ("fr", "horloge non réglée ; déterminé plus tard"),
    ):
        shown = text(office.get(f"{address}?lang={language}")).replace("&#x27;", "'")
        assert f"2026-03-28 17:00:00 UTC ({words})" in shown, shown
        assert shown.count(f"2026-03-28 18:00:00 UTC ({words})") == 2
    assert office.get(address + "/receipt.pdf").status_code == 200


def test_what_is_given_out_as_json_tells_it_beside_the_record_as_it_came(office, terminal):
    from tools.backoffice.records import export

    learn(office, terminal)
    told = export.described_records("KT-0001")
    assert [each["learned_at"] for each in told] == TIMES
    assert [each["at"] for each in told] == [None, None, None, AT]
    assert [each["jws"] for each in told][:3] == terminal.lines


def test_records_of_another_start_or_terminal_get_no_time(office, terminal):
    from tools.backoffice.records import learned

    other = office.enrolled("KT-0002", 2)
    office.upload(other, [other.record("boot", **UNSET), other.record("fault", **UNSET)])
    boot = terminal.record("boot", **UNSET, ticks_ms=10)
    told = terminal.record("clock.learned", at=AT, since_seq=4, ticks_ms=2010)
    office.upload(terminal, [boot, told])
    rows = list(office.models.Record.objects.order_by("terminal_id", "seq"))
    learned.attach(rows)
    assert [(row.terminal_id, row.seq) for row in rows if row.learned] == [("KT-0001", 4)]


def test_a_page_that_would_read_too_much_tells_no_time(office, terminal, monkeypatch):
    from tools.backoffice.records import learned

    learn(office, terminal)
    monkeypatch.setattr(learned, "MOST_RECORDS", 2)
    office.log_in()
    listed = office.get("/records")
    assert listed.status_code == 200 and "learned later" not in text(listed)


def test_of_many_stretches_on_a_page_no_more_is_read_in_all_than_of_one(office, terminal, monkeypatch):
    from tools.backoffice.records import learned

    learn(office, terminal)
    for since_seq in (5, 7, 9):
        boot = terminal.record("boot", **UNSET, ticks_ms=10)
        told = terminal.record("clock.learned", at=AT, since_seq=since_seq, ticks_ms=2010)
        office.upload(terminal, [boot, told])
    rows = office.models.Record.objects.filter(at=None).order_by("seq")
    for most, known in ((3, [5]), (4, [1, 2, 3]), (7, [1, 2, 3, 5]), (10, [1, 2, 3, 5, 7, 9])):
        monkeypatch.setattr(learned, "MOST_RECORDS", most)
        page = list(rows.all())
        learned.attach(page)
        assert [row.seq for row in page if row.learned] == known


def test_a_time_before_there_were_terminals_is_none_that_was_learned(office, terminal):
    from tools.backoffice.records import export

    told = terminal.record("clock.learned", at="0001-01-01T00:00:00Z", since_seq=1, ticks_ms=5_403_000)
    assert office.upload(terminal, [told])[0] == 200
    office.log_in()
    assert "learned later" not in text(office.get("/records"))
    assert {each["learned_at"] for each in export.described_records("KT-0001")} == {None}


def test_the_command_prints_them_as_json(office, terminal, place):
    learn(office, terminal)
    done = kilotap("dump", "KT-0001", "--json", data=place.directory)
    assert [each["learned_at"] for each in json.loads(done.stdout)] == TIMES
    done = kilotap("dump", "KT-0002", "--json", data=place.directory)
    assert (done.returncode, done.stdout) == (2, "") and "knows no terminal KT-0002" in done.stderr
