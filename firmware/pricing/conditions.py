"""Says when a tariff's element applies: whether its conditions hold at a moment, and how long they stay so.

It does not know prices. An element's conditions lie flat in one tuple, kind, low, high, kind, low, high …,
for fifty elements have to fit a small board; None is an open side, low is inclusive, high exclusive.
"""

from firmware.pricing import calendar, ratio

# Seconds of the local day: wraps where high is not above low, and 86400 is the midnight at its end.
TIME = "time"
# Days since 1970-01-01.
DATE = "date"
# `low` is a mask, bit 0 for Sunday as in calendar.weekday.
WEEKDAY = "weekday"
# Ratios of kWh, of A summed over the phases, and of kW.
ENERGY = "energy"
CURRENT = "current"
POWER = "power"
# Seconds since the session's start, parking included; then those with and those without charging (OCPP 2.1).
DURATION = "duration"
CHARGING_TIME = "charging_time"
IDLE_TIME = "idle_time"
# How it is paid (OCPP 2.1): `low` is a text.
BRAND = "brand"
RECOGNITION = "recognition"
# An element that prices a reservation; it never holds while charging.
RESERVATION = "reservation"

# Beyond anything that is counted here, and below it.
NEVER = 1 << 62
BEFORE = -NEVER
DAY_S = 86400

# A moment and a horizon are lists in which a kind has its place. A moment, as `moment` makes it, tells what
# is so; None is unknown. A horizon tells up to where it stays so: seconds to the next change of the clock,
# the first count of what only grows at which a condition may change, and the lowest and first-beyond count
# of power and of current.
CLOCK, OF_POWER, OF_CURRENT = 0, 5, 7
_DAYS, _WEEKDAY, _UNITS = 9, 10, 14
_PLACES = {
    TIME: CLOCK, DURATION: 1, ENERGY: 2, CHARGING_TIME: 3, IDLE_TIME: 4, POWER: OF_POWER, CURRENT: OF_CURRENT,
    DATE: _DAYS, WEEKDAY: _WEEKDAY, BRAND: 11, RECOGNITION: 12, RESERVATION: 13,
}  # fmt: skip
# A pair of which nothing is known.
UNKNOWN = (None, None)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from firmware.pricing.tariff import Element

    Moment = list[Any]


def each(flat: "tuple[Any, ...]") -> "Iterator[tuple[str, Any, Any]]":
    """Yield (kind, low, high) of conditions that lie flat."""
    for i in range(0, len(flat), 3):
        yield flat[i], flat[i + 1], flat[i + 2]


def horizon() -> "list[int]":
    """Return the widest horizon: nothing ever changes."""
    return [NEVER, NEVER, NEVER, NEVER, NEVER, BEFORE, NEVER, BEFORE, NEVER]


def moment(
    second: "int | None",
    days: "int | None",
    point: "tuple[Any, ...]" = (None, None, None, None),
    power: "tuple[Any, ...]" = UNKNOWN,
    current: "tuple[Any, ...]" = UNKNOWN,
    paid: "tuple[Any, ...]" = UNKNOWN,
    units: "tuple[int, ...]" = (),
) -> "Moment":
    """Return a moment: second and days since 1970 of the local clock, counts of duration, energy, charging
    and idle time, least and most power and current, brand and recognition of how it is paid, and how many
    counts are one unit of what each place of a horizon counts.
    """
    weekday = None if days is None else calendar.weekday(days)
    return [
        second, point[0], point[1], point[2], point[3], power[0], power[1], current[0], current[1],
        days, weekday, paid[0], paid[1], None, units,
    ]  # fmt: skip


def first(elements: "tuple[Element | _Alone, ...]", place: int, here: "Moment", until: "list[int]") -> int:
    """Return the place of the first element from a place on that applies, their number where none does.

    The horizon is narrowed to where all conditions that were looked at stay as they are. What a moment does
    not say matches nothing.
    """
    while place < len(elements):
        flat = elements[place].flat
        holds = True
        for i in range(0, len(flat), 3):
            ahead = _PLACES[flat[i]]
            now = here[ahead]
            if now is None:
                holds = False
            elif ahead == CLOCK:
                low, high = flat[i + 1], flat[i + 2]
                holds = holds and (low <= now < high or (low > high and (now >= low or now < high)))
                # One that is now comes again in a day.
                low, high = (low - now - 1) % DAY_S + 1, (high - now - 1) % DAY_S + 1
                until[CLOCK] = min(until[CLOCK], low, high)
            elif ahead == _WEEKDAY:
                holds = holds and flat[i + 1] >> now & 1 == 1
                until[CLOCK] = min(until[CLOCK], DAY_S - here[CLOCK])
            elif ahead == _DAYS:
                holds = _holds_on_date(flat[i + 1], flat[i + 2], here, until) and holds
            elif ahead > OF_CURRENT:
                # Identifiers of OCPP are the same whatever their case; a moment has them in small letters.
                holds = holds and now == flat[i + 1].lower()
            else:
                units, low, high = here[_UNITS][ahead], flat[i + 1], flat[i + 2]
                low = BEFORE if low is None else counts(low, units)
                high = NEVER if high is None else counts(high, units)
                holds = holds and now >= low and here[ahead + (ahead >= OF_POWER)] < high
                # Ahead lies the boundary that is above; of a class the lowest count matters too.
                if now < low:
                    high = low
                elif ahead >= OF_POWER:
                    if now >= high:
                        low, high = high, NEVER
                    if until[ahead] < low:
                        until[ahead] = low
                if ahead >= OF_POWER:
                    ahead += 1
                if now < high < until[ahead]:
                    until[ahead] = high
        if holds:
            break
        place += 1
    return place


class _Alone:
    """Conditions without an element around them."""

    __slots__ = ("flat",)

    def __init__(self, flat: "tuple[Any, ...]") -> None:
        self.flat = flat


def hold(flat: "tuple[Any, ...]", here: "Moment") -> bool:
    """Return whether all conditions hold at a moment."""
    return first((_Alone(flat),), 0, here, horizon()) == 0


def counts(limit: "Any", units: int) -> int:
    """Return the first whole count that is not below a limit given as a Ratio or an integer."""
    return limit * units if isinstance(limit, int) else -(-limit[0] * units // limit[1])


def _holds_on_date(low: "int | None", high: "int | None", here: "Moment", until: "list[int]") -> bool:
    """Return whether a condition on the date holds; the horizon is narrowed to its next change."""
    days = here[_DAYS]
    ahead = low if low is not None and days < low else high
    if ahead is not None and days < ahead:
        until[CLOCK] = min(until[CLOCK], (ahead - days) * DAY_S - here[CLOCK])
    return (low is None or days >= low) and (high is None or days < high)


def told(flat: "tuple[Any, ...]") -> "list[list[Any]]":
    """Return conditions as a bill states them: [kind, low, high], ratios as exact texts."""
    return [[kind, _told(low), _told(high)] for kind, low, high in each(flat)]


def _told(limit: "Any") -> "Any":
    return ratio.text(limit) if isinstance(limit, tuple) else limit
