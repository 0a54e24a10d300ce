"""Proves that the office does without records by nothing but the terminal's signature on just these."""

import hashlib
import json

import pytest

from tests.tools.backoffice.terminals import Terminal, b64url, canonical
from tools import keys
from tools.proofs import ledgers


def hash_of(line):
    return b64url(hashlib.sha256(line.encode()).digest())


def verified(office, terminal):
    """Return chain and damage as `kilotap verify` sees them in what the office gives out: each with whether
    it holds, and what is lost.
    """
    given = keys.recognise(json.dumps(terminal.jwk).encode())
    lines = ledgers.Lines("\n".join(office.stored(terminal)).encode())
    proof = ledgers.verify(lines, "the office's records", given, lambda tariff: None)
    holds = {name: holds for name, holds, _ in proof.checks if name in ("chain", "damage")}
    return holds, [(gap["first_seq"], gap["last_seq"]) for gap in proof.lost]


class Lost:
    """Ten records, of which the office has two and the terminal lost some; the last names them."""

    def __init__(self, office, first=3, last=5, **changes):
        self.terminal = office.enrolled()
        self.lines = self.terminal.records(9)
        told = {"first_seq": first, "last_seq": last, "next_prev": self.prev_of(last + 1), "why": "damaged"}
        payload = self.terminal.payload("ledger.damaged", **told)
        self.proof = self.terminal.take(self.terminal.sign(canonical({**payload, **changes})))
        self.after = [*self.lines[last:], self.proof]
        assert office.upload(self.terminal, self.lines[: first - 1]) == (200, {"next_seq": first})

    def prev_of(self, seq):
        return hash_of(self.lines[seq - 2])


def test_a_gap_is_gone_over_by_the_record_that_names_it_and_what_follows_is_stored(office):
    lost = Lost(office)
    status, answer = office.upload(lost.terminal, lost.after)
    assert (status, answer["next_seq"]) == (409, 3)
    assert office.upload(lost.terminal, [lost.proof, *lost.after]) == (200, {"next_seq": 11})
    assert office.stored(lost.terminal) == lost.lines[:2] + lost.after
    alert = office.models.Alert.objects.get()
    assert (alert.kind, alert.seq, alert.lost, alert.compact) == ("damaged", 10, (3, 5), lost.proof)
    # The answer was lost: the same again.
    assert office.upload(lost.terminal, [lost.proof, *lost.after]) == (200, {"next_seq": 11})
    assert office.models.Alert.objects.count() == 1
    assert office.state(lost.terminal).stored == 7


def test_the_gap_may_be_gone_over_long_before_it_is_the_turn_of_the_record_that_names_it(office):
    lost = Lost(office)
    assert office.upload(lost.terminal, [lost.proof, lost.after[0]]) == (200, {"next_seq": 7})
    # What the office gives out names the gap when the record has come in its turn, and not before.
    assert verified(office, lost.terminal) == ({"chain": False}, [])
    assert office.upload(lost.terminal, lost.after[1:]) == (200, {"next_seq": 11})
    assert verified(office, lost.terminal) == ({"chain": True, "damage": True}, [(3, 5)])


def test_the_record_alone_moves_nothing_until_the_one_after_the_gap_holds(office):
    lost = Lost(office)
    status, answer = office.upload(lost.terminal, [lost.proof])
    assert (status, answer["next_seq"]) == (409, 3)
    status, answer = office.upload(lost.terminal, [lost.proof, lost.after[1]])
    assert (status, answer["next_seq"], answer["line"]) == (422, 3, 2)
    assert not office.models.Alert.objects.exists() and office.state(lost.terminal).stored == 2


def test_what_was_shown_has_to_come_in_its_turn(office):
    lost = Lost(office)
    office.upload(lost.terminal, [lost.proof, *lost.after[:-1]])
    lost.terminal.seq, lost.terminal.prev = 10, lost.prev_of(10)
    other = lost.terminal.record("fault", fault="panel", what="dark")
    status, answer = office.upload(lost.terminal, [other])
    assert (status, answer["next_seq"], answer["line"]) == (422, 10, 1) and "twice" in answer["reason"]
    assert [alert.kind for alert in office.models.Alert.objects.order_by("id")] == ["damaged", "fork"]
    assert office.upload(lost.terminal, [lost.proof]) == (200, {"next_seq": 11})


@pytest.mark.parametrize(
    "changes",
    [
        {"first_seq": 4},
        {"last_seq": 4},
        {"last_seq": 2},
        {"last_seq": 10},
        {"first_seq": True},
        {"first_seq": "3"},
        {"first_seq": 0},
        {"next_prev": None},
        {"next_prev": "A" * 43},
        {"kind": "fault"},
        {"terminal": "KT-0002"},
    ],
)
def test_a_record_that_names_others_moves_nothing(office, changes):
    lost = Lost(office, **changes)
    status, answer = office.upload(lost.terminal, [lost.proof, *lost.after])
    assert status in (409, 422) and answer["next_seq"] == 3, answer
    assert not office.models.Alert.objects.exists() and office.state(lost.terminal).stored == 2


def test_a_forged_one_moves_nothing(office):
    lost = Lost(office)
    thief = Terminal("KT-0001", scalar=2)
    thief.seq, thief.prev = 10, lost.prev_of(10)
    told = {"first_seq": 3, "last_seq": 5, "next_prev": lost.prev_of(6), "why": "damaged"}
    header, payload, signature = lost.proof.split(".")
    for forged in (
        thief.record("ledger.damaged", **told),
        ".".join((header, payload, signature[:-4] + "AAAA")),
        ".".join((header, payload[:-8] + "AAAAAAAA", signature)),
    ):
        status, answer = office.upload(lost.terminal, [forged, *lost.after])
        assert (status, answer["next_seq"], answer["line"]) == (422, 3, 1)
    assert not office.models.Alert.objects.exists() and office.state(lost.terminal).stored == 2


