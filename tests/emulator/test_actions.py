"""Holds both players to the one list of actions that a story may tell.

It does not know what an action brings about.
"""

import pytest

from emulator import story_fields
from emulator.bench import player
from emulator.simulation import play


@pytest.mark.parametrize("actions", [play.ACTIONS, player.ACTIONS], ids=["simulation", "bench"])
def test_a_player_has_every_action_that_a_story_may_tell_in_the_same_order(actions: dict) -> None:
    assert tuple(actions) == story_fields.ACTION_NAMES
