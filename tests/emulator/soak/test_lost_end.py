"""A session's end that goes bad at rest, before a checkpoint tells of it and before anybody else has it,
comes again under the same number.
"""

from emulator.simulation.play import Player
from emulator.soak.watch import Watch
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story
from tests.emulator.soak import spoiling

# The power goes while a session is open; the start after it writes the end, and then goes the power again.
STEPS = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (60, "link", "down"),
    (600, "power", "cut"),
    (1, "power", "on"),
    (0, "cut_at_write", 2),
    (60, "power", "cut"),
    (3600, "power", "on"),
    (60, "link", "up"),
    (600, "wait", "uploaded"),
]
WHILE_OFF_MS = 2_000_000


def ends_and_records(seed: int) -> tuple[list[str], list[str]]:
    """Play the story with the newest record spoilt while the power is off; return the sessions of all ends
    that were ever durable, and the kinds of the records at last.
    """
    ends: dict[str, str] = {}

    class Seeing(Watch):
        def _read_on(self) -> list[str]:
            violated = super()._read_on()
            ended = self.ledger.ended
            if ended:
                ends[ended["prev"]] = ended["session"]
            return violated

    player = Player(story(STEPS, seed=seed), lambda event: None, QuickCraft(), Seeing)
    spoiling.spoil_at(player, WHILE_OFF_MS)
    assert player.run(True) == 0, player.violated()
    return list(ends.values()), [record["kind"] for record in spoiling.records(player)]


def test_an_end_that_is_lost_comes_again_where_no_checkpoint_knew_of_it() -> None:
    told = []
    for seed in range(8):
        ends, kinds = ends_and_records(seed)
        assert kinds.count("ledger.damaged") == 1
        assert len(ends) == 1 + kinds.count("session.ended")
        assert set(ends) == {"KT-0001-000001"}
        told.append(kinds.count("session.ended"))
    # The write of the checkpoint that the power interrupted was whole in some and not in others.
    assert set(told) == {0, 1}
