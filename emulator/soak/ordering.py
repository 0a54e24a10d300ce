"""Has an operator give orders in one story of several, good ones and impossible ones, and forgers theirs.

It does not know what else a story has.
"""

from emulator.models.prng import Prng
from emulator.soak.faults import orders

# So many seeds share one story with orders; such a story has this many for each visit of a driver.
EVERY = 4
FOR_EACH_VISIT = 1
# How often the terminal asks, in seconds.
POLL_S = 600
# What was ordered lies in a file of its own: where it goes bad a terminal waits for its operator.
NOT_WITH = ("byte", "bytes", "lost_file", "swapped_files")
# Whatever was ordered, the last driver may charge.
SETTLED = [(60, "order", {"removed": {"deny": [orders.ALICE]}}), (60, "wait", "uploaded")]


def is_in(seed: int) -> bool:
    """Return whether the story of a seed has orders."""
    return Prng(seed, "is ordered").chance(1, EVERY)


def strewn(seed: int, timeline: list[tuple], visits: int, last_s: int) -> list[tuple]:
    """Return a timeline with orders in it, and without what would need an operator who orders all anew."""
    prng = Prng(seed, "orders")
    strewn = [moment for moment in timeline if moment[2] not in NOT_WITH]
    for _ in range(FOR_EACH_VISIT * visits):
        at_s = prng.between(0, last_s)
        for after_s, action, argument in orders.episode(prng):
            at_s += after_s
            strewn.append((at_s, action, argument))
    return strewn
