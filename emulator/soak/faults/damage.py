"""What goes bad where it lies, on a storage whose power is off for a while: bytes, a sector, a file.

It does not know whose they are: a record's, a checkpoint's, a tariff's.
"""

from emulator.models.prng import Prng

# What of each record leaves enough to tell that there was one: of more than that nobody can know.
KINDS = (
    "byte",
    "byte_of_ledger",
    "sector",
    "bytes",
    "run",
    "checkpoints",
    "lost_file",
    "swapped_files",
)


def episode(prng: Prng) -> list[tuple]:
    """Return a cut with damage in it, now and then: a storage on which much goes bad is another story."""
    if prng.chance(3, 4):
        return []
    return [
        (0, "power", "cut"),
        (60, "damage", prng.choice(KINDS)),
        (prng.choice((1, 600, 7200)), "power", "on"),
    ]
