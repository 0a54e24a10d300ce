"""What the office stores of an upload, what it answers, and what it refuses. It knows no socket."""

import json
import threading

import pytest

from tests.tools.backoffice.terminals import Terminal, canonical


def test_records_are_stored_in_order_and_the_next_one_is_named(office):
    terminal = office.enrolled()
    lines = terminal.records(3)
    assert office.upload(terminal, lines) == (200, {"next_seq": 4})
    assert office.stored(terminal) == lines


def test_the_same_upload_again_gets_the_same_answer_and_is_stored_once(office):
    terminal = office.enrolled()
    lines = terminal.records(3)
    first = office.upload(terminal, lines)
    assert office.upload(terminal, lines) == first
    assert office.stored(terminal) == lines
    assert (office.state(terminal).stored, office.state(terminal).duplicates) == (3, 3)


def test_an_upload_that_begins_with_known_records_adds_the_new_ones(office):
    terminal = office.enrolled()
    lines = terminal.records(5)
    office.upload(terminal, lines[:3])
    assert office.upload(terminal, lines[1:]) == (200, {"next_seq": 6})
    assert office.stored(terminal) == lines
    assert office.state(terminal).duplicates == 2


def test_a_record_twice_in_one_upload_is_stored_once(office):
    terminal = office.enrolled()
    lines = terminal.records(2)
    assert office.upload(terminal, [lines[0], lines[0], lines[1], lines[0]]) == (200, {"next_seq": 3})
    assert office.stored(terminal) == lines


def test_a_gap_is_answered_with_the_record_that_is_missing(office):
    terminal = office.enrolled()
    lines = terminal.records(4)
    office.upload(terminal, lines[:1])
    status, answer = office.upload(terminal, lines[2:])
    assert (status, answer["next_seq"]) == (409, 2)
    assert office.stored(terminal) == lines[:1]


def test_a_gap_that_the_terminal_did_not_sign_is_no_gap_but_a_forgery(office):
    terminal, thief = office.enrolled(), Terminal("KT-0001", scalar=2)
    status, answer = office.upload(terminal, thief.records(3)[2:])
    assert (status, answer["next_seq"], answer["line"]) == (422, 1, 1)


def tampered(line):
    """Change one character of the payload, which then is another one under the old signature."""
    header, payload, signature = line.split(".")
    return ".".join((header, payload[:20] + ("A" if payload[20] != "A" else "B") + payload[21:], signature))


def forged(line):
    header, payload, signature = line.split(".")
    return ".".join((header, payload, ("A" if signature[0] != "A" else "B") + signature[1:]))


BROKEN = {
    "tampered": tampered,
    "forged": forged,
    "truncated": lambda line: line[:-30],
    "without signature": lambda line: line.rpartition(".")[0],
    "empty": lambda line: "",
    "no JWS": lambda line: '{"seq": 2}',
    "padded": lambda line: line + "==",
    "with a carriage return": lambda line: line + "\r",
    "beyond ASCII": lambda line: line.encode() + b"\xc3\xa4",
    "too long": lambda line: line + "A" * 16384,
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_line_ends_the_upload_and_what_stands_before_it_is_stored(office, how):
    terminal = office.enrolled()
    lines = terminal.records(3)
    status, answer = office.upload(terminal, [lines[0], BROKEN[how](lines[1]), lines[2]])
    assert (status, answer["next_seq"], answer["line"]) == (422, 2, 2)
    assert answer["reason"]
    assert office.stored(terminal) == lines[:1]
    # The sequence did not move past it: the honest lines still fit.
    assert office.upload(terminal, lines[1:]) == (200, {"next_seq": 4})


def test_reordered_lines_end_the_upload_at_the_first_that_does_not_follow(office):
    terminal = office.enrolled()
    one, two, three = terminal.records(3)
    status, answer = office.upload(terminal, [one, three, two])
    assert (status, answer["next_seq"], answer["line"]) == (422, 2, 2)
    assert office.stored(terminal) == [one]


@pytest.mark.parametrize(
    "change",
    [
        {"prev": "A" * 43},
        {"terminal": "KT-0002"},
        {"seq": True},
        {"seq": "1"},
        {"seq": 0},
        {"seq": -1},
    ],
)
def test_a_signed_record_that_does_not_continue_the_chain_is_refused(office, change):
    terminal = office.enrolled()
    status, answer = office.upload(terminal, [terminal.sign(canonical(terminal.payload(**change)))])
    assert (status, answer["next_seq"], answer["line"]) == (422, 1, 1)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b"{",
        b'{"seq":1,"seq":1}',
        b'{"seq": 1}',
        b'{"seq":NaN}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_a_signed_payload_that_is_no_canonical_object_is_refused(office, payload):
    terminal = office.enrolled()
    status, answer = office.upload(terminal, [terminal.sign(payload)])
    assert (status, answer["line"]) == (422, 1)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "k", "typ": "record+jws"},
        {"alg": "ES256", "kid": "k", "typ": "order+jws"},
        {"alg": "ES256", "crit": ["b64"], "kid": "k", "typ": "record+jws"},
    ],
)
def test_a_signature_under_another_header_is_refused(office, header):
    terminal = office.enrolled()
    line = terminal.sign(canonical(terminal.payload()), header)
    assert office.upload(terminal, [line])[0] == 422


