"""Shows that a receipt whose times contradict one another is refused, though the right key signed it.

It does not know ledgers; its evidence is a simulated session, signed anew after each change.
"""

import pytest

from tests.tools.proofs import forging


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    out = tmp_path_factory.mktemp("story") / "result.json"
    return forging.of_kind(forging.played("power_cut_resumed", out)["records"], "session.ended")[0]


def told(record, folder, change):
    """Return in words what does not hold of a receipt alone that was changed, and signed anew."""
    (forged,) = forging.changed([record], lambda records: change(records[0]))
    forged["ocmf"] = forging.ocmf(forged["ocmf"])
    return forging.problems(forging.judged([forging.compact(forged)], folder))


def moment(at, local):
    return {"at": at, "local": local}


def reading(number, **fields):
    """Return a change of one reading in the meter's record."""

    def change(receipt):
        receipt["ocmf"] = forging.ocmf(receipt["ocmf"], lambda payload: payload["RD"][number].update(fields))

    return change


def test_the_honest_receipt_holds(ended, tmp_path):
    assert told(ended, tmp_path, lambda receipt: None) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda r: r["stop"].update(moment("2026-03-28T16:00:00Z", "2026-03-28T17:00:00+01:00")),
            "times: it ended at 2026-03-28T16:00:00Z, before the power came back at 2026-03-28T17:14:10Z; "
            "it ended at 2026-03-28T16:00:00Z, before it began at 2026-03-28T16:59:10Z",
        ),
        (
            lambda r: r["start"].update(moment("2027-03-28T10:00:00Z", "2027-03-28T12:00:00+02:00")),
            "it began at 2027-03-28T10:00:00Z, after its record was made at 2026-03-28T17:29:40Z",
        ),
        (
            lambda r: r.update(at="2026-03-28T17:20:00Z"),
            "it ended at 2026-03-28T17:29:40Z, after its record was made at 2026-03-28T17:20:00Z",
        ),
        (
            lambda r: r["start"].update(local="2026-03-28T17:00:10+01:00"),
            "start: 2026-03-28T17:00:10+01:00 at the place is not 2026-03-28T16:59:10Z",
        ),
        (lambda r: r["stop"].update(local=None), "stop: a clock that is synchronised and shows"),
        (lambda r: r["stop"].update(clock="unset"), "stop: a clock that is unset and shows 2026-03-28"),
        (lambda r: r["stop"].update(clock="true"), "stop: there is no clock that is true"),
        (
            lambda r: r.update(duration_s=14710),
            "it took 14710 s, and from 2026-03-28T16:59:10Z to 2026-03-28T17:29:40Z are 1830 s without 359 s",
        ),
        (lambda r: r.update(duration_s=10), "it took 10 s, and from 2026"),
        (
            lambda r: r.update(flags=["resumed", "clock_set"]),
            "it says that the clock was set, and 1471 s fit",
        ),
        (lambda r: r.update(flags=[]), "1 times without power, and the flags are none"),
        (lambda r: r.pop("interruptions"), "0 times without power, and the flags are resumed"),
        (
            lambda r: r["interruptions"][0].update({"from": "2026-03-28T17:14:11Z"}),
            "the power came back at 2026-03-28T17:14:10Z, before it went at 2026-03-28T17:14:11Z",
        ),
    ],
)
def test_moments_that_contradict_one_another_are_told(change, sentence, ended, tmp_path):
    assert sentence in told(ended, tmp_path, change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            reading(0, TM="2025-03-28T17:59:10,000+0100 S"),
            "reading 1: TM: OCMF says 2025-03-28T17:59:10,000+0100 S, the receipt 2026-03-28T16:59:10",
        ),
        (reading(0, TM="2026-03-28T17:59:10,000+0100 I"), "reading 1: TM: OCMF says"),
        (reading(-1, TM="2026-03-28T18:29:41,000+0100 S"), "reading 4: TM: OCMF says"),
        (
            reading(-1, TM="2026-03-28T19:29:40,000+0200 S"),
            "reading 4: TM: OCMF says 2026-03-28T19:29:40,000+0200 S, which is not the local time",
        ),
        (reading(1, TM="2026-03-28T18:08:12,000+0100 S"), "reading 2: TM: OCMF says"),
        (reading(-1, TX="P"), "reading 4: TX: OCMF says P, the receipt E"),
        (reading(-1, RI="01-00:B2.08.00*FF"), "reading 4: RI: OCMF says"),
        (
            lambda r: r.update(ocmf=forging.ocmf(r["ocmf"], lambda p: p.update(PG="T9"))),
            "PG: OCMF says T9, the receipt T1",
        ),
        (
            lambda r: r.update(ocmf=forging.ocmf(r["ocmf"], lambda p: p.update(IL="SECURE"))),
            "IL: OCMF says SECURE, the receipt HEARSAY",
        ),
        (
            lambda r: r.update(ocmf=forging.ocmf(r["ocmf"], lambda p: p["RD"].pop(1))),
            "RD: OCMF has 3 readings, the receipt tells 4",
        ),
    ],
)
def test_a_meters_record_of_other_times_than_the_receipts_is_told(change, sentence, ended, tmp_path):
    assert sentence in told(ended, tmp_path, change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda r: r.update(terminal="KT-0099"), "KT-0001-000001 is no session of terminal KT-0099"),
        (
            lambda r: r.update(session="KT-0001-000002"),
            "receipt KT-0001-000001 is of session KT-0001-000002, whose number it should bear",
        ),
        (lambda r: r.update(contract="DE-X"), "DE-KTP-C00001-K pays (contract), and the contract is DE-X"),
        (lambda r: r["token"].update(uid="00112233"), "token: OCMF says 04A1B2C3D4E580"),
    ],
)
def test_a_receipt_of_another_terminal_session_or_payer_is_told(change, sentence, ended, tmp_path):
    assert sentence in told(ended, tmp_path, change)
