"""Another meter in the place of the one before, with a register of its own life.

It does not know whether a session is open.
"""

from emulator.models.prng import Prng

# The meter that every story begins with.
OWN = {"serial": "21110042", "register_wh": 0}


def episode(prng: Prng) -> list[tuple]:
    """Return the exchange and the way back: while another meter is there nobody may charge."""
    register_wh = prng.choice((0, prng.between(1, 50_000), prng.between(100_000, 90_000_000)))
    other = {"serial": str(prng.between(10_000_000, 20_000_000)), "register_wh": register_wh}
    return [*_swap(prng, other), *_swap(prng, OWN, prng.choice((60, 900, 7200)))]


def _swap(prng: Prng, meter: dict, after_s: int = 0) -> list[tuple]:
    """Return an exchange with the power off, or with a terminal that runs on and only misses its meter."""
    if prng.chance(1, 2):
        return [(after_s, "power", "cut"), (600, "meter_exchange", meter), (60, "power", "on")]
    return [(after_s, "meter_fault", "silent"), (60, "meter_exchange", meter), (60, "meter_fault", "none")]
