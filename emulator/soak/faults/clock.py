"""A clock that jumps, either way, or forgets the time and learns it again.

It does not know what time it is.
"""

from emulator.models.prng import Prng

STEPS_S = (-86_400, -3600, -61, -1, 1, 59, 3600, 90_000)


def episode(prng: Prng) -> list[tuple]:
    """Return a jump and its mending, or a time without a clock."""
    change = "unset" if prng.chance(1, 3) else prng.choice(STEPS_S)
    return [(0, "clock", change), (prng.choice((5, 600, 7200)), "clock", "set")]
