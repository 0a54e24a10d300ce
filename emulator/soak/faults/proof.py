"""Cards that have to prove themselves: pulled away in the middle of it, changed for others, or copied.

It does not know how long a proof takes, or which of these cards a terminal knows.
"""

from emulator.models.prng import Prng

SECURE = ("dora", "vera")
COPIES = ("dora's copy", "dora's clone", "vera's clone", "vera's forgery")
OTHERS = (*SECURE, *COPIES, "alice", "unknown", "phone")
# More commands than a proof takes.
COMMANDS = 9


def episode(prng: Prng) -> list[tuple]:
    """Return a vehicle at which cards are tried, and mostly one in earnest at last, to begin and to end."""
    steps: list[tuple] = [(0, "plug", True)]
    for _ in range(prng.between(1, 4)):
        steps.append((prng.choice((0, 1, 3, 30)), *_trial(prng)))
    card = prng.choice(SECURE)
    if prng.chance(2, 3):
        steps += [(5, "tap", card), (prng.choice((20, 130)), *_trial(prng))]
        steps.append((prng.choice((3, 60)), "tap", card))
    return [*steps, (prng.choice((5, 60)), "plug", False)]


def _trial(prng: Prng) -> tuple:
    """Return one card: a copy, or one that is pulled at a command, sometimes with another in its place."""
    if prng.chance(1, 4):
        return "tap", prng.choice(COPIES)
    brush: dict = {"card": prng.choice((*SECURE, *SECURE, *COPIES)), "at": prng.between(1, COMMANDS)}
    if prng.chance(1, 2):
        brush["then"] = prng.choice(OTHERS)
        if prng.chance(1, 2):
            brush["unseen"] = True
    return "brush", brush
