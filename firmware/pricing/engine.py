"""Prices a charging session by its tariff, exactly, at any moment of it and at its end by one rule.

It does not know clocks, meters and cards: totals since the session began come in, amounts come out.
"""

from firmware.errors import PricingError
from firmware.pricing import conditions, discount, ratio
from firmware.pricing.course import NOWHERE, Course
from firmware.pricing.stretches import Stretches, along, book_pieces

_STATE_VERSION = 2
# No power or current that was measured.
_UNKNOWN = -2 * conditions.NEVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone
    from firmware.pricing.course import Paid, Point
    from firmware.pricing.discount import Discount
    from firmware.pricing.tariff import Tariff


class Engine:
    """The price of one session: `add` every reading, ask `gross_minor` and `bill` at any moment.

    Between readings in which no condition can change nothing is computed: the run of one set of prices that
    began at `_run` goes on, up to `_until`.
    """

    __slots__ = (
        "_current", "_discounts", "_elapsed", "_energy", "_has_begun", "_idle", "_is_parking", "_limits",
        "_moving", "_places", "_power", "_rates", "_run", "_stretches", "_until", "course", "per_wh",
    )  # fmt: skip

    def __init__(
        self,
        tariff: "Tariff",
        zone: "Zone | None",
        start_utc_s: "int | None",
        state: "list[Any] | None" = None,
        discounts: "list[Discount] | None" = None,
        stretches: "Stretches | None" = None,
        paid: "Paid" = conditions.UNKNOWN,
    ) -> None:
        """Begin at a moment (None: the clock is unset), or go on from what `state` gave.

        `stretches` is what a copy goes on with, `paid` the brand and recognition of what pays.
        """
        self._discounts = discounts
        self.per_wh = _energy_counts(tariff)
        start = None if start_utc_s is None else start_utc_s * 1000
        units = (1000 * self.per_wh, 1000, 1000, 1000)
        self.course = Course(tariff, zone, start, units, paid)
        self._stretches = stretches or Stretches(tariff, units[0], 1000)
        self._has_begun = False
        self._power: "int | None" = None
        self._current: "int | None" = None
        self._elapsed = self._energy = self._idle = 0
        self._is_parking = False
        self._places = [NOWHERE, NOWHERE, NOWHERE]
        self._run = (0, 0)
        # Elapsed time, energy, then lowest and first-beyond power and current of the run.
        self._until: "tuple[int, ...]" = (-1, 0, 0, 0, 0, 0)
        self._rates: "list[Any] | None" = None
        self._moving = 0
        self._limits = self._stretches.gross_limits()
        if state is not None:
            self._restore(state)

    def learn_start(self, start_utc_s: int) -> None:
        """Take the moment of the start once the clock is known; conditions on it count from now on."""
        self.course.begin(start_utc_s * 1000)
        self._until = (-1, 0, 0, 0, 0, 0)

    def pause(self, after_ms: int, away_ms: int) -> None:
        """Leave out a time in which the session stood still: the clock goes on, its duration does not."""
        self.course.pause(after_ms, away_ms)
        self._until = (-1, 0, 0, 0, 0, 0)

    def add(
        self,
        elapsed_ms: int,
        energy_wh: int,
        power_w: "int | None" = None,
        current_ma: "int | None" = None,
        is_parking: bool = False,
    ) -> None:
        """Take the totals since the session began; power, current and parking are those since the last ones.

        Raises PricingError where a total is smaller than before; then nothing has changed.
        """
        if type(elapsed_ms) is not int or type(energy_wh) is not int:
            raise PricingError(["totals have to be whole numbers, not %r and %r" % (elapsed_ms, energy_wh)])
        energy = energy_wh if self.per_wh == 1 else energy_wh * self.per_wh
        elapsed = self._elapsed
        if elapsed_ms < elapsed or energy < self._energy:
            before = "%d ms and %d Wh" % (elapsed, self._energy // self.per_wh)
            now = "%d ms and %d Wh" % (elapsed_ms, energy_wh)
            raise PricingError(["totals of %s after %s: they never fall" % (now, before)])
        power = _UNKNOWN if power_w is None else power_w
        current = _UNKNOWN if current_ma is None else current_ma
        until = self._until
        if (
            # Up to a boundary and with it all is as it was, from there on no longer.
            elapsed_ms > until[0]
            or energy > until[1]
            or elapsed >= until[0]
            or self._energy >= until[1]
            or is_parking != self._is_parking
            or not until[2] <= power < until[3]
            or not until[4] <= current < until[5]
        ):
            self._has_begun = True
            if elapsed_ms > elapsed or energy > self._energy:
                self._move(elapsed_ms, energy, power, current, is_parking)
        if is_parking:
            self._idle += elapsed_ms - elapsed
        self._elapsed, self._energy = elapsed_ms, energy
        self._power, self._current = power_w, current_ma

    def _move(self, elapsed_ms: int, energy: int, power: int, current: int, is_parking: bool) -> None:
        """Go on to a reading where conditions may change before it or have changed."""
        course, stretches = self.course, self._stretches
        start = self._point()
        idle = self._idle + (elapsed_ms - self._elapsed if is_parking else 0)
        stop = (elapsed_ms, energy, elapsed_ms - idle, idle)
        powers = conditions.UNKNOWN if power == _UNKNOWN else (power, power)
        currents = conditions.UNKNOWN if current == _UNKNOWN else (current, current)
        pieces, (flat, share) = course.pieces(start, stop, powers, currents, stretches.flat != NOWHERE)
        if flat != NOWHERE:
            at = along(start, stop, share)
            stretches.book(flat, 1, ratio.ZERO, at, at)
        places = pieces[-1][0]
        if len(pieces) > 1 or places != self._places or is_parking != self._is_parking:
            self._close_run(stretches)
            self._run = (self._elapsed, self._energy)
            if len(pieces) > 1:
                book_pieces(stretches, start, stop, pieces)
                self._run = (elapsed_ms, energy)
            self._places, self._is_parking = places, is_parking
        self._rates = None
        self._set_horizon(stop, power, current)

    def _set_horizon(self, point: "Point", power: int, current: int) -> None:
        """Note up to where, and in which class of power and current, nothing can change."""
        until = self.course.until
        elapsed = until[1]
        # Only one of the two grows in a run, as fast as the time.
        place, count = (4, point[3]) if self._is_parking else (3, point[2])
        if until[place] < conditions.NEVER:
            elapsed = min(elapsed, point[0] + until[place] - count)
        self._until = (
            elapsed,
            until[2],
            power if power == _UNKNOWN else until[5],
            power + 1 if power == _UNKNOWN else until[6],
            current if current == _UNKNOWN else until[7],
            current + 1 if current == _UNKNOWN else until[8],
        )

    def _point(self) -> "Point":
        return self._elapsed, self._energy, self._elapsed - self._idle, self._idle

    def _close_run(self, stretches: "Stretches") -> None:
        """Take the volumes of the run that goes on into lines."""
        begin, energy = self._run
        stretches.book(self._places[0], self._energy - energy, ratio.ZERO, begin, self._elapsed)
        place = self._places[2 if self._is_parking else 1]
        stretches.book(place, self._elapsed - begin, ratio.ZERO, begin, self._elapsed)

    def next_boundary(self) -> "tuple[int | None, int | None]":
        """Return the elapsed milliseconds and the energy in Wh at which the price may change next.

        None where that count alone changes nothing. An energy that is no whole Wh is told as the next one.
        """
        if self._until[0] < 0:
            course = self.course
            course.look(
                self._point(), conditions.UNKNOWN, conditions.UNKNOWN, self._stretches.flat != NOWHERE
            )
            elapsed_ms, energy = course.until[1], course.until[2]
        else:
            elapsed_ms, energy = self._until[0], self._until[1]
        return (
            None if elapsed_ms >= conditions.NEVER else elapsed_ms,
            None if energy >= conditions.NEVER else -(-energy // self.per_wh),
        )

    def gross_minor(self) -> int:
        """Return the gross total so far, by the rule of `bill`."""
        return self.gross_at(self._elapsed, self._energy) if self._has_begun else 0

    def gross_at(self, elapsed_ms: int, energy: int) -> int:
        """Return the gross total at a point up to which nothing changes; `per_wh` counts are a Wh."""
        elapsed, energy = elapsed_ms - self._run[0], energy - self._run[1]
        moving = (energy > 0) + 2 * (elapsed > 0)
        if self._rates is None or moving != self._moving:
            self._moving = moving
            place = self._places[2 if self._is_parking else 1]
            self._rates = self._stretches.rates(
                self._places[0] if energy else NOWHERE, place if elapsed else NOWHERE, self._flat_place()
            )
        minor, parts, weight, up, step, time_weight, time_up, time_step, rest = self._rates
        parts += weight * ((up + energy) // step * step if step else energy)
        parts += time_weight * ((time_up + elapsed) // time_step * time_step if time_step else elapsed)
        scale = self._stretches.scale
        if self._limits is not None:
            parts += minor * scale
            minor = 0
            least, most = self._limits
            if parts < least:
                parts, rest = least, ratio.ZERO
            if most is not None and parts >= most:
                parts, rest = most, ratio.ZERO
        if self._discounts:
            gross = ratio.reduced((minor * scale + parts) * rest[1] + rest[0], scale * rest[1])
            return ratio.round_half_up(discount.discounted(self._discounts, gross))
        # The scale is even, so the rest cannot matter: docs/decisions/rounding.md.
        return minor + (parts + scale // 2) // scale

    def _flat_place(self) -> int:
        """Return the flat fee that is due while nothing was used yet, NOWHERE once it is in a line."""
        if self._elapsed or self._energy:
            return NOWHERE
        self.course.look(self._point(), conditions.UNKNOWN, conditions.UNKNOWN, False)
        return self.course.flat

    def bill(self) -> "dict[str, Any]":
        """Return lines and totals: exact numbers as texts (`0.49`, `1201/1800`), amounts in minor units."""
        # In memory only while it is made.
        from firmware.pricing import bill as bills

        if not self._has_begun:
            return bills.bill(self.course, [])
        stretches = self._stretches.copy()
        self._close_run(stretches)
        stretches.book(self._flat_place(), 1, ratio.ZERO, 0, 0)
        return bills.bill(self.course, bills.lines(self.course, stretches), self._discounts)

    def last(self) -> "tuple[int, int, int | None, int | None, bool]":
        """Return what was added last, as `add` takes it."""
        return self._elapsed, self._energy // self.per_wh, self._power, self._current, self._is_parking

    def copy(self) -> "Engine":
        """Return an engine that goes on from here by itself."""
        course = self.course
        start_utc_s = None if course.start is None else course.start // 1000
        stretches, discounts = self._stretches.copy(), self._discounts
        twin = Engine(course.tariff, course.zone, start_utc_s, None, discounts, stretches, course.paid)
        twin._restore(self.state(), with_lines=False)
        twin._power, twin._current = self._power, self._current
        return twin

    def state(self) -> "list[Any]":
        """Return what `Engine(tariff, zone, start_utc_s, state)` goes on from."""
        run = (
            [self._elapsed, self._energy, self._idle, self._is_parking] + list(self._run) + list(self._places)
        )
        return [_STATE_VERSION, self._has_begun, run, self._stretches.last, self._stretches.state()]

    def _restore(self, state: "list[Any]", with_lines: bool = True) -> None:
        if not isinstance(state, list) or len(state) != 5 or state[0] != _STATE_VERSION:
            raise PricingError(["a pricing state of another version: %r" % (state,)])
        self._has_begun, run = state[1], state[2]
        self._elapsed, self._energy, self._idle, self._is_parking = run[:4]
        self._run = (run[4], run[5])
        self._places = run[6:9]
        if with_lines:
            self._stretches.restore(state[4], state[3])


def _energy_counts(tariff: "Tariff") -> int:
    """Return in how many counts a Wh has to be divided so that every boundary of energy is a whole count."""
    counts = 1
    for element in tariff.elements:
        for kind, low, high in conditions.each(element.flat):
            for limit in (low, high) if kind == conditions.ENERGY else ():
                if limit is not None:
                    counts = ratio.multiple(1000 * counts, limit[1]) // 1000
    return counts
