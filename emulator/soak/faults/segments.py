"""Whole segments of the ledger that are lost, or get another's name or none, while the power is off.

It does not know which records are in them.
"""

from emulator.models.prng import Prng

KINDS = ("lost_name", "swapped_segments", "other_name", "lost_older_segment")


def episode(prng: Prng) -> list[tuple]:
    """Return a cut in which one segment, or two that change places, is damaged so, now and then."""
    if prng.chance(1, 2):
        return []
    return [
        # At once, so that no other fault gives the power back in between: nobody renames what is written.
        (0, "power", "cut"),
        (0, "damage", prng.choice(KINDS)),
        (prng.choice((1, 600, 7200)), "power", "on"),
    ]
