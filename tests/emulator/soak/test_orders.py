"""Soaks terminals that are given orders, among heavy faults; those that take forged ones are caught."""

import pytest

from emulator.models.prng import Prng
from emulator.simulation import play
from emulator.soak import story
from emulator.soak.faults import orders as faults
from emulator.soak.watch import Watch
from firmware.uplink import orders
from tools.commands.fast_craft import FastCraft

SEEDS = (1, 2, 3, 4)
EPISODES = 8
# What was ordered lies in a file of its own, without which a terminal waits for its operator
# (tests/emulator/simulation/test_order_damage.py).
WHOLE_FILES = ("lost_file", "swapped_files")


def told(seed: int, level: str = "heavy") -> dict:
    """Return the soak's story of a seed with orders strewn in, asked for every ten minutes."""
    one = story.tell(seed, level, 6)
    one["steps"] = [step for step in one["steps"] if step["argument"] not in WHOLE_FILES]
    prng = Prng(seed, "orders")
    for _ in range(EPISODES):
        steps = [story.step_of(*step) for step in faults.episode(prng)]
        # Not before the terminal is commissioned, nor after everything is mended.
        at = prng.between(len(story.SESSION), len(one["steps"]) - len(story.MENDED) - len(story.SESSION))
        one["steps"][at:at] = steps
    one["steps"][-len(story.SESSION) : -len(story.SESSION)] = [
        story.step_of(60, "order", {"removed": {"deny": [faults.ALICE]}}),
        story.step_of(60, "wait", "uploaded"),
    ]
    return dict(one, poll_s=600)


def violated(one: dict) -> list[str]:
    player = play.Player(one, lambda event: None, FastCraft(), Watch)
    player.run(True)
    return list(player.violated())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_breaks_whatever_is_ordered_and_forged(seed: int) -> None:
    assert violated(told(seed)) == []


def test_a_terminal_that_believes_every_order_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = orders._refusal
    monkeypatch.setattr(orders, "_refusal", lambda order, asked: None)
    found = [wrong for seed in SEEDS for wrong in violated(told(seed, "none"))]
    assert [wrong for wrong in found if "that the operator did not sign" in wrong]
    monkeypatch.setattr(orders, "_refusal", refusal)
    assert not [wrong for seed in SEEDS[:2] for wrong in violated(told(seed, "none"))]


def test_a_terminal_that_forgets_an_order_at_its_start_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from firmware.terminal.ordering import Ordering

    monkeypatch.setattr(Ordering, "bring", lambda self: None)
    cheap = {"tariffs": [faults._tariff(7)]}
    one = story.tell(5, "none", 3)
    steps = [(60, "order", cheap), (60, "wait", "uploaded"), (60, "power", "cut"), (60, "power", "on")]
    one["steps"][-len(story.SESSION) : -len(story.SESSION)] = [story.step_of(*step) for step in steps]

    class Forgetful(play.Player):
        async def _power(self, state: str) -> None:
            if state == "on":
                # Settings live as long as the process does; this one began anew.
                self.charger.config.tariffs = first
            await super()._power(state)

    player = Forgetful(one, lambda event: None, FastCraft(), Watch)
    first = list(player.charger.config.tariffs)
    monkeypatch.setitem(play.ACTIONS, "power", Forgetful._power)
    player.run(True)
    assert [wrong for wrong in player.violated() if "no order left in force" in wrong]
