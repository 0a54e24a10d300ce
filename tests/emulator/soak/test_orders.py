"""Holds what stories with orders are made of; what they prove, their mutants tell (mutants.py)."""

from emulator.soak import ordering, story
from emulator.soak.faults import orders
from tests.emulator.soak.seeds import STANDARD_SET

ORDERED = [seed for seed in STANDARD_SET if ordering.is_in(seed)]


def given(told: dict) -> list[dict]:
    return [step["argument"] for step in told["steps"] if step["action"] == "order"]


def test_the_standard_set_has_orders_of_every_kind_and_forgeries() -> None:
    told = [order for seed in ORDERED for order in given(story.tell(seed, "heavy"))]
    assert {"tariffs", "deny", "removed", "time", "forged"} <= {word for order in told for word in order}
    assert len([order for order in told if "forged" in order]) >= len(ORDERED)


def test_orders_come_without_faults_too_and_the_last_one_lets_everybody_in_again() -> None:
    for level in ("none", "light", "heavy"):
        told = story.tell(ORDERED[0], level)
        assert len(given(told)) > 1
        assert given(told)[-1] == {"removed": {"deny": [orders.ALICE]}}


def test_most_stories_have_no_orders_and_ask_for_none() -> None:
    told = [story.tell(seed, "heavy") for seed in STANDARD_SET if seed not in ORDERED]
    assert len(told) > 2 * len(ORDERED)
    assert not [one for one in told if given(one) or "poll_s" in one]
