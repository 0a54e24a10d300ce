"""A start that is cut itself takes nothing from a session's time, and gives it none."""

from emulator.simulation.play import Player
from emulator.soak.watch import Watch
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story

STEPS = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (720, "power", "cut"),
    (0, "cut_at_write", 1),
    (2400, "power", "on"),
    (60, "power", "on"),
    (600, "tap", "alice"),
    (60, "wait", "uploaded"),
]


def test_a_start_that_is_cut_at_its_first_write_leaves_a_session_that_goes_on_its_time() -> None:
    for seed in range(6):
        told = story(STEPS, seed=seed)
        told["terminal"]["resume_within_s"] = 7200
        player = Player(told, lambda event: None, QuickCraft(), Watch)
        assert player.run(True) == 0, player.violated()
