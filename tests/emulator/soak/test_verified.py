"""Shows that `kilotap verify` takes what a soaked terminal leaves, whatever the clock and the power did.

It does not know what a receipt costs. Of damage at rest `verify` tells where nobody declares it: what others
got before it went bad is whole with them alone, so there it is their records that hold.
"""

import json

from emulator.models.prng import Prng
from emulator.simulation import play
from emulator.soak import story
from emulator.soak.faults import clock
from emulator.soak.watch import Watch
from firmware.crypto import jose
from firmware.ledger import segment
from tests.tools.proofs import forging
from tools import keys
from tools.commands.fast_craft import FastCraft
from tools.proofs import ledgers

SEEDS = range(1, 9)
# Stories in which records go bad that the office does not have yet.
DAMAGED = (254, 511, 516, 567)
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


class Export:
    """What an office stores of what it is sent, and would give out."""

    def __init__(self, office) -> None:
        self.records: dict[int, bytes] = {}
        self._office, self._take = office, office._take
        office._take = self.take

    def take(self, size: int) -> str | None:
        """Take a record as the office does; one that was restored from a backup gets some anew."""
        compact, stored = bytes(self._office._room[:size]), self._office.stored
        refused = self._take(size)
        if self._office.stored > stored:
            seq = segment.seq_of(compact.decode())
            self.records = {number: one for number, one in self.records.items() if number < seq}
            self.records[seq] = compact
        return refused


def test_what_the_office_has_of_damaged_ledgers_holds_and_lacks_what_is_declared() -> None:
    lost = 0
    for seed in DAMAGED:
        player = play.Player(story.tell(seed, "heavy", 6), lambda event: None, FastCraft(), Watch)
        export = Export(player.charger.office)
        player.run(True)
        assert player.violated() == [], seed
        given = keys.recognise(json.dumps(jose.jwk(player.charger.signer.public_key())).encode())
        lines = ledgers.Lines(b"\n".join(export.records.values()))
        proof = ledgers.verify(lines, "the office's records", given, lambda tariff: None)
        assert forging.problems(proof) == "", seed
        declared = [each for gap in proof.lost for each in range(gap["first_seq"], gap["last_seq"] + 1)]
        there = sorted([*export.records, *declared])
        assert there == list(range(1, there[-1] + 1)), seed
        lost += len(declared)
    assert lost >= len(DAMAGED)
