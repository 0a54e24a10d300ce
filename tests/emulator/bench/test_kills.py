"""Kills a real terminal at random instants, over real wires, and looks what its ledger and the office hold.

It does not know how the terminal keeps its word; the bench's own invariants judge it, and a few sums.
"""

import os
import random
from pathlib import Path

import pytest

from tests.emulator.bench.test_bench_end_to_end import SHORT, play

# make test-kills kills it some hundred times.
KILLS = int(os.environ.get("KILOTAP_KILLS", "12"))
KILLS_A_STORY = 6
LIMIT_S = 3600

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(LIMIT_S)]


def step(after_s: int, action: str, argument: object) -> str:
    told = str(argument).lower() if isinstance(argument, bool) else f'"{argument}"'
    return f"\n[[step]]\nafter_s = {after_s}\n{action} = {told}\n"


def story(seed: int) -> str:
    """Tell of drivers whose terminal is killed again and again, and of one more whom nobody disturbs."""
    chance = random.Random(seed)
    resumes = chance.choice((0, 900))
    told = SHORT.replace('timezone = "', f'resume_within_s = {resumes}\ncheckpoint_s = 30\ntimezone = "')
    for _ in range(KILLS_A_STORY):
        told += step(chance.randint(0, 60), "plug", True)
        told += step(chance.randint(0, 30), "tap", "alice")
        told += step(chance.choice((0, 1, 5, chance.randint(0, 400))), "power", "cut")
        if chance.random() < 0.5:
            told += step(1, "plug", False)
        for _ in range(chance.choice((0, 1, 2))):
            # Killed again before it is ready.
            told += step(chance.randint(1, 30), "power", "flicker")
        told += step(chance.randint(1, 600), "power", "on")
        told += step(chance.randint(0, 90), "tap", "alice")
    told += step(60, "plug", False) + step(60, "wait", "idle")
    told += step(10, "plug", True) + step(10, "tap", "alice") + step(5, "wait", "charging")
    return told + step(120, "plug", False) + step(60, "wait", "idle") + step(60, "wait", "uploaded")


@pytest.mark.xdist_group("pn532")
@pytest.mark.parametrize("seed", range(1, KILLS // KILLS_A_STORY + 1))
def test_a_terminal_that_is_killed_at_any_instant_loses_nothing(tmp_path: Path, seed: int) -> None:
    result = play(tmp_path, story(seed), "--reader", "pn532")
    started = [record["session"] for record in result["records"] if record["kind"] == "session.started"]
    ended = [record["session"] for record in result["records"] if record["kind"] == "session.ended"]
    assert started == ended and len(started) >= 1
    # A start that was killed before it was ready may have left its record, or not.
    flickers = story(seed).count('"flicker"')
    boots = [record["kind"] for record in result["records"]].count("boot")
    assert KILLS_A_STORY + 1 <= boots <= KILLS_A_STORY + 1 + flickers and flickers
    assert result["office"]["next_seq"] == len(result["records"]) + 1 == result["office"]["stored"] + 1
    billed_wh = sum(receipt["energy_wh"] for receipt in result["receipts"])
    given_wh = sum(record.get("unbilled_wh", 0) for record in result["records"])
    assert billed_wh + given_wh == result["meter"]["last_wh"] - result["meter"]["first_wh"]
    assert not [record for record in result["records"] if record["kind"] == "ledger.damaged"]
