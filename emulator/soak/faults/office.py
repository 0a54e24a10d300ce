"""An office that restarts, or comes back from a backup without its newest records.

It does not know what it had.
"""

from emulator.models.prng import Prng


def episode(prng: Prng) -> list[tuple]:
    """Return a restart, or a backup that is restored up to a day later."""
    if prng.chance(1, 2):
        return [(0, "office", "restart")]
    return [(0, "office", "backup"), (prng.choice((600, 7200, 86_400)), "office", "restore")]
