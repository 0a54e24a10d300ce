"""Reads POSIX TZ strings (IEEE 1003.1, 8.3; times as wide as RFC 8536, 3.3.1).

It does not know what time it is, and is in memory only while a time zone is made.
"""

from firmware.errors import PricingError
from firmware.pricing import calendar

_DIGITS = "0123456789"
_EXAMPLE = " such as CET-1CEST,M3.5.0,M10.5.0/3"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.pricing.calendar import Rule


def read(posix_tz: str) -> "tuple[int, int, tuple[Rule, Rule] | None]":
    """Return the seconds east of UTC in standard and in daylight time, and the rules of both changes.

    Raises PricingError for a string that is none.
    """
    reader = _Reader(posix_tz)
    reader.name()
    standard_s = dst_s = -reader.offset()
    rules: "tuple[Rule, Rule] | None" = None
    if not reader.at_end():
        reader.name()
        dst_s = standard_s + 3600 if reader.peek() in ",\0" else -reader.offset()
        rules = (reader.rule(), reader.rule())
    if not reader.at_end():
        raise reader.wrong("nothing more")
    return standard_s, dst_s, rules


class _Reader:
    """Reads the parts of a POSIX TZ string from left to right."""

    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        if not isinstance(text, str) or not text:
            text = str(text)
            raise PricingError(["the time zone %r is no POSIX TZ string%s" % (text, _EXAMPLE)])
        self.text = text
        self.position = 0

    def wrong(self, expected: str) -> PricingError:
        where = "the time zone %r, character %d: expected %s" % (self.text, self.position + 1, expected)
        return PricingError([where + " in a POSIX TZ string" + _EXAMPLE])

    def at_end(self) -> bool:
        return self.position == len(self.text)

    def peek(self) -> str:
        """Return the next character, NUL at the end."""
        return "\0" if self.at_end() else self.text[self.position]

    def take(self, characters: str) -> str:
        """Return the longest run of some characters."""
        start = self.position
        while not self.at_end() and self.text[self.position] in characters:
            self.position += 1
        return self.text[start : self.position]

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise self.wrong(repr(character))
        self.position += 1

    def name(self) -> None:
        quoted = self.peek() == "<"
        if quoted:
            self.position += 1
        if len(self.take(_LETTERS + _DIGITS + "+-" if quoted else _LETTERS)) < 3:
            raise self.wrong("a name of three letters or more")
        if quoted:
            self.expect(">")

    def integer(self, lowest: int, highest: int) -> int:
        start = self.position
        value = calendar.number(self.take(_DIGITS)[:5])
        if not lowest <= value <= highest:
            self.position = start
            raise self.wrong("a number from %d to %d" % (lowest, highest))
        return value

    def offset(self) -> int:
        """Read hours west of Greenwich, in seconds."""
        seconds = self.time(24)
        if seconds % 60:
            raise self.wrong("an offset of whole minutes")
        return seconds

    def time(self, highest_hour: int) -> int:
        """Read [+-]hh[:mm[:ss]] in seconds."""
        sign = -1 if self.peek() == "-" else 1
        if self.peek() in "+-":
            self.position += 1
        seconds = self.integer(0, highest_hour) * 3600
        for unit in (60, 1):
            if self.peek() != ":":
                break
            self.position += 1
            seconds += self.integer(0, 59) * unit
        return sign * seconds

    def rule(self) -> "Rule":
        """Read `,` and a date with its time: (form, month, week, day, seconds from that day's midnight)."""
        self.expect(",")
        form, month, week = "n", 1, 0
        if self.peek() == "M":
            self.position += 1
            form, month = "M", self.integer(1, 12)
            self.expect(".")
            week = self.integer(1, 5)
            self.expect(".")
            day = self.integer(0, 6)
        elif self.peek() == "J":
            self.position += 1
            form, day = "J", self.integer(1, 365)
        else:
            day = self.integer(0, 365)
        time_s = 7200
        if self.peek() == "/":
            self.position += 1
            time_s = self.time(167)
        return form, month, week, day, time_s
