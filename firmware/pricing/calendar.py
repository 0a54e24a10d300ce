"""Time zones with their changes of the clocks, and RFC 3339 moments.

It does not know what time it is: a moment comes in as `utc_s`, seconds since 1970-01-01T00:00:00Z.
"""

from firmware.errors import PricingError

DAY_S = 86400
_DIGITS = b"0123456789"
# More than lies between the changes of the clocks of three years, and still a small number.
_YEARS_S = 1 << 28
_YEAR_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rule = tuple[str, int, int, int, int]


def is_leap(year: int) -> bool:
    """Return whether a Gregorian year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_days(year: int, month: int) -> int:
    """Return how many days a month has."""
    return 29 if month == 2 and is_leap(year) else _YEAR_DAYS[month] - _YEAR_DAYS[month - 1]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a date of the Gregorian calendar."""
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719162
    return days + _YEAR_DAYS[month - 1] + (month > 2 and is_leap(year)) + day - 1


def civil_from_days(days: int) -> "tuple[int, int, int]":
    """Return (year, month, day) of so many days after 1970-01-01."""
    # Years that begin with March have their odd day last; 400 of them are 146097 days.
    cycles, rest = divmod(days + 719468, 146097)
    year = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
    rest -= 365 * year + year // 4 - year // 100
    # Five months in a row, from March or from August on, are 153 days.
    month = (5 * rest + 2) // 153
    day = rest - (153 * month + 2) // 5 + 1
    year += 400 * cycles
    return (year, month + 3, day) if month < 10 else (year + 1, month - 9, day)


def weekday(days: int) -> int:
    """Return the day of the week of so many days after 1970-01-01: 0 is Sunday, as in POSIX."""
    return (days + 4) % 7


def parse_date(text: str) -> int:
    """Return the days since 1970-01-01 of `2026-03-28`; PricingError for anything else."""
    if isinstance(text, str) and len(text) == 10 and text[4] == "-" and text[7] == "-":
        year, month, day = number(text[:4]), number(text[5:7]), number(text[8:])
        if year >= 1 and 1 <= month <= 12 and 1 <= day <= month_days(year, month):
            return days_from_civil(year, month, day)
    raise PricingError(["%r is no date such as 2026-03-28" % (text,)])


def parse_utc(text: str) -> int:
    """Return utc_s of `2026-03-28T16:59:00Z`, whole seconds in UTC; PricingError for anything else."""
    if isinstance(text, str) and len(text) == 20 and text[10] + text[13] + text[16] + text[19] == "T::Z":
        hour, minute, second = number(text[11:13]), number(text[14:16]), number(text[17:19])
        if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60:
            return parse_date(text[:10]) * DAY_S + hour * 3600 + minute * 60 + second
    raise PricingError(["%r is no moment such as 2026-03-28T16:59:00Z" % (text,)])


def parse_moment(text: str) -> "tuple[int, int, int]":
    """Return (utc_s, digits, 10**count) of an RFC 3339 moment as OCPI writes it; PricingError for all else.

    The digits are those of its fraction of a second. `Z` may be missing (OCPI, types, DateTime), and an
    offset such as `+02:00` is understood.
    """
    try:
        rest, offset_s = text[19:], 0
        if rest[-1:] == "Z":
            rest = rest[:-1]
        elif rest[-6:-5] in ("+", "-") and rest[-3] == ":":
            hours, minutes = number(rest[-5:-3]), number(rest[-2:])
            if not (0 <= hours < 24 and 0 <= minutes < 60):
                raise PricingError([])
            offset_s = (hours * 3600 + minutes * 60) * (-1 if rest[-6] == "-" else 1)
            rest = rest[:-6]
        digits = 0
        if rest:
            digits = number(rest[1:]) if rest[0] == "." and len(rest) <= 10 else -1
            if digits < 0:
                raise PricingError([])
        return parse_utc(text[:19] + "Z") - offset_s, digits, 10 ** max(len(rest) - 1, 0)
    except (PricingError, TypeError, IndexError):
        raise PricingError(["%r is no moment such as 2026-03-28T16:59:00Z" % (text,)])


def format_utc(utc_s: int) -> str:
    """Write a moment as RFC 3339 in UTC: `2026-03-28T16:59:00Z`."""
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % _civil(utc_s)


