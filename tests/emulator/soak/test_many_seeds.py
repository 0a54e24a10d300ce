"""Soaks terminals with heavy faults: 20,000 sessions in a test run, 200,000 by `make test-soak`.

It does not know what is promised: the invariants do.
"""

import itertools
import os

import pytest

from emulator.soak import playing
from tools.commands.fast_craft import FastCraft

RUNS = int(os.environ.get("KILOTAP_SOAK_RUNS", "40"))
SESSIONS = int(os.environ.get("KILOTAP_SOAK_SESSIONS", "500"))
# Runs stand beside one another: each takes every so many-th seed after those of the standard set.
MOST_RUNS = 40
FIRST_SEED = 100


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("run", range(RUNS))
def test_thousands_of_sessions_with_heavy_faults_break_no_promise(run: int) -> None:
    sessions = 0
    for seed in itertools.count(FIRST_SEED + run, MOST_RUNS):
        played = playing.play(playing.told(seed, "heavy"), FastCraft())
        assert played.violated == [], f"kilotap soak --seed {seed} --sessions 1 --faults heavy"
        sessions += played.sessions
        if sessions >= SESSIONS:
            break
