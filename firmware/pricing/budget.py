"""Finds where an amount is used up: the last moment and the last Wh at which a session still costs no more.

It does not know who holds the amount. It follows the session ahead as it goes on now, from one boundary of
the tariff to the next; between two the price only rises, so halving finds the exact point.
"""

_MS_IN_H = 3600000
# Nobody charges longer, and no vehicle takes more.
_LONGEST_MS = 366 * 24 * _MS_IN_H
_MOST_WH = 1000000000
# Beyond so many changes of the price the terminal has asked again.
_BOUNDARIES = 64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.pricing.engine import Engine


def limit(
    engine: "Engine", amount_minor: int, boundaries: int = _BOUNDARIES, most_w: int = 0
) -> "tuple[int | None, int | None]":
    """Return (elapsed_ms, energy_wh) since the start at which an amount is used up, to the ms and Wh.

    One more of either costs more. With the power of the last reading both are of one point ahead; without
    power the first is when no energy flows, the second when no time passes. None: not by this alone, or not
    before so many changes of the price. While the vehicle asks for power, `most_w` may flow where less does.
    """
    elapsed_ms, energy_wh, power_w, _current_ma, is_parking = engine.last()
    if engine.gross_minor() > amount_minor:
        return elapsed_ms, energy_wh
    flows = 0 if is_parking else max(power_w or 0, most_w)
    passed_ms = _furthest(_Path(engine, 1, flows), amount_minor, _LONGEST_MS, boundaries)
    ahead = _Path(engine, 1, flows)
    if passed_ms is not None and flows:
        ahead.go(passed_ms)
    there = ahead.engine
    more_wh = None
    if passed_ms is not None or not flows:
        more_wh = _furthest(_Path(there, 0, _MS_IN_H), amount_minor, _MOST_WH, boundaries)
    return (
        None if passed_ms is None else elapsed_ms + passed_ms,
        None if more_wh is None else there.last()[1] + more_wh,
    )


class _Path:
    """A session ahead: after each step `ms` have passed and energy has flowed at a power in W, rounded up."""

    __slots__ = ("engine", "ms", "power_w", "start")

    def __init__(self, engine: "Engine", ms: int, power_w: int) -> None:
        self.engine = engine.copy()
        self.start = engine.last()
        self.ms = ms
        self.power_w = power_w

    def at(self, steps: int) -> "tuple[int, int]":
        return self.start[0] + steps * self.ms, self.start[1] - (-steps * self.power_w // _MS_IN_H)

    def go(self, steps: int) -> int:
        """Go so far and return the price there."""
        elapsed_ms, energy_wh = self.at(steps)
        self.engine.add(elapsed_ms, energy_wh, self.start[2], self.start[3], self.start[4])
        return self.engine.gross_minor()

    def price(self, steps: int) -> int:
        """Return the price at a point before which nothing changes."""
        elapsed_ms, energy_wh = self.at(steps)
        return self.engine.gross_at(elapsed_ms, energy_wh * self.engine.per_wh)

    def boundary(self, most: int) -> int:
        """Return the last step up to which nothing changes."""
        elapsed_ms, energy_wh = self.engine.next_boundary()
        if elapsed_ms is not None and self.ms:
            most = min(most, elapsed_ms - self.start[0])
        if energy_wh is not None and self.power_w:
            most = min(most, (energy_wh - self.start[1]) * _MS_IN_H // self.power_w)
        return most


def _furthest(path: _Path, amount_minor: int, most: int, boundaries: int) -> "int | None":
    """Return the last step before the first one that costs more than an amount."""
    here = 0
    for _ in range(boundaries):
        # The first step shows what applies from here on.
        if path.go(here + 1) > amount_minor:
            return here
        here += 1
        there = max(path.boundary(most), here)
        if path.price(there) > amount_minor:
            while there - here > 1:
                middle = (here + there) // 2
                if path.price(middle) > amount_minor:
                    there = middle
                else:
                    here = middle
            return here
        if there >= most:
            return None
        path.go(there)
        here = there
    return None
