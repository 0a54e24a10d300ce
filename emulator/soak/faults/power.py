"""Power that goes between two steps, or in the middle of a write, for seconds or for days.

It does not know what was going on.
"""

from emulator.models.prng import Prng

# More writes than a start with a recovery does, or a session with its checkpoints.
WRITES = 30


def episode(prng: Prng) -> list[tuple]:
    """Return a cut: at once, at a write, and sometimes a second one while the terminal recovers."""
    steps: list[tuple] = []
    for turn in range(prng.choice((1, 1, 2, 3))):
        if prng.chance(2, 3):
            writes = prng.between(1, 6 if turn else WRITES)
            steps.append((0, "cut_at_write", writes))
            steps.append((prng.between(1, 900), "power", "cut"))
        else:
            steps.append((prng.between(0, 20), "power", "cut"))
        steps.append((prng.choice((1, 1, 20, 600, 100_000)), "power", "on"))
    return steps
