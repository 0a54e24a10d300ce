"""Shows that a ledger whose sessions do not belong together is refused, though each record was signed.

It does not know what one receipt says of itself; its evidence is a story of two sessions, signed anew.
"""

import pytest

from tests.tools.proofs import forging


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return forging.played("orders", tmp_path_factory.mktemp("story") / "result.json")["records"]


def told(records, folder, change, **how):
    return forging.problems(forging.judged(forging.signed(forging.changed(records, change), **how), folder))


def first(kind, /, **members):
    """Return a change of members of the first record of a kind."""
    return lambda records: forging.of_kind(records, kind)[0].update(members)


def within(kind, member, **members):
    return lambda records: forging.of_kind(records, kind)[0][member].update(members)


def without(kind, place=0):
    return lambda records: records.remove(forging.of_kind(records, kind)[place])


def again(kind, place=0):
    """Return a change that tells a record twice, at the end."""

    def change(records):
        records.append({**forging.of_kind(records, kind)[place], "at": records[-1]["at"]})

    return change


def renumbered(first_number):
    """Return a change that gives the sessions other numbers, in all that is told of them."""

    def change(records):
        for kind in ("session.started", "session.ended"):
            for number, record in enumerate(forging.of_kind(records, kind), first_number):
                name = f"{record['terminal']}-{number:06}"
                record.update({member: name for member in ("session", "receipt") if member in record})
                if "ocmf" in record:
                    record["ocmf"] = forging.ocmf(record["ocmf"], lambda p, n=number: p.update(PG=f"T{n}"))

    return change


def test_the_honest_ledger_holds(records, tmp_path):
    assert told(records, tmp_path, lambda records: None) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (renumbered(2), "session KT-0012-000002 began after 0 receipts, as number 2"),
        (without("session.ended"), "session KT-0012-000001 has no end, and KT-0012-000002 began after it"),
        (without("session.started"), "session KT-0012-000001 ended, and it never began"),
        (again("session.ended"), "session KT-0012-000001 ended twice"),
        (again("session.ended", 1), "session KT-0012-000002 ended twice"),
        (again("session.started", 1), "session KT-0012-000002 began after 2 receipts, as number 2"),
        (
            first("session.started", contract="DE-X"),
            "its contract is DE-KTP-C00001-K, and the session began with DE-X",
        ),
        (
            within("session.started", "token", uid="00112233"),
            "its token is {'level': 'HEARSAY', 'type': 'RFID', 'uid': '04A1B2C3D4E580'}, and the",
        ),
        (within("session.started", "tariff", hash="0" * 64), "its tariff is {'hash': "),
        (
            within("session.started", "meter", wh=1),
            "its register at the start is 123456, and the session began",
        ),
        (
            within("session.started", "meter", serial="7"),
            "its meter's serial is 21110042, and the session began",
        ),
        (within("session.started", "meter", model="abb-b23"), "its meter's model is eastron-sdm630"),
        (
            within("session.started", "meter", resolution_wh=10),
            "its register's step is 1 Wh, and it began with 10",
        ),
        (within("session.started", "meter", transaction="7"), "lacks the record that its meter signs"),
        (first("session.started", unbilled_wh=5), "gives back 5 Wh, and 0 Wh flowed since the last register"),
        (
            first("session.started", session="KT-0099-000001"),
            "KT-0099-000001 is no session of terminal KT-0012",
        ),
        (
            first("session.ended", kind="session.over"),
            "record 6 is of kind session.over, and has the number of",
        ),
        (first("boot", kind="reboot"), "a ledger begins with a start of its terminal, this one with reboot"),
        (first("boot", firmware="0.2.0"), "GV: OCMF says 0.1.0, the terminal 0.2.0"),
        (first("configured", clock="true"), "by a clock that is true"),
        (first("configured", tariffs=["other"]), "began with the tariff energy, which was not in force"),
        (
            within("meter.commissioned", "meter", serial="7"),
            "began with the meter 21110042, and 7 was commissioned",
        ),
        (within("meter.commissioned", "meter", wh=999999), "began at 123456 Wh, below 999999 Wh before"),
        (first("session.ended", reason="power_loss"), "ended by power_loss, and its flags are none"),
        (first("session.ended", reason="limit"), "ended by a limit, and the session began without one"),
        (first("session.ended", reason="whim"), "ended by whim, and no session ends by that"),
        (
            first("session.ended", reason="contactor_fault"),
            "ended by contactor_fault, and the ledger tells no fault of the contactor in it",
        ),
        (
            first("session.ended", reason="meter_fault", flags=["meter_fault"]),
            "ended by meter_fault, and the ledger tells no fault of the meter in it",
        ),
        (first("session.started", limit_minor=-1), "began with -1 as its limit, which is no amount"),
        (first("boot", receipts=4), "the terminal counts 4 receipts, and 0 are there"),
        (
            first("session.started", at="2026-03-28T17:00:30Z"),
            "it began at 2026-03-28T17:01:00Z, and was recorded at 2026-03-28T17:00:30Z",
        ),
        (
            lambda records: records[5].update(at="2026-03-28T18:05:00Z"),
            "it ended at 2026-03-28T18:01:00Z, and was recorded at 2026-03-28T18:05:00Z",
        ),
        (
            lambda records: records[5].update(ticks_ms=records[5]["ticks_ms"] + 60_000),
            "it took 3600 s, and 3660 s passed by the terminal's ticks",
        ),
        (
            lambda records: records[5].update(duration_s=3000, flags=["clock_set"]),
            "it took 3000 s, and 3600 s passed by the terminal's ticks",
        ),
        (
            lambda records: records[5].update(flags=["power_loss"]),
            "tells of a power failure, and the terminal started 0 times in it",
        ),
        (
            lambda records: records.insert(5, {**records[0], "at": records[4]["at"]}),
            "KT-0012-000001 tells no power failure, and the terminal started in it",
        ),
        (
            lambda records: records[7].update(ticks_ms=1),
            "record 8: the ticks since the start fell, from 12462728 to 1 ms in 138 s",
        ),
        (
            lambda records: records[7].update(at="2026-03-28T10:00:00Z"),
            "record 8 was made at 2026-03-28T10:00:00Z, before one of 2026-03-28T20:26:42Z",
        ),
        (
            lambda records: records[7].update(at="2026-03-28T10:00:00Z", clock="estimated"),
            "record 8 was made at 2026-03-28T10:00:00Z, before one of 2026-03-28T20:26:42Z",
        ),
        (
            lambda records: records[7].update(terminal="KT-0099"),
            "a record of terminal 'KT-0099' in the ledger",
        ),
    ],
)
def test_starts_ends_and_receipts_that_do_not_belong_together_are_told(change, sentence, records, tmp_path):
    assert sentence in told(records, tmp_path, change)


