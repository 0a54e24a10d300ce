"""Keeps what a session used of each price: exact lines, one a stretch, and sums that price it live.

It does not know conditions and readings. Quantities are counts of energy or time with an exact rest, so that
the sums of whole counts stay integers; neighbouring stretches of one price merge, and beyond a bound all do.
"""

from firmware.pricing import money, ratio
from firmware.pricing.course import CHARGING, ELAPSED, ENERGY, IDLE, NOWHERE
from firmware.pricing.tariff import DIMENSIONS, gross_price

# From so many lines on a price that was there before goes on in its own last line.
MOST_LINES = 24
# Members of a line.
PLACE, WHOLE, REST, FROM, TO, PARTS, ESTIMATED = 0, 1, 2, 3, 4, 5, 6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.course import Piece, Places, Point, Share
    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Component, Tariff


class Stretches:
    """The lines of one session in the order of their beginnings."""

    __slots__ = (
        "_counts", "_minor_units", "_price", "_sums", "_tariff", "_weights", "flat", "last", "lines", "scale",
    )  # fmt: skip

    def __init__(self, tariff: "Tariff", per_kwh: int, per_s: int, scale: int = 0) -> None:
        """Begin with nothing; a scale of 0 is reckoned."""
        self._tariff = tariff
        # Counts in the unit of each dimension's price, and in that of its step_size.
        self._counts = (per_kwh, 3600 * per_s, 3600 * per_s, 1)
        self.lines: "list[list[Any]]" = []
        # The volume of each dimension, and the gross price of all: each as a whole count and an exact rest.
        self._sums: "list[list[Any]]" = [[0, ratio.ZERO] for _ in DIMENSIONS]
        self._price: "list[Any]" = [0, ratio.ZERO]
        # The last priced places of energy and of time, which say the step.
        self.last = [NOWHERE, NOWHERE]
        self.flat = NOWHERE
        self._minor_units = 10 ** money.exponent(tariff.currency)
        # Weight and step of the places in use; nothing is free.
        self._weights: "dict[int, tuple[int, int]]" = {NOWHERE: (0, 0)}
        self.scale = scale or self._scale()

    def component(self, place: int) -> "Component":
        """Return the component at a place."""
        return self._tariff.elements[place >> 2].component(DIMENSIONS[place & 3])  # type: ignore[return-value]

    def counts(self, dimension: int) -> int:
        """Return how many counts are one unit of a dimension's price."""
        return self._counts[dimension]

    def step(self, place: int) -> int:
        """Return the step of a place in counts, 0 where there is none."""
        return self._known(place)[1]

    def _scale(self) -> int:
        """Return in how many parts a minor unit is counted: gross prices of single counts are whole then.

        It is even, so that a half is whole too, and what lies below one part never changes how it is rounded.
        """
        tariff = self._tariff
        scale = 2
        for limit in (tariff.min_price, tariff.max_price):
            if limit and limit[1]:
                scale = ratio.multiple(scale, self._in_minor(limit[1])[1])
        for element in tariff.elements:
            for component in element.components:
                counts = self._counts[DIMENSIONS.index(component.dimension)]
                scale = ratio.multiple(scale, self._in_minor(gross_price(component, tariff.tax), counts)[1])
        return scale

    def _in_minor(self, amount: "Ratio", counts: int = 1) -> "Ratio":
        """Return an amount for so many counts as minor units for one; the smaller its terms, the faster."""
        return ratio.reduced(amount[0] * self._minor_units, amount[1] * counts)

    def weight(self, place: int) -> int:
        """Return the gross price of one count at a place, in parts of a minor unit."""
        return self._known(place)[0]

    def _known(self, place: int) -> "tuple[int, int]":
        """Return weight and step of a place; each that is used is reckoned once."""
        known = self._weights.get(place)
        if known is None:
            component, counts = self.component(place), self._counts[place & 3]
            price = self._in_minor(gross_price(component, self._tariff.tax), counts)
            weight = price[0] * (self.scale // price[1])
            step = 0 if place & 3 == 3 else component.step_size * (counts // (3600 if place & 3 else 1000))
            self._weights[place] = known = (weight, step)
        return known

    def gross_limits(self) -> "tuple[int, int | None] | None":
        """Return the least and most gross price in parts of a minor unit, None where there is neither."""
        limits: "list[int | None]" = []
        for limit in (self._tariff.min_price, self._tariff.max_price):
            amount = self._in_minor(limit[1]) if limit and limit[1] else None
            limits.append(amount[0] * (self.scale // amount[1]) if amount else None)
        return None if limits == [None, None] else (limits[0] or 0, limits[1])

    def book(self, place: int, whole: int, rest: "Ratio", begin: int, end: int, estimated: int = 0) -> None:
        """Take a volume that is priced at a place; one of 0 and one that nothing prices leave no trace."""
        if place == NOWHERE or not (whole or rest[0]):
            return
        dimension = place & 3
        if dimension == 3:
            self.flat = place
        else:
            self.last[dimension > 0] = place
        self._count(place, whole, rest)
        line = self._line_of(place)
        if line is None:
            self.lines.append([place, whole, rest, begin, end, 1, estimated])
            return
        line[WHOLE], line[REST] = plus(line[WHOLE], line[REST], whole, rest)
        line[PARTS] += line[TO] != begin
        line[TO] = end
        line[ESTIMATED] |= estimated

    def _count(self, place: int, whole: int, rest: "Ratio") -> None:
        sums = self._sums[place & 3]
        weight = self.weight(place)
        sums[0] += whole
        price = self._price
        price[0] += whole * weight
        if rest[0]:
            sums[0], sums[1] = plus(sums[0], sums[1], 0, rest)
            price[0], price[1] = plus(price[0], price[1], 0, (rest[0] * weight, rest[1]))

    def _line_of(self, place: int) -> "list[Any] | None":
        """Return the line in which a place goes on: the last of its dimension, or of its own among many."""
        many = len(self.lines) >= MOST_LINES
        for i in range(len(self.lines) - 1, -1, -1):
            line = self.lines[i]
            if line[PLACE] == place:
                return line
            if not many and (line[PLACE] ^ place) & 3 == 0:
                return None
        return None

    def volume(self, dimension: int) -> "tuple[int, Ratio]":
        """Return the priced volume of a dimension in counts: whole, and an exact rest below 1."""
        return self._sums[dimension][0], self._sums[dimension][1]

    def rates(self, energy: int, time: int, flat: int) -> "list[Any]":
        """Return what the session costs while it goes on at two places (NOWHERE: that one stands still).

        It is [minor units, base, weight, up, step, weight, up, step, rest]: besides the minor units the gross
        price is base + rest + for energy and time either weight * volume, or with a step
        weight * ((up + volume) // step * step), in parts of a minor unit, and the rest lies below one part.
        `flat` is a fee that is due and in no line yet.
        """
        told: "list[Any]" = [0, 0, 0, 0, 0, 0, 0, 0, ratio.ZERO]
        base, rest = self._price[0] + self.weight(flat), self._price[1]
        for dimension in range(3):
            going = energy if dimension == 0 else time if time & 3 == dimension else NOWHERE
            last = going if going != NOWHERE else self.last[dimension > 0]
            if dimension and going == NOWHERE and (time != NOWHERE or last & 3 != dimension):
                last = NOWHERE
            whole, part = self._sums[dimension]
            weight, step = self._known(last)
            if step == 1 and not part[0]:
                # Whole counts need no rounding.
                step = 0
            up = 0
            if step:
                # What a last step began is billed anew with what follows: in whole steps, at the last price.
                begun = whole % step
                base -= begun * weight
                if part[0]:
                    base, rest = plus(base, rest, 0, (-part[0] * weight, part[1]))
                up = begun + (part[0] > 0) + step - 1
                if going == NOWHERE:
                    base += up // step * step * weight
            if going != NOWHERE:
                at = 5 if dimension else 2
                told[at], told[at + 1], told[at + 2] = weight, up, step
        # Small numbers are fast however long the session lasts.
        told[0], told[1], told[8] = base // self.scale, base % self.scale, rest
        return told

    def copy(self) -> "Stretches":
        """Return what can be added to without a trace here."""
        same = Stretches(self._tariff, self._counts[0], self._counts[1] // 3600, self.scale)
        same.lines = [list(line) for line in self.lines]
        same._sums = [list(sums) for sums in self._sums]
        same._price = list(self._price)
        same.last, same.flat = list(self.last), self.flat
        return same

    def state(self) -> "list[Any]":
        """Return the lines as canonical JSON can hold them."""
        return [
            line[:REST] + ["%d/%d" % line[REST] if line[REST][0] else 0] + line[FROM:] for line in self.lines
        ]

    def restore(self, lines: "list[Any]", last: "list[int]") -> None:
        """Take the lines and the last places of a checkpoint."""
        for line in lines:
            rest = ratio.ZERO
            if line[REST]:
                numerator, denominator = line[REST].split("/")
                rest = (int(numerator), int(denominator))
            self.lines.append(line[:REST] + [rest] + line[FROM:])
            self._count(line[PLACE], line[WHOLE], rest)
            if line[PLACE] & 3 == 3:
                self.flat = line[PLACE]
        self.last = list(last)


def plus(left: int, left_rest: "Ratio", right: int, right_rest: "Ratio") -> "tuple[int, Ratio]":
    """Add two exact numbers that are each a whole and a rest; the sum's rest lies from 0 to below 1."""
    if not right_rest[0]:
        return left + right, left_rest
    rest = ratio.add(left_rest, right_rest)
    whole = rest[0] // rest[1]
    return left + right + whole, (rest[0] - whole * rest[1], rest[1])


def book_pieces(stretches: "Stretches", start: "Point", stop: "Point", pieces: "list[Piece]") -> None:
    """Take what lies between two points piece by piece, marked where a boundary divides it by estimate."""
    estimated = 0
    for i in range(len(pieces)):
        active, begin, end, boundary = pieces[i]
        changed = 0
        if boundary is not None and i + 1 < len(pieces):
            changed = _estimated(active, pieces[i + 1][0], boundary)
        begin_at, end_at = along(start, stop, begin), along(start, stop, end)
        # The share of the way that the piece is, as one fraction.
        over, under = end[0] * begin[1] - begin[0] * end[1], end[1] * begin[1]
        for dimension in range(3):
            if active[dimension] == NOWHERE:
                continue
            volume = (stop[1 + dimension] - start[1 + dimension]) * over
            rest = ratio.reduced(volume % under, under)
            is_estimated = (estimated | changed) >> dimension & 1
            stretches.book(active[dimension], volume // under, rest, begin_at, end_at, is_estimated)
        estimated = changed


def along(start: "Point", stop: "Point", share: "Share") -> int:
    """Return the elapsed time at a share of the way, rounded down."""
    return start[ELAPSED] + (stop[ELAPSED] - start[ELAPSED]) * share[0] // share[1]


def _estimated(before: "Places", after: "Places", boundary: int) -> int:
    """Return as bits which dimensions a boundary divides by estimate: those that it does not count itself."""
    bits = 0
    for dimension in range(3):
        is_counted = boundary == ENERGY if dimension == 0 else boundary in (ELAPSED, CHARGING, IDLE)
        if before[dimension] != after[dimension] and not is_counted:
            bits |= 1 << dimension
    return bits
