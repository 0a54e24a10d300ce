"""The faults that stories may have, by level; another one is a file here and a line below.

It does not know what they do.
"""

from collections.abc import Callable

from emulator.models.prng import Prng
from emulator.soak.faults import (
    cards,
    clock,
    contactor,
    damage,
    keys,
    link,
    meter_exchange,
    meter_lies,
    meter_line,
    office,
    power,
    proof,
    segments,
    storage,
)

LEVELS = ("none", "light", "heavy")

Episode = Callable[[Prng], list[tuple]]
# Each fault, how often a story of ten sessions has it when faults are light, and when they are heavy.
STANDARD: tuple[tuple[Episode, int, int], ...] = (
    (power.episode, 1, 6),
    (meter_line.episode, 1, 3),
    (meter_exchange.episode, 0, 1),
    (link.episode, 1, 4),
    (office.episode, 1, 2),
    (clock.episode, 1, 2),
    (storage.episode, 0, 1),
    (contactor.episode, 0, 1),
    (cards.episode, 1, 1),
    # The last, so that the stories of known seeds keep what else they have.
    (meter_lies.episode, 0, 1),
    (damage.episode, 0, 1),
    (keys.episode, 0, 1),
    (proof.episode, 1, 1),
    (segments.episode, 0, 1),
)
