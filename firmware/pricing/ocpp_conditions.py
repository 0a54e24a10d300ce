"""Reads and writes the conditions of OCPP 2.1 (TariffConditionsType and TariffConditionsFixedType).

It does not know prices. What can never hold is a problem, for nobody writes it on purpose.
"""

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import calendar, conditions, ratio
from firmware.pricing.fields import Fields

# What follows min and max, the kind of condition, how many of OCPP's units are one of the model's (0: whole
# seconds in both), and beyond what it is a slip of the hand.
_RANGES = (
    ("Energy", conditions.ENERGY, 1000, 1000000000),
    ("Current", conditions.CURRENT, 1, 100000),
    ("Power", conditions.POWER, 1000, 100000000),
    ("Time", conditions.DURATION, 0, 366 * 86400),
    ("ChargingTime", conditions.CHARGING_TIME, 0, 366 * 86400),
    ("IdleTime", conditions.IDLE_TIME, 0, 366 * 86400),
)
_TEXTS = (("paymentBrand", conditions.BRAND), ("paymentRecognition", conditions.RECOGNITION))
_FIXED = (
    "startTimeOfDay", "endTimeOfDay", "dayOfWeek", "validFromDate", "validToDate", "evseKind", "paymentBrand",
    "paymentRecognition", "customData",
)  # fmt: skip
_ALL = _FIXED + tuple([side + row[0] for row in _RANGES for side in ("min", "max")])
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_CALENDAR = (conditions.TIME, conditions.DATE, conditions.WEEKDAY)
# A fixed fee is decided at the start: moments have whole seconds, so nothing changes within the first.
_AT_START = (conditions.DURATION, None, 1)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Found = list[tuple[str, Any, Any]]


def read(price: Fields, is_fixed: bool, evse_kind: "str | None") -> "Found | None":
    """Return the conditions of a price as (kind, low, high); None for a price of another kind of EVSE."""
    found: "Found" = []
    if price.get("conditions") is None:
        return found
    fields = Fields(price.get("conditions"), price.path + "/conditions", price.problems)
    fields.check_keys((), _FIXED if is_fixed else _ALL)
    asked = fields.word("evseKind", ("AC", "DC"))
    if asked is not None and evse_kind is None:
        fields.wrong("evseKind", "it has to be said whether the charger is AC or DC")
    _read_calendar(fields, found)
    if is_fixed and found:
        found.append(_AT_START)
    for name, kind, units, highest in () if is_fixed else _RANGES:
        low, high = [_bound(fields, side + name, units, highest) for side in ("min", "max")]
        if low is not None and high is not None and not _is_below(low, high):
            fields.wrong("max" + name, "has to be more than min" + name)
        if low is not None or high is not None:
            found.append((kind, low, high))
    for key, kind in _TEXTS:
        text = fields.text(key, 20)
        if text is not None:
            found.append((kind, text, None))
    return found if asked is None or asked == evse_kind else None


def _bound(fields: Fields, key: str, units: int, highest: int) -> "Any":
    """Return a bound as the model has it: whole seconds, or a Ratio of kWh, kW or A."""
    if not units:
        return fields.integer(key, highest)
    bound = fields.number(key, highest)
    return None if bound is None else ratio.mul(bound, (1, units))


def _is_below(low: "Any", high: "Any") -> bool:
    return low < high if isinstance(low, int) else ratio.compare(low, high) < 0


def _read_calendar(fields: Fields, found: "Found") -> None:
    if fields.get("startTimeOfDay") is not None or fields.get("endTimeOfDay") is not None:
        start_s, end_s = _time_s(fields, "startTimeOfDay"), _time_s(fields, "endTimeOfDay")
        # An end of 00:00, or none, is the midnight at the end of the day.
        found.append((conditions.TIME, start_s, end_s or calendar.DAY_S))
    first, end = _day(fields, "validFromDate"), _day(fields, "validToDate")
    if first is not None and end is not None and first >= end:
        fields.wrong("validToDate", "has to be later than validFromDate; it no longer counts itself")
    if first is not None or end is not None:
        found.append((conditions.DATE, first, end))
    mask = 0
    for day in fields.array("dayOfWeek", 7):
        if isinstance(day, str) and day in _DAYS:
            mask |= 1 << _DAYS.index(day)
        else:
            fields.wrong("dayOfWeek", "%r is none of %s" % (day, ", ".join(_DAYS)))
    if mask:
        found.append((conditions.WEEKDAY, mask, None))


def _time_s(fields: Fields, key: str) -> int:
    given = fields.get(key)
    if given is None:
        return 0
    if isinstance(given, str) and len(given) == 5 and given[2] == ":":
        hour, minute = calendar.number(given[:2]), calendar.number(given[3:])
        if 0 <= hour < 24 and 0 <= minute < 60:
            return hour * 3600 + minute * 60
    fields.wrong(key, "%r is no time of day such as 07:30" % (given,))
    return 0


def _day(fields: Fields, key: str) -> "int | None":
    given = fields.get(key)
    if given is None:
        return None
    try:
        return calendar.parse_date(given)
    except PricingError as error:
        fields.wrong(key, str(error))
        return None


def write(found: "Found", is_fixed: bool, path: str, problems: "list[str]") -> "dict[str, Any]":
    """Return conditions as OCPP writes them; what it cannot say goes to the problems."""
    written: "dict[str, Any]" = {}
    changes = [each for each in found if each[0] in _CALENDAR]
    if is_fixed and changes and _AT_START not in found:
        problems.append(path + ": OCPP decides a fixed fee at the start; this one may begin in mid-session")
    for condition in found:
        kind, low, high = condition
        if kind in _CALENDAR:
            _write_calendar(condition, written)
        elif kind == conditions.BRAND or kind == conditions.RECOGNITION:
            written[[key for key, each in _TEXTS if each == kind][0]] = low
        elif not is_fixed:
            name, _, units, _ = [row for row in _RANGES if row[1] == kind][0]
            for side, limit in (("min", low), ("max", high)):
                if limit is not None:
                    written[side + name] = _written(limit, units, path, problems)
        elif condition != _AT_START:
            problems.append("%s: OCPP knows no fixed fee that depends on %s" % (path, kind))
    return written


def _write_calendar(condition: "tuple[str, Any, Any]", written: "dict[str, Any]") -> None:
    kind, low, high = condition
    if kind == conditions.TIME:
        written["startTimeOfDay"] = _clock(low)
        written["endTimeOfDay"] = _clock(high)
    elif kind == conditions.WEEKDAY:
        written["dayOfWeek"] = [_DAYS[day] for day in range(7) if low >> day & 1]
    else:
        for key, day in (("validFromDate", low), ("validToDate", high)):
            if day is not None:
                written[key] = "%04d-%02d-%02d" % calendar.civil_from_days(day)


def _clock(second: int) -> str:
    """Write a time of day; the midnight at the end is 00:00."""
    return "%02d:%02d" % (second // 3600 % 24, second // 60 % 60)


def _written(limit: "Any", units: int, path: str, problems: "list[str]") -> "Any":
    if not units:
        return limit
    text = ratio.text(ratio.mul(limit, (units, 1)))
    if "/" in text:
        problems.append("%s: the limit %s is no decimal, so it would have to be rounded" % (path, text))
        return 0
    return jsontext.parse(text)
