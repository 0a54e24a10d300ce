"""Where both checkpoints went bad nobody knows how long a session had lasted; with one left it is known."""

import pytest

from emulator.simulation.play import Player
from emulator.soak.watch import Watch
from firmware.ledger.checkpoint import SLOTS
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story

STEPS = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (720, "power", "cut"),
    (60, "damage", "checkpoints"),
    (60, "power", "on"),
    (60, "wait", "uploaded"),
]
WHILE_OFF_MS = 750_000


def violated(steps: list, spoilt: int) -> list[str]:
    """Play a story in which so many checkpoints are spoilt while the power is off; return what is wrong."""
    player = Player(story(steps), lambda event: None, QuickCraft(), Watch)
    charger = player.charger

    async def damage() -> None:
        await charger.kernel.sleep_ms(WHILE_OFF_MS)
        for slot in SLOTS[:spoilt]:
            charger.disk.platter().replace(slot, b"spoilt")

    charger.kernel.spawn(damage())
    player.run(True)
    return player.violated()


def test_a_session_whose_time_nobody_knows_tells_none() -> None:
    assert violated(STEPS, 0) == []


@pytest.mark.parametrize("spoilt", [0, 1])
def test_the_time_is_that_of_the_newest_checkpoint_that_is_left(spoilt: int) -> None:
    assert violated([step for step in STEPS if step[1] != "damage"], spoilt) == []
