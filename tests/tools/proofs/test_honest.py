"""Shows that every honest ledger and receipt holds, whatever happened to clock, power and meter.

It does not know forgeries. Stories are played in virtual time, their records signed with the test's key.
"""

import json

import pytest

from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_orders import CARDS
from tests.emulator.simulation.test_play import story
from tests.tools.proofs import forging
from tools import keys
from tools.proofs import files

STORIES = sorted(path.stem for path in forging.SCENARIOS.glob("*.toml"))
BEGIN = [(5, "plug", True), (5, "tap", "alice")]
END = [(600, "tap", "alice"), (60, "plug", False), (60, "wait", "idle")]
AGAIN = BEGIN + END


@pytest.mark.parametrize("name", STORIES)
def test_every_story_leaves_records_that_hold_alone_and_together(name, tmp_path):
    result = forging.played(name, tmp_path / "result.json")
    key = keys.recognise(json.dumps(result["terminal"]["key"]).encode())
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(result["jws"]))
    assert forging.problems(files.verify(str(path), key)) == ""
    for compact, record in zip(result["jws"], result["records"], strict=True):
        if record["kind"] == "session.ended":
            path.write_text(compact)
            assert forging.problems(files.verify(str(path), key)) == "", record["receipt"]


WEATHER = {
    "the clock goes forward": [(600, "clock", 3600)],
    "the clock goes forward and is set back": [(600, "clock", 3600), (600, "clock", "set")],
    "the clock is set back": [(600, "clock", -86400)],
    "the clock is set back twice": [
        (600, "clock", -60),
        (30, "power", "cut"),
        (1, "clock", -60),
        (0, "power", "on"),
    ],
    "the clock is set back while the power is away": [
        (600, "power", "cut"),
        (5, "clock", -86400),
        (600, "power", "on"),
        (120, "wait", "idle"),
    ],
    "the clock is lost": [(600, "clock", "unset")],
    "the clock is lost and found": [(600, "clock", "unset"), (600, "clock", "set")],
    "the power goes": [(600, "power", "cut"), (600, "power", "on"), (120, "wait", "idle")],
    "power and clock go": [
        (600, "power", "cut"),
        (5, "clock", "unset"),
        (600, "power", "on"),
        (120, "wait", "idle"),
    ],
    "the meter is silent": [(600, "meter_fault", "silent"), (300, "meter_fault", "none")],
    "the meter jumps": [(600, "meter_fault", "jump"), (300, "meter_fault", "none")],
    "the meter is another one": [
        (600, "power", "cut"),
        (60, "meter_exchange", {"serial": "99", "register_wh": 5}),
        (60, "power", "on"),
    ],
    "the disk is full": [
        (600, "storage_free_bytes", 0),
        (60, "tap", "alice"),
        (600, "storage_free_bytes", 90000),
    ],
}


@pytest.mark.parametrize("weather", WEATHER)
def test_every_weather_leaves_records_that_hold_alone_and_together(weather, tmp_path):
    records = Played(BEGIN + WEATHER[weather] + END + AGAIN, lambda charger: None).records
    assert forging.of_kind(records, "session.ended")
    assert held(records, tmp_path) == ""


def held(records, folder):
    """Return what does not hold of the records together, and of each receipt alone."""
    made = forging.signed(records)
    found = [forging.problems(forging.judged(made, folder))]
    for compact, record in zip(made, records, strict=True):
        if record["kind"] == "session.ended":
            found.append(forging.problems(forging.judged([compact], folder)))
    return "; ".join(filter(None, found))


# In the second one the power goes and comes back by a clock that is an hour behind, and right at the end.
@pytest.mark.parametrize(
    ("weather", "flags"),
    [
        ([(600, "power", "cut"), (300, "power", "on"), (60, "clock", 3600)], ["resumed", "clock_set"]),
        (
            [(600, "clock", -3600), (120, "power", "cut"), (60, "power", "on"), (60, "clock", "set")]
            + [(600, "power", "cut"), (9000, "power", "on"), (120, "wait", "idle")],
            ["resumed", "power_loss", "clock_set"],
        ),
    ],
)
def test_a_session_that_went_on_after_a_power_cut_holds_though_the_clock_was_set_meanwhile(
    weather, flags, tmp_path
):
    terminal = {**story([])["terminal"], "resume_within_s": 900}
    records = Played(BEGIN + weather + END + AGAIN, lambda charger: None, terminal=terminal).records
    first = forging.of_kind(records, "session.ended")[0]
    assert first["flags"] == flags
    assert held(records, tmp_path) == ""


def test_a_clock_that_begins_unset_and_is_learned_in_mid_session_holds(tmp_path):
    records = Played(
        [(0, "clock", "unset"), *BEGIN, (600, "clock", "set"), *END], lambda charger: None
    ).records
    (receipt,) = forging.of_kind(records, "session.ended")
    assert (receipt["start"]["at"], receipt["flags"]) == (None, [])
    assert held(records, tmp_path) == ""


