"""Says when a tariff's element applies: whether its conditions hold at a moment, and how long they stay so.

It does not know prices. An element's conditions lie flat in one tuple, kind, low, high, kind, low, high …,
for fifty elements have to fit a small board; None is an open side, low is inclusive, high exclusive.
"""

from firmware.pricing import ratio

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

# Beyond anything that is counted here.
NEVER = 1 << 62
DAY_S = 86400

# Where a horizon keeps what: seconds to the next change of the local clock, the first count of what only
# grows at which a condition may change, and the lowest and first-beyond count of power and of current.
CLOCK, GROWING = 0, (DURATION, ENERGY, CHARGING_TIME, IDLE_TIME)
OF_POWER, OF_CURRENT = 5, 7
_PLACES = {DURATION: 1, ENERGY: 2, CHARGING_TIME: 3, IDLE_TIME: 4, POWER: OF_POWER, CURRENT: OF_CURRENT}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from firmware.pricing.tariff import Element

    # What is known at a moment, by kind: seconds, days and weekdays of the clock, texts, and of what is
    # measured (least, most, counts in one unit of the condition).
    Moment = dict[str, Any]


def each(flat: "tuple[Any, ...]") -> "Iterator[tuple[str, Any, Any]]":
    """Yield (kind, low, high) of conditions that lie flat."""
    for i in range(0, len(flat), 3):
        yield flat[i], flat[i + 1], flat[i + 2]


def horizon() -> "list[int]":
    """Return the widest horizon: nothing ever changes."""
    return [NEVER, NEVER, NEVER, NEVER, NEVER, -NEVER, NEVER, -NEVER, NEVER]


def holding(
    elements: "tuple[Element | _Alone, ...]", moment: "Moment", until: "list[int]"
) -> "Iterator[int]":
    """Yield the places of the elements that apply at a moment, in their order.

    The horizon is narrowed to where all conditions stay as they are, of the elements up to the last that was
    asked for. What a moment does not say matches nothing. It is one generator, and long, for each call of a
    function would cost a small board more memory than it saves.
    """
    for place in range(len(elements)):
        flat = elements[place].flat
        holds = True
        for i in range(0, len(flat), 3):
            kind = flat[i]
            here = moment.get(kind)
            if here is None:
                holds = False
            elif kind == TIME:
                low, high = flat[i + 1], flat[i + 2]
                holds = holds and (low <= here < high or (low > high and (here >= low or here < high)))
                # One that is now comes again in a day.
                low, high = (low - here - 1) % DAY_S + 1, (high - here - 1) % DAY_S + 1
                until[CLOCK] = min(until[CLOCK], low, high)
            elif kind == WEEKDAY:
                holds = holds and flat[i + 1] >> here & 1 == 1
                until[CLOCK] = min(until[CLOCK], DAY_S - moment[TIME])
            elif kind == DATE:
                holds = _holds_on_date(flat[i + 1], flat[i + 2], moment, until) and holds
            elif kind in (BRAND, RECOGNITION):
                holds = holds and here == flat[i + 1]
            else:
                low, high = flat[i + 1], flat[i + 2]
                low = -NEVER if low is None else counts(low, here[2])
                high = NEVER if high is None else counts(high, here[2])
                holds = holds and here[0] >= low and here[1] < high
                # Ahead lies the boundary that is above; of a class the lowest count matters too.
                ahead = _PLACES[kind]
                if here[0] < low:
                    high = low
                elif ahead >= OF_POWER:
                    if here[0] >= high:
                        low, high = high, NEVER
                    if until[ahead] < low:
                        until[ahead] = low
                if ahead >= OF_POWER:
                    ahead += 1
                if here[0] < high < until[ahead]:
                    until[ahead] = high
        if holds:
            yield place


class _Alone:
    """Conditions without an element around them."""

    __slots__ = ("flat",)

    def __init__(self, flat: "tuple[Any, ...]") -> None:
        self.flat = flat


def hold(flat: "tuple[Any, ...]", moment: "Moment") -> bool:
    """Return whether all conditions hold at a moment."""
    # A generator that yields at all has one thing to say.
    return list(holding((_Alone(flat),), moment, horizon())) != []


def counts(limit: "Any", units: int) -> int:
    """Return the first whole count that is not below a limit given as a Ratio or an integer."""
    return limit * units if isinstance(limit, int) else -(-limit[0] * units // limit[1])


def _holds_on_date(low: "int | None", high: "int | None", moment: "Moment", until: "list[int]") -> bool:
    """Return whether a condition on the date holds; the horizon is narrowed to its next change."""
    here = moment[DATE]
    ahead = low if low is not None and here < low else high
    if ahead is not None and here < ahead:
        until[CLOCK] = min(until[CLOCK], (ahead - here) * DAY_S - moment[TIME])
    return (low is None or here >= low) and (high is None or here < high)


def told(flat: "tuple[Any, ...]") -> "list[list[Any]]":
    """Return conditions as a bill states them: [kind, low, high], ratios as exact texts."""
    return [[kind, _told(low), _told(high)] for kind, low, high in each(flat)]


def _told(limit: "Any") -> "Any":
    return ratio.text(limit) if isinstance(limit, tuple) else limit
