"""Plays tales of meters in the simulation and over both wires: each comes out as it was reckoned by hand.

It does not know what they tell. Over the wires a handful is played, and all of them by `make test-tales`.
"""

import os
from pathlib import Path

import pytest

from emulator import scenario
from emulator.simulation.play import Player
from firmware.crypto import canonical, jose
from tests.emulator.bench.meter_tales import TALES
from tests.emulator.bench.test_bench_end_to_end import run
from tests.emulator.simulation.quick_craft import QuickCraft

WIRES = ("rtu", "tcp")
OFTEN = [
    ("silent in the middle", "rtu"),
    ("zero at first, then what it counted in its life", "rtu"),
    ("jump at the end", "tcp"),
    ("another meter after a cut", "tcp"),
]
CHOSEN = [(name, wire) for name in TALES for wire in WIRES] if os.environ.get("KILOTAP_TALES") else OFTEN


def simulated(path: Path) -> dict:
    """Play a tale in the simulation and return what the command would write as JSON."""
    story = scenario.read(path)
    told: list[dict] = []
    Player(story, told.append, QuickCraft()).run(True)
    compacts = [event["jws"] for event in told if "jws" in event]
    records = [canonical.decode(jose.split(compact, "record+jws")[0]) for compact in compacts]
    receipts = [record for record in records if record["kind"] == "session.ended"]
    screens = [event["screen"] for event in told if "screen" in event]
    return {**told[-1]["result"], "records": records, "receipts": receipts, "screens": screens}


@pytest.mark.parametrize("name", TALES)
def test_a_meters_trouble_ends_in_the_simulation_as_it_was_reckoned(name, tmp_path):
    path = tmp_path / "tale.toml"
    path.write_text(TALES[name].text())
    assert TALES[name].wrong(simulated(path)) == []


@pytest.mark.e2e
@pytest.mark.timeout(150)
@pytest.mark.xdist_group("tales")
@pytest.mark.parametrize(("name", "wire"), CHOSEN)
def test_a_meters_trouble_ends_over_real_wires_as_in_the_simulation(name, wire, tmp_path):
    result, said = run(tmp_path, TALES[name].text(), "--reader", "pn532", "--meter-port", wire)
    assert TALES[name].wrong(result) == [], said