def test_a_ledger_that_was_signed_twice_is_refused_and_raises_one_alert(office):
    terminal = office.enrolled()
    lines = terminal.records(2)
    office.upload(terminal, lines)
    twin = Terminal("KT-0001")
    other = twin.record("boot", firmware="0.1.0")
    for _ in range(2):
        status, answer = office.upload(terminal, [other])
        assert (status, answer["next_seq"], answer["line"]) == (422, 3, 1)
        assert "twice" in answer["reason"]
    assert office.stored(terminal) == lines
    alert = office.models.Alert.objects.get()
    assert (alert.terminal_id, alert.kind, alert.seq, alert.compact) == ("KT-0001", "fork", 1, other)


def test_a_forgery_for_a_stored_position_raises_no_alert(office):
    terminal = office.enrolled()
    lines = terminal.records(2)
    office.upload(terminal, lines)
    assert office.upload(terminal, [forged(lines[0])])[0] == 422
    assert not office.models.Alert.objects.exists()


def test_records_of_terminals_that_are_unknown_or_not_enrolled_are_not_taken(office):
    from tools.backoffice.records.enrolment import invite

    invite("KT-0002")
    for identity in ("KT-0002", "KT-0003"):
        terminal = Terminal(identity)
        status, answer = office.upload(terminal, terminal.records(1))
        assert status == 404
        assert list(answer) == ["reason"]


def test_what_is_too_much_at_once_is_refused_whole(office):
    terminal = office.enrolled()
    path = "/api/terminals/KT-0001/records"
    assert office.post(path, b"A" * 10_000_000)[0] == 413
    assert office.post(path, b"\n".join([b"A"] * 1001))[0] == 413
    assert office.stored(terminal) == []


def test_a_thousand_lines_are_not_too_many(office):
    terminal = office.enrolled()
    assert office.upload(terminal, terminal.records(1000)) == (200, {"next_seq": 1001})


def test_an_upload_of_nothing_is_no_upload(office):
    terminal = office.enrolled()
    assert office.upload(terminal, [])[0] == 422


def test_the_last_line_needs_no_line_feed(office):
    terminal = office.enrolled()
    body = "\n".join(terminal.records(2)).encode()
    assert office.post("/api/terminals/KT-0001/records", body) == (200, {"next_seq": 3})


