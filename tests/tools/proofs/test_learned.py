"""Holds times of records without a clock against docs/protocol.md: `at` of `clock.learned` less the ticks."""

from firmware.pricing import calendar
from tools.proofs import learned

AT = "2026-03-28T16:00:00Z"
AT_S = calendar.parse_utc(AT)


def record(seq, ticks_ms, kind="fault", at=None, **members):
    return {"seq": seq, "ticks_ms": ticks_ms, "kind": kind, "at": at, **members}


def told(seq, ticks_ms, since_seq, at=AT):
    return record(seq, ticks_ms, learned.KIND, at, since_seq=since_seq)


def test_a_record_was_written_so_long_before_as_the_ticks_say():
    ledger = [record(1, 1000, "boot"), record(2, 61_000), record(3, 100_500), told(4, 3_601_000, 1)]
    assert learned.times(ledger) == {1: AT_S - 3600, 2: AT_S - 3540, 3: AT_S - 3501}


def test_ticks_that_go_round_are_counted_from_record_to_record():
    day_ms = 86_400_000
    # Ten days apart each, so that they went round between the first and the last.
    ticks = [(day_ms * 10 * turn + 5) % (1 << 30) for turn in range(4)]
    ledger = [record(1, ticks[0], "boot"), record(2, ticks[1]), record(3, ticks[2]), told(4, ticks[3], 1)]
    assert learned.times(ledger) == {seq: AT_S - 86_400 * 10 * (4 - seq) for seq in (1, 2, 3)}


def test_nothing_is_told_of_another_start_or_of_what_came_before():
    ledger = [record(1, 1000, "boot"), record(2, 2000)]
    ledger += [record(3, 500, "boot"), record(4, 1500), record(5, 2500), told(6, 3500, 4)]
    assert learned.times(ledger) == {4: AT_S - 2, 5: AT_S - 1}
    # A record that claims more than its start is not believed for what was before.
    ledger[-1] = told(6, 3500, 1)
    assert learned.times(ledger) == {3: AT_S - 3, 4: AT_S - 2, 5: AT_S - 1}


def test_what_knows_its_time_keeps_it_and_what_is_garbled_tells_nothing():
    ledger = [record(1, 1000, "boot", AT), record(2, 2000), told(3, 3000, 1)]
    assert learned.times(ledger) == {2: AT_S - 1}
    for garbled in (told(3, 3000, "one"), told(3, 3000, 1, None), record(3, 3000, learned.KIND, AT), {}):
        assert learned.times([record(1, 1000, "boot"), garbled]) == {}


def test_a_receipt_is_told_its_sessions_moments():
    ledger = [
        record(1, 1000, "boot"),
        record(2, 2000, "session.started", session="A-1"),
        record(3, 62_000, "session.ended", session="A-1"),
        record(4, 70_000, "session.started", session="A-2"),
        told(5, 72_000, 1),
        record(6, 90_000, "session.ended", "2026-03-28T16:00:18Z", session="A-2"),
    ]
    assert learned.of_receipt(ledger[2], ledger) == {
        "start": "2026-03-28T15:58:50Z",
        "stop": "2026-03-28T15:59:50Z",
        "issued": "2026-03-28T15:59:50Z",
    }
    assert learned.of_receipt(ledger[5], ledger) == {"start": "2026-03-28T15:59:58Z"}
