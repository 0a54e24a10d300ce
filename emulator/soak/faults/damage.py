"""A byte that goes bad where it lies, on a storage whose power is off for a while.

It does not know whose byte it is: one of a record, of a checkpoint, of a tariff.
"""

from emulator.models.prng import Prng


def episode(prng: Prng) -> list[tuple]:
    """Return a cut with damage in it, now and then: a storage on which much goes bad is another story."""
    if prng.chance(3, 4):
        return []
    kind = prng.choice(("byte", "byte_of_ledger", "byte_of_ledger"))
    return [(0, "power", "cut"), (60, "damage", kind), (prng.choice((1, 600, 7200)), "power", "on")]