def test_a_terminal_that_lost_its_end_goes_on_from_what_it_has(office):
    terminal = office.enrolled()
    lines = terminal.records(5)
    office.upload(terminal, lines)
    # It lost 4 and 5, which the office has: the chain goes on behind record 3.
    terminal.prev = prev = hash_of(lines[2])
    told = {"first_seq": 4, "last_seq": 5, "next_prev": prev, "why": "damaged"}
    wrong = terminal.sign(canonical({**terminal.payload("ledger.damaged", **told), "prev": "A" * 43}))
    assert office.upload(terminal, [wrong])[0] == 422
    named = terminal.record("ledger.damaged", **told)
    rest = terminal.records(1)
    assert office.upload(terminal, [named, *rest]) == (200, {"next_seq": 8})
    assert office.stored(terminal) == [*lines, named, *rest]
    assert verified(office, terminal) == ({"chain": True, "damage": True}, [])


def test_a_gap_that_is_no_gap_here_is_no_hindrance(office):
    lost = Lost(office)
    office.upload(lost.terminal, lost.lines)
    assert office.upload(lost.terminal, [lost.proof, *lost.after]) == (200, {"next_seq": 11})
    assert not office.models.Alert.objects.exists()


def test_the_terminals_page_says_what_was_lost(office):
    lost = Lost(office)
    office.upload(lost.terminal, [lost.proof, *lost.after])
    office.log_in()
    page = " ".join(office.get("/terminals").content.decode().split())
    assert "KT-0001 lost its records 3 to 5 and says so in record 10." in page


class LostBeforeNewKeys:
    """A ledger that lost its third record and changed its key twice after it, before the office heard of any;
    the last record, under the newest key, names the lost one.
    """

    def __init__(self, office):
        self.terminal = terminal = office.enrolled()
        self.lines = [*terminal.records(4), terminal.rotate(11), *terminal.records(1), terminal.rotate(12)]
        told = {"first_seq": 3, "last_seq": 3, "next_prev": hash_of(self.lines[2]), "why": "damaged"}
        self.proof = terminal.record("ledger.damaged", **told)
        self.after = [*self.lines[3:], self.proof]
        self.ahead = [self.lines[4], self.lines[6], self.proof]
        assert office.upload(terminal, self.lines[:2]) == (200, {"next_seq": 3})


def test_a_record_under_a_key_to_come_counts_behind_the_announcements_that_lead_to_it(office):
    lost = LostBeforeNewKeys(office)
    assert office.upload(lost.terminal, [*lost.ahead, *lost.after]) == (200, {"next_seq": 9})
    assert office.stored(lost.terminal) == lost.lines[:2] + lost.after
    assert office.state(lost.terminal).thumbprint == lost.terminal.thumbprint
    keys = office.models.TerminalKey.objects.filter(terminal_id=lost.terminal.identity)
    assert [(key.from_seq, key.to_seq) for key in keys] == [(1, 5), (6, 7), (8, None)]
    # The answer was lost: the same again, and then what comes next.
    assert office.upload(lost.terminal, [*lost.ahead, *lost.after]) == (200, {"next_seq": 9})
    assert office.upload(lost.terminal, lost.terminal.records(1)) == (200, {"next_seq": 10})
    assert office.models.Alert.objects.count() == 1


def test_the_gap_before_new_keys_may_be_gone_over_one_record_at_a_time(office):
    lost = LostBeforeNewKeys(office)
    assert office.upload(lost.terminal, [*lost.ahead, lost.after[0]]) == (200, {"next_seq": 5})
    # The answer was lost: of the same again, the first announcement is now the next record.
    assert office.upload(lost.terminal, [*lost.ahead, lost.after[0]]) == (200, {"next_seq": 6})
    for line in lost.after[2:]:
        status, _ = office.upload(lost.terminal, [line])
        assert status == 200
    assert office.stored(lost.terminal) == lost.lines[:2] + lost.after


def test_announcements_ahead_of_their_turn_change_nothing_by_themselves(office):
    lost = LostBeforeNewKeys(office)
    for lines in (lost.ahead[:1], lost.ahead[:2], lost.ahead, [*lost.ahead[:2], lost.after[0]]):
        status, answer = office.upload(lost.terminal, lines)
        assert (status, answer["next_seq"]) == (409, 3)
    assert office.state(lost.terminal).stored == 2
    assert office.models.TerminalKey.objects.count() == 1


def test_a_key_that_no_announcement_leads_to_names_nothing(office):
    lost = LostBeforeNewKeys(office)
    last = lost.ahead[2]
    stranger = Terminal("KT-0001", 21)
    stranger.seq = 5
    forged = stranger.rotate(22)
    unproved = Terminal("KT-0001", 1)
    unproved.seq, unproved.prev = 5, hash_of(lost.lines[3])
    unproved = unproved.rotate(12, proof=lost.lines[6].split(".")[0])
    for ahead in ([last], [lost.ahead[0], last], [lost.ahead[1], last], [forged, last], [unproved, last]):
        status, answer = office.upload(lost.terminal, [*ahead, *lost.after])
        assert status in (409, 422) and answer["next_seq"] == 3
    assert office.state(lost.terminal).stored == 2
