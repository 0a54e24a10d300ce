"""Holds the sweep against looking at every cell of a small world, judged by the firmware's own conditions.

It does not know tariffs.
"""

import itertools
import random

import pytest

from firmware.pricing import conditions
from tools.pricing.sweep import DAY_S, MAX_BOXES, TooMany, sweep

HOURS = range(0, DAY_S, 6 * 3600)
DATES = range(20000, 20016)  # two weeks and two days
KWH = (0, 10, 20, 30)


def random_conditions(dice: random.Random) -> list:
    """Return conditions whose boundaries lie between the cells of the world."""
    found: list = []
    if dice.random() < 0.5:
        low, high = dice.choice([0, 21600, 43200, 64800]), dice.choice([21600, 43200, 64800, DAY_S])
        found.append(("time", low, high))
    if dice.random() < 0.4:
        found.append(("weekday", dice.randrange(1, 128), None))
    if dice.random() < 0.3:
        low = dice.choice([None, *DATES[:-1]])
        high = dice.choice([None, *range((low or DATES[0]) + 1, DATES[-1] + 1)])
        found.append(("date", low, high))
    if dice.random() < 0.5:
        low = dice.choice([None, (0, 1), (10, 1), (20, 1)])
        high = dice.choice([None, (30, 1)])
        found.append(("energy", low, high))
    return found


def cells() -> list[dict]:
    """Return every cell of the world, as the firmware sees a moment and as the sweep names it."""
    world = []
    for date, second, kwh in itertools.product(DATES, HOURS, KWH):
        world.append({"time": second, "date": date, "weekday": (date + 4) % 7, "energy": kwh})
    return world


def holds(element: list, moment: dict) -> bool:
    point = (None, moment["energy"], None, None)
    here = conditions.moment(moment["time"], moment["date"], point, units=(0, 1, 1))
    return conditions.hold(tuple(part for condition in element for part in condition), here)


def lies_in(box: dict, moment: dict) -> bool:
    """Return whether a moment lies in a box of the sweep."""
    for kind, part in box.items():
        here = moment[kind]
        if kind == "weekday":
            if here not in part:
                return False
        elif not any((low is None or low <= here) and (high is None or here < high) for low, high in part):
            return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_winners_and_gaps_are_those_that_a_look_at_every_cell_finds(seed: int) -> None:
    dice = random.Random(seed)
    elements = [random_conditions(dice) for _ in range(dice.randrange(1, 5))]
    swept = sweep(elements, (DATES[0], DATES[-1] + 1))
    winners = set()
    for moment in cells():
        first = next((place for place, element in enumerate(elements) if holds(element, moment)), None)
        if first is not None:
            winners.add(first)
        if len(swept.gaps) < MAX_BOXES:  # otherwise not all may be told
            assert (first is None) == any(lies_in(box, moment) for box in swept.gaps), moment
    assert swept.winners == winners


def test_names_are_swept_too_and_there_is_always_another_one() -> None:
    swept = sweep([[("brand", "VISA", None)], [("brand", "VISA", None)]])
    assert swept.winners == {0}
    assert swept.gaps == ({"brand": (None,)},)


def test_too_many_combinations_are_given_up_and_not_guessed() -> None:
    dice = random.Random(1)
    kinds = ("energy", "power", "current", "duration", "charging_time", "idle_time")
    elements = []
    for _ in range(40):
        bounds = [(kind, (dice.randrange(1000), 1), (dice.randrange(1000, 2000), 1)) for kind in kinds]
        elements.append(bounds)
    with pytest.raises(TooMany):
        sweep(elements)
