"""Shows that a bank card's story gives the same ledger on every interpreter, sealed card data included."""

import json
import subprocess
from pathlib import Path

import pytest

from emulator import scenario
from emulator.simulation import play
from tests.interpreters import ROOT, command, environment, require
from tools.commands.fast_craft import FastCraft
from tools.setup.micropython import NAMES

STORY = ROOT / "tests" / "scenarios" / "bank_cards_refused.toml"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def test_the_ledger_is_the_same_byte_for_byte(name: str, tmp_path: Path) -> None:
    require(name)
    told = scenario.read(STORY)
    here: list[dict] = []
    assert play.play(told, here.append, FastCraft()) == 0
    records = [event["jws"] for event in here if "jws" in event]
    (tmp_path / "story.json").write_text(json.dumps(told))
    words = command(name, "-m", "emulator.simulation", tmp_path / "story.json")
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [event["jws"] for event in events if "jws" in event] == records
    assert [event["screen"] for event in events if "screen" in event] == [
        event["screen"] for event in here if "screen" in event
    ]
