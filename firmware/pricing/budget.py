"""Finds where an amount is used up: the last moment and the last Wh at which a session still costs no more.

It does not know who holds the amount. It follows the session ahead as it goes on now, from one boundary of
the tariff to the next; between two the price only rises, so halving finds the exact point.
"""

from firmware.pricing import conditions

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
    engine: "Engine", amount_minor: int, boundaries: int = _BOUNDARIES, most_w: int = 0, hidden_wh: int = 0
) -> "tuple[int | None, int | None]":
    """Return (elapsed_ms, energy_wh) since the start at which an amount is used up, to the ms and Wh.

    One more of either costs more. With the power of the last reading both are of one point ahead; without
    power the first is when no energy flows, the second when no time passes. None: not by this alone, or not
    before so many changes of the price.

    While the vehicle asks for power, `most_w` may flow where less does, and `hidden_wh` may have flowed that
    the register does not show yet. Then the first is the earliest at which the amount may be used up: at the
    price of any power and current that a condition asks for, shown at once or in the end.
    """
    elapsed_ms, energy_wh, power_w, _current_ma, is_parking = engine.last()
    if engine.gross_minor() > amount_minor:
        return elapsed_ms, energy_wh
    flows = 0 if is_parking else max(power_w or 0, most_w)
    passed_ms = _earliest(engine, amount_minor, boundaries, flows, hidden_wh if flows else 0, most_w > 0)
    ahead = _Path(engine, 1, flows)
    if passed_ms is not None and flows:
        _walk(ahead, passed_ms, boundaries)
    there = ahead.engine
    more_wh = None
    if passed_ms is not None or not flows:
        more_wh = _furthest(_Path(there, 0, _MS_IN_H), amount_minor, _MOST_WH, boundaries)
    return (
        None if passed_ms is None else elapsed_ms + passed_ms,
        None if more_wh is None else there.last()[1] + more_wh,
    )


def _earliest(
    engine: "Engine", amount_minor: int, boundaries: int, flows: int, hidden_wh: int, may_change: bool
) -> "int | None":
    """Return the shortest time after which an amount may be used up, whatever the vehicle draws up to then.

    Unless what it draws `may_change` it stays in the class of power and current in which it is.
    """
    highest_w, highest_ma = (flows, conditions.NEVER) if may_change and flows else (0, 0)
    _elapsed_ms, _energy_wh, power_w, current_ma, _is_parking = engine.last()
    found: "int | None" = None
    for power, below_w in _classes(engine, conditions.POWER, power_w, highest_w):
        for current, _below_ma in _classes(engine, conditions.CURRENT, current_ma, highest_ma):
            most_w = min(flows, below_w)
            ways = [(most_w, hidden_wh, 0)]
            if hidden_wh:
                ways.append((most_w, 0, hidden_wh))
            if may_change and _has_steps(engine):
                # What a last step began costs less once energy of another price follows.
                ways.append((0, 0, 0))
            for draws_w, early_wh, late_wh in ways:
                path = _Path(engine, 1, draws_w, early_wh, late_wh, (power, current))
                passed_ms = _furthest(path, amount_minor, _LONGEST_MS, boundaries)
                if found is None or (passed_ms is not None and passed_ms < found):
                    found = passed_ms
    return found


def _classes(engine: "Engine", kind: str, now: "int | None", most: int) -> "list[tuple[int | None, int]]":
    """Return the classes of power or current up to a most that conditions tell apart: the lowest of each in W
    or mA, and the first beyond it.
    """
    bounds = {0}
    for element in engine.course.tariff.elements:
        for asked, low, high in conditions.each(element.flat):
            for limit in (low, high) if asked == kind else ():
                if limit is not None:
                    bounds.add(conditions.counts(limit, 1000))
    told = sorted([bound for bound in bounds if bound <= most]) + [conditions.NEVER]
    if now is None or len(told) <= 2:
        return [(now, conditions.NEVER)]
    return list(zip(told, told[1:]))


def _has_steps(engine: "Engine") -> bool:
    for element in engine.course.tariff.elements:
        component = element.component("ENERGY")
        if component and component.step_size > 1:
            return True
    return False


class _Path:
    """A session ahead: after each step `ms` have passed and energy has flowed at a power in W, rounded up.

    What is hidden shows with the first step, or what of it is late on top of every price. `shown` is what the
    meter tells of power and current.
    """

    __slots__ = ("engine", "late_wh", "ms", "power_w", "shown", "start", "wh")

    def __init__(
        self,
        engine: "Engine",
        ms: int,
        power_w: int,
        hidden_wh: int = 0,
        late_wh: int = 0,
        shown: "tuple[int | None, int | None] | None" = None,
    ) -> None:
        self.engine = engine.copy()
        self.start = engine.last()
        self.wh = self.start[1] + hidden_wh
        self.late_wh = late_wh
        self.shown = shown or (self.start[2], self.start[3])
        self.ms = ms
        self.power_w = power_w

    def at(self, steps: int) -> "tuple[int, int]":
        return self.start[0] + steps * self.ms, self.wh - (-steps * self.power_w // _MS_IN_H)

    def go(self, steps: int) -> int:
        """Go so far and return the price there."""
        elapsed_ms, energy_wh = self.at(steps)
        self.engine.add(elapsed_ms, energy_wh, self.shown[0], self.shown[1], self.start[4])
        return self.price(steps)

    def price(self, steps: int) -> int:
        """Return the price at a point before which nothing changes."""
        elapsed_ms, energy_wh = self.at(steps)
        return self.engine.gross_at(elapsed_ms, (energy_wh + self.late_wh) * self.engine.per_wh)

    def boundary(self, most: int) -> int:
        """Return the last step up to which nothing changes."""
        elapsed_ms, energy_wh = self.engine.next_boundary()
        if elapsed_ms is not None and self.ms:
            most = min(most, elapsed_ms - self.start[0])
        if energy_wh is not None and self.power_w:
            if self.engine.per_wh > 1:
                # It may lie within the Wh before the one that is told.
                energy_wh -= 1
            most = min(most, (energy_wh - self.wh) * _MS_IN_H // self.power_w)
        return most


def _walk(path: _Path, steps: int, boundaries: int) -> None:
    """Go so far as a session does: with a reading at each boundary on the way."""
    here = 0
    for _ in range(boundaries):
        if here + 1 >= steps:
            break
        path.go(here + 1)
        here = max(path.boundary(steps), here + 1)
        path.go(min(here, steps))
    path.go(steps)


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
