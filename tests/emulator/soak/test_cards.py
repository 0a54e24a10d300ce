"""Shows that the soak notices sessions by cards that proved nothing, and readers that read no more.

It does not know how a card proves itself.
"""

from collections.abc import Callable

import pytest

from emulator.simulation.play import Player
from emulator.soak import holders, story
from emulator.soak.watch import Watch
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.soak import mutants

PLUG = (5, "plug", True)
AFTER = [(60, "plug", False), (60, "plug", True), (60, "plug", False)]


def violated(steps: list[tuple]) -> list[str]:
    """Play steps with the soak's cards and return what is wrong."""
    one = story.tell(1, "none", 1)
    one["steps"] = [story.step_of(*step) for step in [PLUG, *steps, *AFTER]]
    player = Player(one, lambda event: None, QuickCraft(), Watch)
    player.run(True)
    return [wrong.partition("Z: ")[2] for wrong in player.violated()]


STORIES: tuple[tuple[Callable, list[tuple], str], ...] = (
    (
        mutants.believe_a_proof_that_was_cut_short,
        [(5, "brush", {"card": "vera", "at": 3})],
        "KT-0001-000001 began and the card of its contract that proved itself was not at the reader",
    ),
    (
        mutants.take_a_copied_uid_for_proof,
        [(5, "tap", "dora's copy")],
        "KT-0001-000001 began and the card of its contract that proved itself was not at the reader",
    ),
    (
        mutants.end_a_session_by_a_copy_of_its_card,
        [(5, "tap", "dora"), (60, "tap", "dora's copy")],
        "KT-0001-000001 was ended and the card of its contract that proved itself was not at the reader",
    ),
    (
        mutants.read_no_card_after_one_that_was_pulled,
        [(5, "brush", {"card": "dora", "at": 2})],
        "nobody has waited for a card for 60 s",
    ),
)


@pytest.mark.parametrize(("mutant", "steps", "told"), STORIES, ids=[each[0].__name__ for each in STORIES])
def test_a_terminal_that_trusts_too_much_or_reads_no_more_is_noticed(
    mutant: Callable, steps: list[tuple], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not holders.has_certificates(1)
    assert violated(steps) == []
    mutant(monkeypatch)
    assert told in violated(steps)


def test_a_card_at_the_reader_serves_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(5, "tap", "dora"), (60, "tap", "dora"), (60, "plug", False), PLUG]
    steps.append((5, "brush", {"card": "dora", "at": 2}))
    assert violated(steps) == []
    mutants.believe_a_proof_that_was_cut_short(monkeypatch)
    assert violated(steps) == [STORIES[0][2].replace("000001", "000002")]


def test_one_story_in_some_has_cards_with_certificates_and_all_have_copies() -> None:
    told = [holders.cards(seed) for seed in range(200)]
    kinds = {(card["kind"], card.get("secure")) for cards in told for card in cards.values()}
    assert {("desfire", "genuine"), ("desfire", "hidden"), ("desfire", "clone")} <= kinds
    assert {("vde", None), ("vde", "clone"), ("vde", "foreign"), ("vde", "truncated")} <= kinds
    assert all("dora's copy" in cards for cards in told)
