"""Shows that `kilotap verify` takes what a soaked terminal leaves, whatever the clock and the power did.

It does not know damage at rest, of which `verify` tells; nor what a receipt costs.
"""

import json

from emulator.models.prng import Prng
from emulator.simulation import play
from emulator.soak import story
from emulator.soak.faults import clock
from emulator.soak.watch import Watch
from firmware.crypto import jose
from tests.tools.proofs import forging
from tools import keys
from tools.commands.fast_craft import FastCraft
from tools.proofs import ledgers

SEEDS = range(1, 9)
EPISODES = 12


def told(seed: int) -> dict:
    """Return the soak's story of a seed without damage, its clock set again and again, mended at the end."""
    one = story.tell(seed, "heavy", 6)
    one["steps"] = [step for step in one["steps"] if step["action"] != "damage"]
    prng = Prng(seed, "clock")
    for _ in range(EPISODES):
        steps = [story.step_of(0, "clock", prng.choice(clock.STEPS_S))]
        at = prng.between(1, len(one["steps"]) - len(story.MENDED) - len(story.SESSION))
        one["steps"][at:at] = steps
    return one


def test_ledgers_whose_clocks_were_set_again_and_again_hold() -> None:
    steps_back = 0
    for seed in SEEDS:
        player = play.Player(told(seed), lambda event: None, FastCraft(), Watch)
        player.run(True)
        assert player.violated() == [], seed
        disk = player.charger.disk.platter()
        steps_back += sum("set_back_from" in payload for _, payload in ledgers._payloads(disk))
        given = keys.recognise(json.dumps(jose.jwk(player.charger.signer.public_key())).encode())
        assert forging.problems(ledgers.verify(disk, "the ledger", given, lambda tariff: None)) == "", seed
    assert steps_back > len(SEEDS)
