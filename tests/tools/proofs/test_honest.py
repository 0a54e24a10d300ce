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


def test_a_session_that_went_on_after_a_power_cut_holds_though_the_clock_was_set_meanwhile(tmp_path):
    terminal = {**story([])["terminal"], "resume_within_s": 900}
    cut = [(600, "power", "cut"), (300, "power", "on"), (60, "clock", 3600)]
    records = Played(BEGIN + cut + END + AGAIN, lambda charger: None, terminal=terminal).records
    (first, _) = forging.of_kind(records, "session.ended")
    assert first["flags"] == ["resumed", "clock_set"]
    assert held(records, tmp_path) == ""


def test_a_clock_that_begins_unset_and_is_learned_in_mid_session_holds(tmp_path):
    records = Played(
        [(0, "clock", "unset"), *BEGIN, (600, "clock", "set"), *END], lambda charger: None
    ).records
    (receipt,) = forging.of_kind(records, "session.ended")
    assert (receipt["start"]["at"], receipt["flags"]) == (None, [])
    assert held(records, tmp_path) == ""


def test_of_a_clock_that_was_set_back_the_receipt_holds_and_the_ledger_names_the_record_once(tmp_path):
    records = Played(BEGIN + [(600, "clock", -86400)] + END + AGAIN, lambda charger: None).records
    (first, _) = forging.of_kind(records, "session.ended")
    assert first["flags"] == ["clock_set"] and first["stop"]["at"] < first["start"]["at"]
    told = held(records, tmp_path)
    assert told.startswith("order: record ") and told.count("before one of") == 1


def test_receipts_that_an_order_cancelled_and_corrected_hold(tmp_path):
    charged = [*BEGIN, (60, "tap", "alice"), (60, "wait", "uploaded")]
    (old,) = forging.of_kind(Played(charged, lambda charger: None, cards=CARDS).records, "session.ended")
    members = ("lines", "vat", "net_minor", "gross_minor", "currency", "rounding")
    told = {"receipt": old["receipt"], "reason": "wrong tariff", "seq": old["seq"]}
    orders = [
        {"command": "cancel", "number": 1, **told},
        {"command": "correct", "number": 2, "bill": {name: old[name] for name in members}, **told},
    ]
    steps = [(60, "order", {"commands": [each]}) for each in orders]
    records = Played(charged + steps + [(60, "wait", "uploaded")], lambda charger: None, cards=CARDS).records
    kinds = [record["kind"] for record in records if "corrects" in record]
    assert kinds == ["receipt.cancelled", "receipt.corrected"]
    assert held(records, tmp_path) == ""
