"""Says in words where a condition holds: stretches of the day, of the week, of energy, of power, of time.

It does not know tariffs. What a driver reads, also on the receipt, is worded by the firmware.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from firmware.pricing import calendar
from firmware.screens import catalogue
from firmware.screens import words as receipt_words
from tools.pricing.sweep import DAY_S, NUMBERS, Box

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONDAY_FIRST = (1, 2, 3, 4, 5, 6, 0)
_UNITS = {
    "energy": ("", " kWh", "any energy"),
    "power": ("", " kW", "any power"),
    "current": ("", " A", "any current"),
    "duration": ("session of ", "", "any duration"),
    "charging_time": ("charging for ", "", "any charging time"),
    "idle_time": ("idle for ", "", "any idle time"),
}
_NAMES = {"brand": "payment brand", "recognition": "payment by", "evse_kind": "EVSE kind"}


def box(where: Box) -> str:
    """Say where all of a box's axes hold together; `always` for a box without any."""
    return ", ".join(axis(kind, part) for kind, part in where.items()) or "always"


def conditions(told: Sequence[tuple[str, Any, Any]]) -> str:
    """Say an element's conditions in the words of the receipt; an empty text where there are none."""
    texts = catalogue.texts_of("en")
    return receipt_words.conditions(texts, "en", tuple(told)).replace(catalogue.NO_BREAK, " ")


def axis(kind: str, part: Sequence[Any]) -> str:
    """Say which part of an axis is meant, given as `sweep` gives it."""
    if kind == "weekday":
        return _weekdays(part)
    if kind == "time":
        return _listed([f"{clock(low)} to {clock(high)}" for low, high in _joined(part, True)])
    if kind == "date":
        return _listed([_dates(low, high) for low, high in _joined(part)])
    if kind in NUMBERS:
        return _listed([_range(kind, low, high) for low, high in _joined(part)])
    name = _NAMES.get(kind, kind)
    return f"{name} {_listed(['any other' if one is None else str(one) for one in part])}"


def clock(second_of_day: int) -> str:
    """Write a time of the local day: `17:00`, with seconds where there are some."""
    minutes, seconds = divmod(second_of_day, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def duration(seconds: Any) -> str:
    """Write a span of time: `1 h 30 min`, `45 s`."""
    whole, parts = seconds, []
    for size, unit in ((3600, "h"), (60, "min")):
        count = whole // size
        whole -= count * size
        if count:
            parts.append(f"{count} {unit}")
    if whole or not parts:
        parts.append(f"{decimal(whole)} s")
    return " ".join(parts)


def decimal(number: Any) -> str:
    """Write a number exactly where it ends within nine decimals, else marked as rounded to six."""
    exact = Fraction(_number(number))
    for places, mark in ((9, ""), (6, "~")):
        scaled = round(abs(exact) * 10**places)
        if mark or scaled == abs(exact) * 10**places:
            whole, rest = divmod(scaled, 10**places)
            digits = f"{rest:0{places}}".rstrip("0")
            return f"{mark}{'-' if exact < 0 else ''}{whole}{'.' if digits else ''}{digits}"
    raise AssertionError("the second way always ends")


def _range(kind: str, low: Any, high: Any) -> str:
    before, unit, whole = _UNITS[kind]
    write = decimal if unit else duration
    if not _number(low):
        return whole if high is None else f"{before}less than {write(_number(high))}{unit}"
    if high is None:
        return f"{before}{write(_number(low))}{unit} or more"
    return f"{before}{write(_number(low))} to {write(_number(high))}{unit}"


def _dates(low: int | None, high: int | None) -> str:
    first = None if low is None else _date(low)
    last = None if high is None else _date(high - 1)
    if first == last:
        return first or "any date"
    if last is None:
        return f"from {first}"
    return f"until {last}" if first is None else f"{first} to {last}"


def _date(days: int) -> str:
    return "%04d-%02d-%02d" % calendar.civil_from_days(days)


def _weekdays(days: Sequence[int]) -> str:
    """Say weekdays, runs of three or more as `Monday to Friday`."""
    runs: list[list[int]] = []
    for day in _MONDAY_FIRST:
        if day in days:
            if runs and _MONDAY_FIRST.index(day) == _MONDAY_FIRST.index(runs[-1][-1]) + 1:
                runs[-1].append(day)
            else:
                runs.append([day])
    said = []
    for run in runs:
        if len(run) > 2:
            said.append(f"{_DAYS[run[0]]} to {_DAYS[run[-1]]}")
        else:
            said += [_DAYS[day] for day in run]
    return _listed(said)


def _joined(intervals: Sequence[Any], is_round: bool = False) -> list[Any]:
    """Return intervals with neighbours made one; the day's end and beginning are neighbours."""
    joined: list[Any] = []
    for low, high in intervals:
        if joined and joined[-1][1] == low and low is not None:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    if is_round and len(joined) > 1 and joined[0][0] == 0 and joined[-1][1] == DAY_S:
        joined = [*joined[1:-1], (joined[-1][0], joined[0][1])]
    return joined


def _number(side: Any) -> Any:
    """Return a bound as a number, also where a bill states it as an exact text."""
    return Fraction(*side) if isinstance(side, tuple) else Fraction(side) if isinstance(side, str) else side


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts) or "never"
    return ", ".join(parts[:-1]) + " and " + parts[-1]