def late_end(storage_fault_at, cleared_at):
    """Return a change: storage fails, and the second session ends five minutes before its record."""

    def change(records):
        records[9].update(at="2026-03-28T21:39:00Z", ticks_ms=records[9]["ticks_ms"] + 300_000)
        for place, kind in ((cleared_at, "fault.cleared"), (storage_fault_at, "fault")):
            before = {name: records[place - 1][name] for name in ("terminal", "at", "clock", "ticks_ms")}
            records.insert(place, {**before, "kind": kind, "fault": "storage", "what": "full"})

    return change


@pytest.mark.parametrize(
    ("storage_fault_at", "cleared_at", "is_told"),
    [(4, 5, True), (1, 3, True), (4, 8, False), (6, 7, False), (9, 9, False)],
)
def test_an_end_may_be_recorded_late_only_where_storage_failed_since_the_one_before(
    storage_fault_at, cleared_at, is_told, records, tmp_path
):
    found = told(records, tmp_path, late_end(storage_fault_at, cleared_at))
    assert ("ended at 2026-03-28T21:34:00Z, and was recorded at 2026-03-28T21:39:00Z" in found) == is_told
    assert is_told or found == ""


def test_a_part_of_a_ledger_holds_and_says_what_it_cannot_tell(records, tmp_path):
    # From the order in mid-session on: no start of the first session, no boot that counts receipts.
    proof = forging.judged(forging.signed(records[4:], first_seq=5), tmp_path)
    assert forging.problems(proof) == ""
    said = [why for name, _, why in proof.checks if name in ("chain", "sessions")]
    assert all("what was before record 5 is not there and cannot be checked" in why for why in said)
    # What can be told of a part is: its last session has no other start.
    again = forging.changed(records[4:], within("session.started", "meter", wh=1))
    proof = forging.judged(forging.signed(again, first_seq=5), tmp_path)
    assert "its register at the start is" in forging.problems(proof)


def test_an_open_session_at_the_end_is_no_problem_and_is_told(records, tmp_path):
    proof = forging.judged(forging.signed(records[:-1]), tmp_path)
    assert forging.problems(proof) == ""
    assert (
        "KT-0012-000002 has not ended yet" in [why for name, _, why in proof.checks if name == "sessions"][0]
    )


def test_what_is_garbled_is_told_and_the_rest_is_still_looked_at(records, tmp_path):
    for change in (
        first("session.started", meter=None),
        first("session.started", token=[]),
        first("session.started", session=7),
        first("boot", receipts="many"),
        first("session.ended", flags=None),
        first("session.ended", start={}),
        lambda records: records[7].update(at=5),
        lambda records: records[7].update(ticks_ms="x"),
    ):
        assert told(records, tmp_path, change) != ""


@pytest.mark.parametrize("tariffs", [[[]], [["day"]], 7])
def test_tariffs_in_force_that_are_none_are_told_and_break_nothing(records, tmp_path, tariffs):
    why = told(records, tmp_path, first("order.applied", tariffs=tariffs))
    assert "(order.applied) lacks or garbles" in why
