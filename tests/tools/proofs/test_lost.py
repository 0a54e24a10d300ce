"""Shows that a ledger may lack what a signed record of it names as lost, and nothing more.

It does not know how records get lost, nor an office's own rule; its evidence is a story of two sessions,
signed anew: records 4 to 6 are the first one, 9 and 10 the second.
"""

import json

import pytest

from firmware.crypto import jose
from firmware.ledger import chain, segment
from tests.tools.proofs import forging
from tests.tools.proofs.test_corrections import records as corrected  # noqa: F401 - a fixture
from tests.tools.proofs.test_sessions import renumbered
from tools.__main__ import main


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return forging.played("orders", tmp_path_factory.mktemp("story") / "result.json")["records"]


class Declared:
    """The records of a story, and behind them one that names some as lost."""

    def __init__(self, payloads, first_seq, last_seq, changes=()):
        self.all = forging.signed(payloads)
        self.first_seq, self.last_seq = first_seq, last_seq
        last = payloads[-1]
        told = {name: last[name] for name in ("at", "clock", "terminal", "ticks_ms")}
        told.update(kind="ledger.damaged", seq=len(self.all) + 1, prev=self.hash(len(self.all)))
        told.update(first_seq=first_seq, last_seq=last_seq, next_prev=self.hash(last_seq), why="damaged")
        self.proof = forging.compact({**told, **dict(changes)})

    def hash(self, seq):
        return chain.hash(self.all[seq - 1])

    def without(self, *lost):
        """Return what is left; without numbers, of what is named as lost nothing is."""
        gone = lost or range(self.first_seq, self.last_seq + 1)
        return [each for seq, each in enumerate(self.all, 1) if seq not in gone] + [self.proof]


def told(compacts, folder):
    return forging.problems(forging.judged(compacts, folder))


@pytest.mark.parametrize(
    ("first_seq", "last_seq", "receipts"),
    [
        (2, 2, []),
        (3, 3, []),
        (4, 4, []),
        (5, 5, []),
        (6, 6, ["KT-0012-000001"]),
        (4, 6, ["KT-0012-000001"]),
        (2, 9, ["KT-0012-000001"]),
        (4, 10, []),
        (2, 8, ["KT-0012-000001"]),
    ],
)
def test_a_ledger_without_just_what_it_names_holds_and_says_what_is_lost(
    records, tmp_path, first_seq, last_seq, receipts
):
    proof = forging.judged(Declared(records, first_seq, last_seq).without(), tmp_path)
    assert forging.problems(proof) == ""
    lost = {"first_seq": first_seq, "last_seq": last_seq, "named_by": 11, "why": "damaged"}
    assert proof.lost == [lost] and proof.lost_receipts == receipts


def test_text_and_json_tell_what_is_lost_and_the_exit_code_that_the_rest_holds(records, tmp_path, capsys):
    (tmp_path / "key.jwk").write_text(json.dumps(jose.jwk(forging.PUBLIC)))
    folder = tmp_path / "ledger"
    folder.mkdir()
    declared = Declared(records, 6, 6)
    lines = [segment.encode_line(each) for each in [*declared.all, declared.proof]]
    # The bytes lie where they lay, and one of them is another.
    lines[5] = lines[5][:400] + b"!" + lines[5][401:]
    (folder / segment.name(1)).write_bytes(b"".join(lines))
    words = ["verify", str(folder), "--key", str(tmp_path / "key.jwk")]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "record 6 lost, as record 11 says; with them the receipts KT-0012-000001; no other record" in out
    assert out.endswith("This ledger holds; it lost record 6, and says so itself.\n")
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] and found["lost_receipts"] == ["KT-0012-000001"]
    assert found["lost"] == [{"first_seq": 6, "last_seq": 6, "named_by": 11, "why": "damaged"}]
    # The disk is damaged all the same.
    assert main(["ledger", "check", *words[1:]]) == 1


def test_a_gap_that_nobody_names_is_refused(records, tmp_path):
    declared = Declared(records, 5, 5)
    assert "records 5 to 5 are missing; chain" in told(declared.without()[:-1], tmp_path)
    found = told(declared.without(5, 8), tmp_path)
    assert "records 8 to 8 are missing; chain" in found and "5 to 5" not in found
    proof = forging.judged(declared.without(5, 8), tmp_path)
    assert ("damage", True, "record 5 lost, as record 11 says") in proof.checks


@pytest.mark.parametrize("lost", [(4, 5), (5, 6), (4, 5, 6)])
def test_a_gap_that_is_larger_than_what_is_named_is_refused(records, tmp_path, lost):
    found = told(Declared(records, 5, 5).without(*lost), tmp_path)
    assert f"records {lost[0]} to {lost[-1]} are missing; chain" in found


@pytest.mark.parametrize(
    ("first_seq", "last_seq", "lost", "sentence"),
    [
        (4, 5, (5,), "it names records 4 to 5 as lost, and 1 of them, the first record 4, are there"),
        (4, 5, (4,), "it names records 4 to 5 as lost, and 1 of them, the first record 5, are there"),
        (4, 6, (5,), "it names records 4 to 6 as lost, and 2 of them, the first record 4, are there"),
        (4, 6, (99,), "it names records 4 to 6 as lost, and 3 of them, the first record 4, are there"),
        (5, 5, (99,), "it names record 5 as lost, and it is there"),
        (8, 10, (8,), "records 8 to 8 are missing; chain"),
    ],
)
def test_records_that_are_there_cannot_be_named_as_lost(
    records, tmp_path, first_seq, last_seq, lost, sentence
):
    assert sentence in told(Declared(records, first_seq, last_seq).without(*lost), tmp_path)


