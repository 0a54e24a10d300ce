"""A contactor that welds, or does not close.

It does not know who commands it.
"""

from emulator.models.prng import Prng


def episode(prng: Prng) -> list[tuple]:
    """Return one fault, for seconds up to two hours."""
    return [
        (0, "contactor_fault", prng.choice(("welded", "stuck_open"))),
        (prng.choice((2, 60, 1800, 7200)), "contactor_fault", "none"),
    ]