@pytest.mark.parametrize("step_s", [-86400, -61, 7200])
def test_a_register_that_was_read_by_a_wrong_clock_just_before_the_power_went_holds(step_s, tmp_path):
    receipt = _ended_at_another_meter([(600, "clock", step_s), (120, "power", "cut"), (5, "clock", "set")])
    begin, end = json.loads(receipt["ocmf"].split("|")[1])["RD"]
    # What was measured until the last checkpoint, from a begin at ten seconds past the minute.
    read_s = 10 + receipt["duration_s"]
    assert begin["TM"] == "2026-03-28T17:59:10,000+0100 S"
    assert end["TM"] == _informative(read_s)
    assert held([receipt], tmp_path) == ""
    for wrong_s in (read_s - 1, read_s + 1, read_s + 600):
        assert "ocmf agrees: reading 2: TM" in held([_read_at(receipt, wrong_s)], tmp_path), wrong_s


def test_a_register_that_was_read_before_the_clock_was_lost_was_not_read_sooner_than_measured(tmp_path):
    receipt = _ended_at_another_meter([(720, "power", "cut"), (5, "clock", "unset")])
    read_s = 10 + receipt["duration_s"]
    assert receipt["stop"]["at"] is None and held([_read_at(receipt, read_s)], tmp_path) == ""
    assert held([receipt], tmp_path) == ""
    assert "ocmf agrees: reading 2: TM" in held([_read_at(receipt, read_s - 60)], tmp_path)


def _ended_at_another_meter(cut):
    """Return the receipt of a session that a power cut ended, after which its meter was another one."""
    exchanged = [(0, "meter_exchange", {"serial": "99", "register_wh": 5}), (900, "power", "on")]
    records = Played(BEGIN + cut + exchanged + [(60, "plug", False)], lambda charger: None).records
    (receipt,) = forging.of_kind(records, "session.ended")
    assert receipt["flags"] == ["power_loss", "meter_changed"]
    return receipt


def _read_at(receipt, after_s):
    """Return a receipt whose register is told as read then, though no clock was right."""

    def change(payload):
        payload["RD"][1]["TM"] = _informative(after_s)

    return {**receipt, "ocmf": forging.ocmf(receipt["ocmf"], change)}


def _informative(after_s):
    """Return a moment so long after 16:59 UTC as OCMF tells it where no clock was right."""
    return f"2026-03-28T18:{after_s // 60 - 1:02}:{after_s % 60:02},000+0100 I"


@pytest.fixture(scope="module")
def set_back():
    """Return the records of a terminal whose clock was set back in mid-session."""
    return Played(BEGIN + [(600, "clock", -86400)] + END + AGAIN, lambda charger: None).records


def test_a_clock_that_was_set_back_is_told_by_the_first_record_after_it(set_back):
    (first, _) = forging.of_kind(set_back, "session.ended")
    assert first["flags"] == ["clock_set"] and first["stop"]["at"] < first["start"]["at"]
    (place,) = [place for place, record in enumerate(set_back) if "set_back_from" in record]
    assert set_back[place]["set_back_from"] == set_back[place - 1]["at"] > set_back[place]["at"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told.pop("set_back_from"), "and tells no clock that was set back"),
        (lambda told: told.update(set_back_from="2026-03-28T16:00:00Z"), "the record before is of"),
        (lambda told: told.update(at="2026-03-29T16:00:00Z"), "the record before is of"),
        (lambda told: told.update(set_back_from=7), "tells a clock set back from 7"),
    ],
)
def test_times_that_fall_without_a_record_that_tells_the_clocks_step_are_refused(
    change, sentence, set_back, tmp_path
):
    def forged(records):
        change(next(record for record in records if "set_back_from" in record))

    assert sentence in held(forging.changed(set_back, forged), tmp_path)


def test_a_step_back_is_told_from_nothing_but_the_time_before(set_back, tmp_path):
    def forged(records):
        records[-1]["set_back_from"] = "2027-03-28T16:00:00Z"

    assert "tells a clock set back from 2027" in held(forging.changed(set_back, forged), tmp_path)

    def first_of_a_part(records):
        records[0]["set_back_from"] = "2020-01-01T00:00:00Z"

    part = forging.signed(forging.changed(set_back[-3:], first_of_a_part), first_seq=len(set_back) - 2)
    assert "which is not back" in forging.problems(forging.judged(part, tmp_path))


def test_a_receipt_that_orders_corrected_and_then_cancelled_holds(tmp_path):
    charged = [*BEGIN, (60, "tap", "alice"), (60, "wait", "uploaded")]
    (old,) = forging.of_kind(Played(charged, lambda charger: None, cards=CARDS).records, "session.ended")
    members = ("lines", "vat", "net_minor", "gross_minor", "currency", "rounding")
    told = {"receipt": old["receipt"], "reason": "wrong tariff", "seq": old["seq"]}
    orders = [
        {"command": "correct", "number": 1, "bill": {name: old[name] for name in members}, **told},
        {"command": "cancel", "number": 2, **told},
    ]
    steps = [(60, "order", {"commands": [each]}) for each in orders]
    records = Played(charged + steps + [(60, "wait", "uploaded")], lambda charger: None, cards=CARDS).records
    kinds = [record["kind"] for record in records if "corrects" in record]
    assert kinds == ["receipt.corrected", "receipt.cancelled"]
    assert held(records, tmp_path) == ""