def test_what_names_others_than_those_before_it_is_refused(records, tmp_path):
    for changes in ({"last_seq": 11}, {"first_seq": 0}, {"first_seq": True}, {"next_prev": None}):
        found = told(Declared(records, 5, 5, changes).without(), tmp_path)
        assert "record 11: it names no records before it as lost" in found, changes
        assert "records 5 to 5 are missing; chain" in found, changes


def test_what_tells_another_hash_than_the_record_behind_the_gap_is_refused(records, tmp_path):
    declared = Declared(records, 5, 5, {"next_prev": chain.hash("another")})
    assert "records 5 to 5 are missing; chain" in told(declared.without(), tmp_path)


def test_a_forged_declaration_excuses_nothing(records, tmp_path):
    declared = Declared(records, 5, 5)
    content, mark, signature = declared.proof.rpartition(".")
    other = declared.all[0].rpartition(".")[2]
    assert other != signature
    found = told([*declared.without()[:-1], content + mark + other], tmp_path)
    assert "records 5 to 5 are missing; " in found and "signature does not hold" in found


def test_receipts_that_cannot_be_in_what_is_lost_are_missing(records, tmp_path):
    # Of numbers 1 to 3 there is neither start nor end, but of number 1, and one record is lost.
    payloads = forging.changed(records, lambda each: renumbered(4)(each[8:]))
    found = told(Declared(payloads, 8, 8).without(), tmp_path)
    assert "2 receipts are missing before it, and 1 records are lost, which cannot hold them" in found
    assert "receipt KT-0012-000004 follows KT-0012-000001" in found
    # Number 2 alone, whose start would be lost with its end, is one record too many.
    payloads = forging.changed(records, lambda each: renumbered(3)(each[8:]))
    assert "which cannot hold them" in told(Declared(payloads, 8, 8).without(), tmp_path)
    proof = forging.judged(Declared(payloads, 7, 8).without(), tmp_path)
    assert forging.problems(proof) == "" and proof.lost_receipts == ["KT-0012-000002"]


def test_a_number_that_comes_again_behind_a_gap_is_refused(records, tmp_path):
    payloads = forging.changed(records, lambda each: renumbered(1)(each[8:]))
    found = told(Declared(payloads, 8, 8).without(), tmp_path)
    assert "receipt KT-0012-000001 follows KT-0012-000001" in found


def test_a_lost_end_that_others_got_before_is_gone_on_with(records, tmp_path):
    ended = forging.signed(records)
    before = {"prev": chain.hash(ended[8]), "next_prev": chain.hash(ended[8])}
    proof = forging.judged(Declared(records, 10, 10, before).without(99), tmp_path)
    assert forging.problems(proof) == "" and proof.lost == []
    assert (
        "damage",
        True,
        "what record 11 names as lost is there; no other record is missing",
    ) in proof.checks
    # A number that was never given may be among those that it names.
    longer = {**before, "seq": 12, "last_seq": 11}
    proof = forging.judged(Declared(records, 10, 10, longer).without(99), tmp_path)
    assert forging.problems(proof) == ""
    assert [each["first_seq"] for each in proof.lost] == [11]
    # It has to go on from the record before those, and from no other.
    for seq in (8, 5):
        other = {"prev": chain.hash(ended[seq - 1]), "next_prev": chain.hash(ended[seq - 1])}
        found = told(Declared(records, 10, 10, other).without(99), tmp_path)
        assert "prev is not the hash of the record before" in found
        assert "it names record 10 as lost, and it is there" in found


def test_numbers_of_any_kind_are_told_and_break_nothing(records, tmp_path):
    for seq in ([1], {"1": 1}, "5", None, True):
        payloads = forging.changed(records, lambda each, seq=seq: each[4].update(seq=seq))
        for number, payload in enumerate(payloads, 1):
            payload.setdefault("seq", number)
        assert "chain: see above" in told(forging.signed(payloads, is_numbered=False), tmp_path), seq


def test_corrections_of_what_is_lost_hold_and_those_of_what_was_never_there_do_not(corrected, tmp_path):  # noqa: F811
    ends = [seq for seq, each in enumerate(corrected, 1) if each["kind"] == "session.ended"]
    # The receipt, the order, and the first correction, behind which the second one comes.
    for seq in (ends[0], len(corrected) - 2, len(corrected) - 1):
        proof = forging.judged(Declared(corrected, seq, seq).without(), tmp_path)
        assert forging.problems(proof) == "", seq
    names = forging.changed(corrected, lambda each: each[-1]["corrects"].update(receipt="KT-0001-000099"))
    found = told(Declared(names, ends[0], ends[0]).without(), tmp_path)
    assert "names KT-0001-000099, which is not so before it" in found
    second = corrected[-1]["receipt"]
    again = [*corrected, {**corrected[-1], "receipt": second.replace("-C2", "-C1")}]
    found = told(Declared(again, len(again) - 2, len(again) - 2).without(), tmp_path)
    assert "its number stands twice" in found and "took back before" in found