def format_offset(utc_s: int, offset_s: int) -> str:
    """Write a moment as RFC 3339 with an offset of whole minutes: `2026-03-28T17:59:00+01:00`."""
    minutes = abs(offset_s) // 60
    offset: "tuple[Any, ...]" = ("-" if offset_s < 0 else "+", minutes // 60, minutes % 60)
    # In one step, for MicroPython looks for each text that it makes among all that it keeps.
    return "%04d-%02d-%02dT%02d:%02d:%02d%s%02d:%02d" % (_civil(utc_s + offset_s) + offset)


def local_date(zone: "Zone", utc_s: int) -> str:
    """Return the date at a place and moment: `2026-03-28`."""
    return "%04d-%02d-%02d" % _civil(utc_s + zone.offset_s(utc_s))[:3]


def _civil(local_s: int) -> "tuple[int, ...]":
    """Return (year, month, day, hour, minute, second)."""
    days, rest = divmod(local_s, DAY_S)
    return civil_from_days(days) + (rest // 3600, rest // 60 % 60, rest % 60)


def number(digits: str) -> int:
    """Return the value of ASCII digits, -1 where anything else is among them or there are none."""
    # As bytes: of a text, MicroPython would keep each character that it ever cut out.
    for character in digits.encode():
        if character not in _DIGITS:
            return -1
    return int(digits) if digits else -1


class Zone:
    """A time zone as its POSIX TZ string says; PricingError for a string that is none.

    Its offsets are whole minutes, for RFC 3339 can write no others.
    """

    __slots__ = ("_dst_s", "_found", "_rules", "_standard_s", "text")

    def __init__(self, posix_tz: str) -> None:
        # In memory only while it reads.
        from firmware.pricing import posix_tz as reader

        self.text = posix_tz
        self._standard_s, self._dst_s, self._rules = reader.read(posix_tz)
        # The offset that was found last holds from a moment until before another: mostly the next one, too.
        self._found = (0, 0, 0, 0)

    def offset_s(self, utc_s: int) -> int:
        """Return the seconds east of UTC at a moment."""
        return self.holding(utc_s // DAY_S, utc_s % DAY_S)[0]

    def holding(self, day: int, second: int) -> "tuple[int, int | None]":
        """Return the offset at a moment, which is a day of UTC and the seconds since it began, and up to when
        it stays: in seconds since that midnight, None where for ever.

        Numbers of the size of utc_s leave garbage on a small board, and none of them is made here.
        """
        if self._rules is None:
            return self._standard_s, None
        found = self._found
        since_s = (day - found[0]) * DAY_S
        if not found[1] <= since_s + second < found[2]:
            self._found = found = self._find(day, second)
            since_s = 0
        return found[3], found[2] - since_s

    def _find(self, day: int, second: int) -> "tuple[int, int, int, int]":
        """Return a day, from when and before when, in seconds since its midnight, an offset holds, and it."""
        year = civil_from_days(day + (second + self._standard_s) // DAY_S)[0]
        latest_s, next_s, offset_s = -_YEARS_S, _YEARS_S, self._standard_s
        # Times of up to a week around the day of the rule may put a change into the year before or after.
        for candidate in range(year - 1, year + 2):
            # Daylight time all year long ends and begins in one moment, and goes on: so the start is last.
            for i in (1, 0):
                at_s = _change_s(self._rules[i], candidate, day)  # type: ignore[index]
                at_s -= self._dst_s if i else self._standard_s
                if at_s > second:
                    next_s = min(next_s, at_s)
                elif at_s >= latest_s:
                    latest_s, offset_s = at_s, self._standard_s if i else self._dst_s
        return day, latest_s, next_s, offset_s

    def format_local(self, utc_s: int) -> str:
        """Write a moment as RFC 3339 with the offset of the place: `2026-03-28T17:59:00+01:00`."""
        return format_offset(utc_s, self.offset_s(utc_s))


def _change_s(rule: "Rule", year: int, since: int) -> int:
    """Return when a rule changes the clocks in a year: seconds of the local time before it since a day."""
    form, month, week, day, time_s = rule
    first = days_from_civil(year, month, 1)
    if form == "M":
        days = first + (day - weekday(first)) % 7 + 7 * (week - 1)
        if days >= first + month_days(year, month):
            days -= 7
    elif form == "J":
        days = first + day - 1 + (day >= 60 and is_leap(year))
    else:
        days = first + day
    return (days - since) * DAY_S + time_s