def test_a_record_with_wrong_content_is_stored_and_flagged(office):
    terminal = office.enrolled()
    assert office.upload(terminal, terminal.session(1, energy_wh=10999)) == (200, {"next_seq": 3})
    flags = office.models.Record.objects.get(seq=2).flags
    assert flags == "energy_wh: 10999, but the registers differ by 11000"


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "weather"},
        {"kind": ["boot"]},
        {"kind": {}},
        {"kind": None},
        {"kind": "x" * 5000},
        {"kind": "a\x00b"},
        {"clock": 7},
        {"at": "yesterday"},
        {"at": "2026-02-30T00:00:00Z"},
        {"at": "1970-01-01T00:00:10Z"},
        {"at": "2996-03-28T16:59:00Z"},
        {"at": None},
        {"at": {"now": 1}},
        {"kind": "session.started", "session": 7},
        {"kind": "session.started", "session": "KT-9-000001"},
        {"kind": "session.ended"},
        {"kind": "session.ended", "session": "KT-0001-000001", "lines": 7, "vat": {}, "energy_wh": "1"},
    ],
)
def test_whatever_a_terminal_signed_in_its_place_is_stored_and_flagged(office, members):
    terminal = office.enrolled()
    line = terminal.sign(canonical({**terminal.payload(), **members}))
    assert office.upload(terminal, [line]) == (200, {"next_seq": 2})
    assert office.stored(terminal) == [line]
    assert office.models.Record.objects.get().flags


@pytest.mark.parametrize("fault", ["a\x00b", "x" * 5000, "", 7, None, ["welded"]])
def test_a_fault_that_is_no_code_is_stored_and_opens_nothing(office, fault):
    terminal = office.enrolled()
    line = terminal.record("fault", fault=fault)
    assert office.upload(terminal, [line]) == (200, {"next_seq": 2})
    assert (office.stored(terminal), office.state(terminal).open_faults) == ([line], [])


def test_a_record_beyond_the_fast_reader_is_read_by_the_strict_one(office):
    terminal = office.enrolled()
    deep = json.loads("[" * 20 + "7" + "]" * 20)
    lines = [terminal.record("fault", fault="meter_silent", what=what) for what in ("Zähler stumm", deep)]
    assert office.upload(terminal, lines) == (200, {"next_seq": 3})
    assert office.stored(terminal) == lines


def test_honest_records_carry_no_flag(office):
    terminal = office.enrolled()
    lines = [
        terminal.record("boot", at=None, clock="unset", firmware="0.1.0", key=terminal.jwk),
        *terminal.session(1),
        terminal.record("session.rejected", token=None, reason="random_uid"),
    ]
    office.upload(terminal, lines)
    assert set(office.models.Record.objects.values_list("flags", flat=True)) == {""}


def test_pages_find_a_receipt_by_what_the_record_says(office):
    terminal = office.enrolled()
    office.upload(terminal, terminal.session(7))
    receipt = office.models.Record.objects.get(kind="session.ended")
    found = (receipt.session, receipt.energy_wh, receipt.gross_minor, receipt.currency)
    assert found == ("KT-0001-000007", 11000, 713, "EUR")


def test_open_sessions_and_faults_follow_the_records(office):
    terminal = office.enrolled()
    started, ended = terminal.session(1)
    office.upload(terminal, [started])
    assert office.state(terminal).open_session == "KT-0001-000001"
    office.upload(
        terminal, [ended, terminal.record("fault", fault="welded", what="The contactor is welded.")]
    )
    assert (office.state(terminal).open_session, office.state(terminal).open_faults) == ("", ["welded"])
    office.upload(terminal, [terminal.record("fault.cleared", fault="welded")])
    assert office.state(terminal).open_faults == []


def test_uploads_of_one_terminal_at_once_store_each_record_once(office):
    from django.db import connections
    from django.test import Client

    terminal = office.enrolled()
    lines = terminal.records(120)
    body = "\n".join(lines).encode()
    answers = []

    def send(first, size):
        # Each sender goes on from what the office says, as a terminal does after a lost answer.
        part = body.split(b"\n")[first : first + size]
        response = Client().post(
            "/api/terminals/KT-0001/records",
            b"\n".join(part),
            content_type="application/x-ndjson",
            secure=True,
        )
        answers.append((response.status_code, json.loads(response.content)["next_seq"]))
        connections.close_all()

    threads = [threading.Thread(target=send, args=(0, size)) for size in (120, 60, 120, 30, 90, 120)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.stored(terminal) == lines
    assert {status for status, _ in answers} == {200}
    assert office.state(terminal).next_seq == 121
    # 540 lines came, each of the 120 is stored once.
    assert office.state(terminal).duplicates == 540 - 120


def test_the_content_policy_lets_nothing_foreign_in(office):
    policy = office.get("/login")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
