"""Follows a session through its tariff: which components are active at a point, and up to where they stay so.

It does not know prices. A point is four counts since the start: elapsed time, energy, and the time with and
without charging; boundaries between two points are found exactly, for between them all four grow evenly.
"""

from firmware.pricing import calendar, conditions
from firmware.pricing.conditions import BEFORE, NEVER
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
    Places = list[int]
    # Least and most count of power or current, None where neither is known.
    Range = tuple[int, int] | tuple[None, None]
    Share = tuple[int, int]
    # Brand and recognition of what pays, None where it is not known.
    Paid = tuple[str | None, str | None]
    Piece = tuple[Places, Share, Share, int | None]


class Course:
    """What a tariff's conditions say as a session goes on; `active` and `until` are of the last `look`."""

    __slots__ = (
        "_dimensions", "_midnight", "_offset_s", "_paid", "_pauses", "_turn_s", "_units", "active", "flat",
        "paid", "per_kwh", "per_s", "start", "tariff", "until", "zone",
    )  # fmt: skip

    def __init__(
        self,
        tariff: "Tariff",
        zone: "Zone | None",
        start: "int | None",
        units: "tuple[int, ...]",
        paid: "Paid" = conditions.UNKNOWN,
    ) -> None:
        """Take the start as counts of time since 1970 (None: the clock is unset), the counts in one kWh,
        second, kW and A, and how it is paid: brand and recognition, as OCPP's conditions name them.
        """
        self.tariff = tariff
        self.zone = zone
        self.per_kwh, self.per_s, per_kw, per_a = units
        self._units = (0, self.per_s, self.per_kwh, self.per_s, self.per_s, per_kw, 0, per_a)
        self.paid = paid
        self._paid = (paid[0] and paid[0].lower(), paid[1] and paid[1].lower())
        # Places of energy, time and parking that price, and that of a flat fee.
        self.active: "Places" = [NOWHERE, NOWHERE, NOWHERE]
        self.flat = NOWHERE
        self.until: "list[Any]" = []
        # Where the session stood still, and for how long: `start` is later by all of it.
        self._pauses: "tuple[tuple[int, int], ...]" = ()
        self._dimensions = 0
        for element in tariff.elements:
            for i in range(0, len(element.prices), 5):
                self._dimensions |= 1 << DIMENSIONS.index(element.prices[i])
        self.begin(start)

    def begin(self, start: "int | None") -> None:
        """Take the start as counts of time since 1970, None where the clock is unset."""
        self.start = start
        # The offset of the clock, and how many seconds after the start's midnight (UTC) it is another.
        self._offset_s, self._turn_s = 0, BEFORE
        # Moments are reckoned from that midnight on: numbers below 2**30 leave no garbage on a small board
        # (and those that divmod makes of a large one do).
        day, begun = conditions.DAY_S * self.per_s, start or 0
        self._midnight = (begun // day, begun % day)

    def pause(self, elapsed: int, away: int) -> None:
        """Leave out a time after so much of the session, in counts of time."""
        if self.start is not None:
            self.begin(self.start + away)
            self._pauses += ((elapsed, away),)

    def look(self, point: "Point", power: "Range", current: "Range", flat_done: bool) -> None:
        """Find what is active at a point, and the horizon up to which that cannot change."""
        second, days = None, None
        if self.start is not None:
            clock_s = self._clock_s(point[ELAPSED])
            second, days = clock_s % conditions.DAY_S, self._midnight[0] + clock_s // conditions.DAY_S
        here = conditions.moment(second, days, point, power, current, self._paid, self._units)
        elements = self.tariff.elements
        self.until = until = conditions.horizon()
        self.active = active = [NOWHERE, NOWHERE, NOWHERE]
        self.flat = NOWHERE
        missing = self._dimensions & 7 if flat_done else self._dimensions
        place = -1
        while missing:
            place = conditions.first(elements, place + 1, here, until)
            if place == len(elements):
                break
            prices = elements[place].prices
            for i in range(0, len(prices), 5):
                dimension = DIMENSIONS.index(prices[i])
                if missing >> dimension & 1:
                    missing ^= 1 << dimension
                    if dimension == 3:
                        self.flat = 4 * place + 3
                    else:
                        active[dimension] = 4 * place + dimension
        if until[conditions.CLOCK] < NEVER:
            until[1] = min(until[1], self._elapsed_in(point[ELAPSED], until[conditions.CLOCK]))

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
        while True:
            self.look(point, power, current, flat_done)
            active = self.active
            if not flat_done and self.flat != NOWHERE:
                flat, flat_share, flat_done = self.flat, share, True
            end, place = self._first_boundary(start, stop)
            if found and found[-1][0] == active:
                found[-1] = (active, found[-1][1], end, place)
            else:
                found.append((active, share, end, place))
            if end == _END:
                return found, (flat, flat_share)
            share = end
            # Rounding down is safe: boundaries are whole counts, and that of the piece is met exactly.
            over, whole = end
            point = (
                start[0] + (stop[0] - start[0]) * over // whole,
                start[1] + (stop[1] - start[1]) * over // whole,
                start[2] + (stop[2] - start[2]) * over // whole,
                start[3] + (stop[3] - start[3]) * over // whole,
            )

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
        """Return the second of the local clock so long after the start, counted from the start's midnight."""
        since_s = (self._midnight[1] + elapsed) // self.per_s
        if since_s >= self._turn_s:
            self._offset_s, turn_s = self.zone.holding(self._midnight[0], since_s)  # type: ignore[union-attr]
            self._turn_s = NEVER if turn_s is None else turn_s
        return since_s + self._offset_s

    def _elapsed_in(self, elapsed: int, left_s: int) -> int:
        """Return the elapsed time at which the local clock is so far on, or is put forward or back before."""
        begun = self._midnight[1]
        since_s = (begun + elapsed) // self.per_s + left_s
        return min(since_s, self._turn_s) * self.per_s - begun
