"""A key that has to go, and power that goes while the terminal changes it.

It does not know how a key is changed, or whether the office knows the first one already.
"""

from emulator.models.prng import Prng

# More writes than a start that changes the key does.
WRITES = 8


def episode(prng: Prng) -> list[tuple]:
    """Return a restart that changes the key: whole, or cut at one of its writes, once or twice."""
    steps: list[tuple] = [(0, "key_retire", True), (0, "power", "cut")]
    for _ in range(prng.below(3)):
        # Asked without power it counts from when that is back.
        steps += [(1, "cut_at_write", prng.between(1, WRITES)), (0, "power", "on")]
        steps.append((prng.between(1, 120), "power", "cut"))
    return [*steps, (prng.choice((1, 600)), "power", "on")]
