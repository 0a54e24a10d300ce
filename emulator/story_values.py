"""Checks single values of a scenario: returns the normal form, or says what was expected.

It does not know where a value stands in the file.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

Check = Callable[[object], object]


class Unexpected(Exception):
    """A value that is not possible; the message says what would be."""


def text(shortest: int, longest: int) -> Check:
    """Make a check for a text of so many characters."""

    def check(given: object) -> str:
        if isinstance(given, str) and shortest <= len(given) <= longest:
            return given
        raise Unexpected(f"a text of {shortest} to {longest} characters")

    return check


def whole(lowest: int, highest: float = math.inf) -> Check:
    """Make a check for a whole number in a range, which may have no end."""

    def check(given: object) -> int:
        if isinstance(given, int) and not isinstance(given, bool) and lowest <= given <= highest:
            return given
        raise Unexpected(f"a whole number from {lowest} {'on' if highest == math.inf else f'to {highest}'}")

    return check


def word(*words: str) -> Check:
    """Make a check for one of some words."""

    def check(given: object) -> str:
        if isinstance(given, str) and given in words:
            return given
        raise Unexpected("one of " + ", ".join(words))

    return check


def flag(given: object) -> bool:
    """Return true or false."""
    if isinstance(given, bool):
        return given
    raise Unexpected("true or false")


def seconds_as_ms(given: object) -> int:
    """Return a duration given in seconds, whole or with decimals, in milliseconds."""
    if isinstance(given, (int, float)) and not isinstance(given, bool) and 0 <= given <= 400 * 86400:
        return round(given * 1000)
    raise Unexpected("a number of seconds from 0 to 34560000")


def moment(given: object) -> int:
    """Return the seconds since 1970 of a moment in UTC, such as 2026-03-28T16:59:00Z."""
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", given):
        try:
            return int(datetime.strptime(given, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
        except ValueError:
            pass  # Such as February 30: said below like every other wrong moment.
    raise Unexpected('a moment in UTC such as "2026-03-28T16:59:00Z"')


def day(given: object) -> str:
    """Return a date such as 2026-01-31 as it was written."""
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        try:
            return date.fromisoformat(given).isoformat()
        except ValueError:
            pass  # Said below.
    raise Unexpected('a date such as "2026-12-31"')


def month(given: object) -> str:
    """Return a month such as 2031-12 as it was written."""
    if isinstance(given, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", given):
        return given
    raise Unexpected('a month such as "2031-12"')


def uid(given: object) -> str:
    """Return a card's UID in canonical form: upper-case hex, no colons."""
    if isinstance(given, str):
        plain = given.replace(":", "").upper()
        if re.fullmatch(r"[0-9A-F]+", plain) and len(plain) in (8, 14, 20):
            return plain
    raise Unexpected('4, 7 or 10 bytes in hex, such as "04A1B2C3D4E580"')


def pan(given: object) -> str:
    """Return a card number of 12 to 19 digits whose check digit (ISO/IEC 7812-1) holds."""
    if isinstance(given, str) and re.fullmatch(r"\d{12,19}", given):
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(given))]
        if sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0:
            return given
    raise Unexpected("12 to 19 digits with a right check digit, the number of a test card")


def common_name(given: object) -> str:
    """Return the name in a certificate: 1 to 40 printable ASCII characters, no blank at its ends."""
    if isinstance(given, str) and re.fullmatch(r"[!-~]|[!-~][ -~]{0,38}[!-~]", given):
        return given
    raise Unexpected("a name of 1 to 40 printable ASCII characters")


def languages(given: object) -> str:
    """Return one to four languages as a card prefers them, two letters each."""
    if isinstance(given, str) and re.fullmatch(r"([a-z]{2}){1,4}", given):
        return given
    raise Unexpected('one to four languages of two letters, the best liked first, such as "fren"')


def clock(given: object) -> str | int:
    """Return `unset`, `set`, or by how many seconds the clock jumps."""
    if given in ("unset", "set"):
        return str(given)
    if isinstance(given, str) and re.fullmatch(r"[+-]\d{1,9}", given):
        return int(given)
    raise Unexpected('"unset", "set", or seconds with a sign such as "+3600"')


def table(given: object) -> dict:
    """Return a table as it is."""
    if isinstance(given, dict):
        return given
    raise Unexpected("a table")


def tables(given: object) -> list:
    """Return a list of tables as it is."""
    if isinstance(given, list) and all(isinstance(entry, dict) for entry in given):
        return given
    raise Unexpected("a list of tables")


def name_or_names(given: object) -> str | list:
    """Return a name of 1 to 40 characters, or a list of two or more."""
    named = given if isinstance(given, list) and len(given) > 1 else [given]
    if all(isinstance(entry, str) and 1 <= len(entry) <= 40 for entry in named):
        return given  # type: ignore[return-value]  # it is what was just looked at
    raise Unexpected("a text of 1 to 40 characters, or a list of two or more such")


def name_or_table(given: object) -> str | dict:
    """Return a name of 1 to 40 characters, or a table as it is."""
    if isinstance(given, dict) or (isinstance(given, str) and 1 <= len(given) <= 40):
        return given
    raise Unexpected("a text of 1 to 40 characters, or a table")


def texts(given: object) -> list:
    """Return a list of texts as it is."""
    if isinstance(given, list) and all(isinstance(entry, str) for entry in given):
        return given
    raise Unexpected("a list of texts")
