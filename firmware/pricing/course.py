"""Follows a session through its tariff: which components are active at a point, and up to where they stay so.

It does not know prices. A point is four counts since the start: elapsed time, energy, and the time with and
without charging; boundaries between two points are found exactly, for between them all four grow evenly.
"""

from firmware.pricing import calendar, conditions
from firmware.pricing.conditions import NEVER
from firmware.pricing.tariff import DIMENSIONS

# A component's place: element * 4 + the number of its dimension; NOWHERE where nothing is priced.
NOWHERE = -1
ELAPSED, ENERGY, CHARGING, IDLE = 0, 1, 2, 3

_BEGIN, _END = (0, 1), (1, 1)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone
    from firmware.pricing.tariff import Tariff

    Point = tuple[int, int, int, int]
    Places = tuple[int, int, int, int]
    # Least and most count of power or current, None where neither is known.
    Range = tuple[int, int] | None
    Share = tuple[int, int]
    Piece = tuple[Places, Share, Share, int | None]


class Course:
    """What a tariff's conditions say as a session goes on; `active` and `until` are of the last `look`."""

    __slots__ = (
        "_clock_until_s", "_dimensions", "_offset_s", "_pauses", "active", "per_a", "per_kw", "per_kwh",
        "per_s", "start", "tariff", "texts", "until", "zone",
    )  # fmt: skip

    def __init__(
        self, tariff: "Tariff", zone: "Zone | None", start: "int | None", units: "tuple[int, ...]"
    ) -> None:
        """Take the start as counts of time since 1970 (None: the clock is unset) and the counts in one kWh,
        second, kW and A. `texts` may say how it is paid, by kind of condition.
        """
        self.tariff = tariff
        self.zone = zone
        self.start = start
        self.per_kwh, self.per_s, self.per_kw, self.per_a = units
        self.texts: "dict[str, str] | None" = None
        self.active: "Places" = (NOWHERE, NOWHERE, NOWHERE, NOWHERE)
        self.until: "list[Any]" = []
        # Where the session stood still, and for how long: `start` is later by all of it.
        self._pauses: "tuple[tuple[int, int], ...]" = ()
        self._offset_s = 0
        self._clock_until_s: "int | None" = -NEVER
        self._dimensions = 0
        for element in tariff.elements:
            for i in range(0, len(element.prices), 5):
                self._dimensions |= 1 << DIMENSIONS.index(element.prices[i])

    def pause(self, elapsed: int, away: int) -> None:
        """Leave out a time after so much of the session, in counts of time."""
        if self.start is not None:
            self.start += away
            self._pauses += ((elapsed, away),)

    def look(self, point: "Point", power: "Range", current: "Range", flat_done: bool) -> None:
        """Find what is active at a point, and the horizon up to which that cannot change."""
        moment = self._moment(point, power, current)
        until = conditions.horizon()
        active = [NOWHERE, NOWHERE, NOWHERE, NOWHERE]
        missing = self._dimensions & 7 if flat_done else self._dimensions
        for place in conditions.holding(self.tariff.elements, moment, until):
            prices = self.tariff.elements[place].prices
            for i in range(0, len(prices), 5):
                dimension = DIMENSIONS.index(prices[i])
                if missing >> dimension & 1:
                    active[dimension] = 4 * place + dimension
                    missing ^= 1 << dimension
            if not missing:
                break
        self.active = tuple(active)  # type: ignore[assignment]
        if until[conditions.CLOCK] < NEVER:
            until[1] = min(until[1], self._elapsed_in(point[ELAPSED], until[conditions.CLOCK]))
        self.until = until

    def pieces(
        self, start: "Point", stop: "Point", power: "Range", current: "Range", flat_done: bool
    ) -> "tuple[list[Piece], tuple[int, Share]]":
        """Return the pieces between two points on which other places are active, and the first flat fee.

        A piece is (places, share of the way at which it begins, at which it ends, the count whose boundary
        ends it or None); the fee is (place or NOWHERE, share of the way at which it is due).
        """
        found: "list[Piece]" = []
        flat, flat_share = NOWHERE, _BEGIN
        share = _BEGIN
        point = start
        while share != _END:
            self.look(point, power, current, flat_done)
            active = self.active
            if not flat_done and active[3] != NOWHERE:
                flat, flat_share, flat_done = active[3], share, True
            end, place = self._first_boundary(start, stop)
            if found and found[-1][0][:3] == active[:3]:
                found[-1] = (active, found[-1][1], end, place)
            else:
                found.append((active, share, end, place))
            share = end
            # Rounding down is safe: boundaries are whole counts, and that of the piece is met exactly.
            point = tuple([low + (high - low) * end[0] // end[1] for low, high in zip(start, stop)])  # type: ignore[assignment]
        return found, (flat, flat_share)

    def _first_boundary(self, start: "Point", stop: "Point") -> "tuple[Share, int | None]":
        """Return the share of the way at which the horizon ends, and the count that ends it."""
        end, place = _END, None
        for i in range(4):
            boundary = self.until[1 + i]
            if boundary < stop[i]:
                over, whole = boundary - start[i], stop[i] - start[i]
                if over * end[1] < end[0] * whole:
                    end, place = (over, whole), i
        return end, place

    def _moment(self, point: "Point", power: "Range", current: "Range") -> "dict[str, Any]":
        moment: "dict[str, Any]" = dict(self.texts or {})
        for i in range(4):
            units = self.per_kwh if i == ENERGY else self.per_s
            moment[conditions.GROWING[i]] = (point[i], point[i], units)
        if power is not None:
            moment[conditions.POWER] = (power[0], power[1], self.per_kw)
        if current is not None:
            moment[conditions.CURRENT] = (current[0], current[1], self.per_a)
        if self.start is not None:
            clock_s = self._clock_s(point[ELAPSED])
            days = clock_s // conditions.DAY_S
            moment[conditions.TIME] = clock_s % conditions.DAY_S
            moment[conditions.DATE] = days
            moment[conditions.WEEKDAY] = calendar.weekday(days)
        return moment

    def asks_clock(self) -> bool:
        """Return whether any condition is one on time, date or day of the week."""
        for element in self.tariff.elements:
            for kind, _low, _high in conditions.each(element.flat):
                if kind in (conditions.TIME, conditions.DATE, conditions.WEEKDAY):
                    return True
        return False

    def told_at(self, elapsed: int) -> "str | int":
        """Write a moment of the session in RFC 3339, or without a clock as seconds since the start."""
        if self.start is None or self.zone is None:
            return elapsed // self.per_s
        since = self.start - sum([away for at, away in self._pauses if elapsed <= at])
        utc_s = (since + elapsed) // self.per_s
        return calendar.format_offset(utc_s, self.zone.offset_s(utc_s))

    def _clock_s(self, elapsed: int) -> int:
        """Return the second of the local clock so long after the start."""
        utc_s = (self.start + elapsed) // self.per_s  # type: ignore[operator]
        if self._clock_until_s is not None and not utc_s < self._clock_until_s:
            self._offset_s = self.zone.offset_s(utc_s)  # type: ignore[union-attr]
            self._clock_until_s = self.zone.next_change_s(utc_s)  # type: ignore[union-attr]
        return utc_s + self._offset_s

    def _elapsed_in(self, elapsed: int, left_s: int) -> int:
        """Return the elapsed time at which the local clock is so far on, or is put forward or back before."""
        utc_s = (self.start + elapsed) // self.per_s + left_s  # type: ignore[operator]
        if self._clock_until_s is not None and self._clock_until_s < utc_s:
            utc_s = self._clock_until_s
        return utc_s * self.per_s - self.start  # type: ignore[operator]
