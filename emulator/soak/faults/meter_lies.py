"""A register that lies: it jumps, runs backwards, begins anew, or has nothing to say.

It does not know whether somebody charges.
"""

from emulator.models.prng import Prng

LIES = ("jump", "backwards", "rollover", "not_available")


def episode(prng: Prng) -> list[tuple]:
    """Return one lie, for moments up to hours."""
    return [
        (0, "meter_fault", prng.choice(LIES)),
        (prng.choice((1, 4, 60, 900, 7200)), "meter_fault", "none"),
    ]
