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

# Beyond anything that is counted here.
NEVER = 1 << 62

# Parts of a horizon: seconds of the local clock, counts of what only grows, classes of power and current.
CLOCK, GROWING, CLASSES = 0, (DURATION, ENERGY, CHARGING_TIME, IDLE_TIME), (POWER, CURRENT)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    # What is known at a moment, by kind: seconds, days and weekdays of the clock, texts, and
    # (least, most, units in one of the condition's) of what is measured. What is missing matches nothing.
    Moment = dict[str, Any]


def each(flat: "tuple[Any, ...]") -> "Iterator[tuple[str, Any, Any]]":
    """Yield (kind, low, high) of conditions that lie flat."""
    for i in range(0, len(flat), 3):
        yield flat[i], flat[i + 1], flat[i + 2]


def hold(flat: "tuple[Any, ...]", moment: "Moment") -> bool:
    """Return whether all conditions hold at a moment."""
    for i in range(0, len(flat), 3):
        kind, low, high = flat[i], flat[i + 1], flat[i + 2]
        here = moment.get(kind)
        if here is None:
            return False
        if kind == TIME:
            inside = low <= here < high if low < high else low != high and (here >= low or here < high)
        elif kind == WEEKDAY:
            inside = low >> here & 1
        elif kind == DATE:
            inside = (low is None or here >= low) and (high is None or here < high)
        elif kind in (BRAND, RECOGNITION):
            inside = here == low
        else:
            least, most, units = here
            inside = (low is None or least >= scaled_up(low, units)) and (
                high is None or most < scaled_up(high, units)
            )
        if not inside:
            return False
    return True


def scaled_up(limit: "Any", units: int) -> int:
    """Return the first whole count that is not below a limit given as a Ratio or an integer."""
    if isinstance(limit, int):
        return limit * units
    return -(-limit[0] * units // limit[1])


def horizon() -> "list[Any]":
    """Return the widest horizon: nothing ever changes.

    Its places: second of the local clock, counts of duration, energy, charging and idle time (each the
    first at which a condition may change), then lowest and first-beyond count of power and of current.
    """
    return [None, NEVER, NEVER, NEVER, NEVER, -NEVER, NEVER, -NEVER, NEVER]


def narrow(flat: "tuple[Any, ...]", moment: "Moment", until: "list[Any]") -> None:
    """Narrow a horizon to where each of the conditions stays as it is at a moment."""
    for i in range(0, len(flat), 3):
        kind, low, high = flat[i], flat[i + 1], flat[i + 2]
        here = moment.get(kind)
        if here is None:
            continue
        if kind in GROWING:
            place = 1 + GROWING.index(kind)
            for limit in (low, high):
                count = NEVER if limit is None else scaled_up(limit, here[2])
                if here[0] < count < until[place]:
                    until[place] = count
        elif kind in CLASSES:
            _narrow_class(low, high, here, until, 5 + 2 * CLASSES.index(kind))
        elif kind in (TIME, WEEKDAY, DATE):
            clock_s = _next_clock_s(kind, low, high, moment["clock"])
            if clock_s is not None and (until[CLOCK] is None or clock_s < until[CLOCK]):
                until[CLOCK] = clock_s


def _narrow_class(low: "Any", high: "Any", here: "Any", until: "list[Any]", place: int) -> None:
    for limit in (low, high):
        if limit is not None:
            count = scaled_up(limit, here[2])
            if count <= here[0]:
                until[place] = max(until[place], count)
            else:
                until[place + 1] = min(until[place + 1], count)


def _next_clock_s(kind: str, low: "Any", high: "Any", clock_s: int) -> "int | None":
    """Return the next second of the local clock at which a condition on it may change."""
    midnight_s = clock_s - clock_s % calendar.DAY_S
    if kind == WEEKDAY:
        return midnight_s + calendar.DAY_S
    next_s = None
    for limit in (low, high):
        if limit is None:
            continue
        if kind == DATE:
            change_s = limit * calendar.DAY_S
        else:
            change_s = midnight_s + limit % calendar.DAY_S
            if change_s <= clock_s:
                change_s += calendar.DAY_S
        if change_s > clock_s and (next_s is None or change_s < next_s):
            next_s = change_s
    return next_s


def told(flat: "tuple[Any, ...]") -> "list[list[Any]]":
    """Return conditions as a bill states them: [kind, low, high], ratios as exact texts."""
    return [[kind, _told(low), _told(high)] for kind, low, high in each(flat)]


def _told(limit: "Any") -> "Any":
    return ratio.text(limit) if isinstance(limit, tuple) else limit
