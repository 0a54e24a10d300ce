"""Proves the soak by terminals that break a promise: each has to be caught by a seed of the standard set."""

from collections.abc import Callable

import pytest

from emulator.soak import playing
from tests.emulator.soak.mutants import MUTANTS
from tests.emulator.soak.seeds import STANDARD_SET
from tools.commands.fast_craft import FastCraft


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_terminal_that_breaks_a_promise_is_caught_by_the_standard_set(
    mutant: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    for seed in STANDARD_SET:
        violated = playing.play(playing.told(seed, "heavy"), FastCraft()).violated
        if violated:
            # One that no longer fits what it patches would be caught by that alone.
            assert not [wrong for wrong in violated if "TypeError" in wrong or "AttributeError" in wrong]
            return
    pytest.fail(f"no seed of the standard set notices a terminal that does this: {mutant.__doc__}")
