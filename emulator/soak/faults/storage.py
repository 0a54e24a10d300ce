"""A disk that is nearly full, or full, until somebody frees room.

It does not know what lies on it.
"""

from emulator.models.prng import Prng

PLENTY_BYTES = 1_000_000_000


def episode(prng: Prng) -> list[tuple]:
    """Return a lack of room."""
    return [
        (0, "storage_free_bytes", prng.choice((0, 1000, 5000, 20_000, 70_000, 200_000))),
        (prng.choice((30, 900, 7200)), "storage_free_bytes", PLENTY_BYTES),
    ]
