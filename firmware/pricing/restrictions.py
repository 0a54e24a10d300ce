"""Reads the restrictions of OCPI's tariff elements (2.2.1 and 2.3.0, mod_tariffs) into conditions.

It does not know prices. What can never hold is a problem, for nobody writes it on purpose.
"""

from firmware.errors import PricingError
from firmware.pricing import calendar, conditions, ratio
from firmware.pricing.fields import Fields

_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_KEYS = (
    "start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_current", "max_current",
    "min_power", "max_power", "min_duration", "max_duration", "day_of_week", "reservation",
)  # fmt: skip
# The kind of a condition and what its two keys are called; what is beyond the highest is a slip of the hand.
_RANGES = (
    (conditions.ENERGY, "kwh", 1000000),
    (conditions.CURRENT, "current", 100000),
    (conditions.POWER, "power", 100000),
)
_LONGEST_S = 366 * 86400

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(restrictions: "Any", path: str, problems: "list[str]") -> "tuple[Any, ...]":
    """Return the conditions, flat as `conditions.hold` takes them; none: the element always applies."""
    if restrictions is None:
        return ()
    fields = Fields(restrictions, path, problems)
    fields.check_keys((), _KEYS)
    found: "list[Any]" = []
    reservation = fields.word("reservation", ("RESERVATION", "RESERVATION_EXPIRES"))
    if reservation is not None:
        found += (conditions.RESERVATION, reservation, None)
    _read_time(fields, found)
    _read_dates(fields, found)
    _read_days(fields, found)
    for kind, name, highest in _RANGES:
        low, high = fields.number("min_" + name, highest), fields.number("max_" + name, highest)
        if low is not None and high is not None and ratio.compare(low, high) >= 0:
            fields.wrong("max_" + name, "has to be more than min_" + name)
        _add(found, kind, low, high)
    shortest_s, longest_s = (
        fields.integer("min_duration", _LONGEST_S),
        fields.integer("max_duration", _LONGEST_S),
    )
    if shortest_s is not None and longest_s is not None and shortest_s >= longest_s:
        fields.wrong("max_duration", "has to be more than min_duration")
    _add(found, conditions.DURATION, shortest_s, longest_s)
    return tuple(found)


def _add(found: "list[Any]", kind: str, low: "Any", high: "Any") -> None:
    if low is not None or high is not None:
        found += (kind, low, high)


def _read_time(fields: "Fields", found: "list[Any]") -> None:
    if fields.get("start_time") is None and fields.get("end_time") is None:
        return
    start_s, end_s = _time_s(fields, "start_time"), _time_s(fields, "end_time")
    # An end of 00:00, or none, is the midnight at the end of the day.
    found += (conditions.TIME, start_s, end_s or calendar.DAY_S)


def _time_s(fields: "Fields", key: str) -> int:
    given = fields.get(key)
    if given is None:
        return 0
    if isinstance(given, str) and len(given) == 5 and given[2] == ":":
        hour, minute = calendar.number(given[:2]), calendar.number(given[3:])
        if 0 <= hour < 24 and 0 <= minute < 60:
            return hour * 3600 + minute * 60
    fields.wrong(key, "%r is no time of day such as 07:30" % (given,))
    return 0


def _read_dates(fields: "Fields", found: "list[Any]") -> None:
    days: "list[int | None]" = []
    for key in ("start_date", "end_date"):
        given = fields.get(key)
        days.append(None)
        if given is not None:
            try:
                days[-1] = calendar.parse_date(given)
            except PricingError as error:
                fields.wrong(key, str(error))
    if days[0] is not None and days[1] is not None and days[0] >= days[1]:
        fields.wrong("end_date", "has to be later than start_date; it is the first day that no longer counts")
    _add(found, conditions.DATE, days[0], days[1])


def _read_days(fields: "Fields", found: "list[Any]") -> None:
    given = fields.get("day_of_week")
    # An empty list restricts nothing.
    if given is None or given == []:
        return
    mask = 0
    for day in fields.array("day_of_week", 7 * len(_DAYS)):
        if isinstance(day, str) and day in _DAYS:
            mask |= 1 << _DAYS.index(day)
        else:
            fields.wrong("day_of_week", "%r is none of %s" % (day, ", ".join(_DAYS)))
    found += (conditions.WEEKDAY, mask, None)
