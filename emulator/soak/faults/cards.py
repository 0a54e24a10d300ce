"""Cards that are pulled away in mid-read, changed for another at once, or left on the reader.

It does not know whose they are.
"""

from emulator.models.prng import Prng

NAMES = ("alice", "bob", "stolen", "phone", "unknown")


def episode(prng: Prng) -> list[tuple]:
    """Return some clumsy presentations."""
    steps: list[tuple] = []
    for _ in range(prng.between(1, 4)):
        steps.append((prng.choice((0, 1, 3)), prng.choice(("brush", "brush", "hold")), prng.choice(NAMES)))
    return [*steps, (prng.choice((1, 30, 600)), "hold", "")]
