"""Writes what a receipt holds as people read it: numbers, energy, durations, moments.

It does not know what they are of.
"""

from fractions import Fraction
from typing import Any

from firmware.pricing import calendar, money
from tools import exact
from tools.documents import texts


def decimal(text: str, language: str, digits: int = 0) -> str:
    """Write an exact number with so many decimals at least; one without an end with six and a sign."""
    told = exact.number(text)
    rounded = f"{float(told):.6f}"
    whole, _, rest = rounded.partition(".")
    kept = max(len(rest.rstrip("0")), digits)
    written = money.localise(whole + ("." + rest[:kept] if kept else ""), language)
    return written if Fraction(rounded) == told else "~ " + written


def kwh(energy_wh: int, language: str) -> str:
    """Write Wh as kWh with three decimals."""
    return f"{money.localise(f'{energy_wh / 1000:.3f}', language)} kWh"


def duration(seconds: int) -> str:
    """Write hours, minutes and seconds; a cancellation takes back time, and its sign stands in front."""
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def moment(told: dict[str, Any], language: str) -> str:
    """Write a receipt's start or stop by the clock of the place, and the state of that clock."""
    written = local(told["local"]) + " " + told["local"][19:] if told["local"] else "–"
    return f"{written} ({texts.clock(told['clock'], language)})"


def local(text: str) -> str:
    """Write an RFC 3339 moment without its offset. Raises PricingError."""
    calendar.parse_moment(text)
    return text[:10] + " " + text[11:19]


def there(text: str | None, receipt: dict[str, Any]) -> str:
    """Write a moment by the clock of the place, else in UTC."""
    if text is None:
        return "–"
    here = at_place(text, receipt)
    return f"{local(here)} {here[19:]}" if here else f"{text[:10]} {text[11:19]} UTC"


def at_place(text: str, receipt: dict[str, Any]) -> str:
    """Return a moment of UTC by the clock of the place (RFC 3339), as its zone or the session's own times
    tell; nothing where they do not.
    """
    utc_s = calendar.parse_utc(text)
    if "zone" in receipt:
        return str(calendar.Zone(receipt["zone"]).format_local(utc_s))
    known = next(filter(None, ((receipt.get(name) or {}).get("local") for name in ("stop", "start"))), None)
    if not known:
        return ""
    offset_s = calendar.parse_utc(f"{known[:19]}Z") - calendar.parse_moment(known)[0]
    return str(calendar.format_offset(utc_s, offset_s))


def pause(begin: str, end: str, receipt: dict[str, Any]) -> tuple[str, str]:
    """Write both moments of a pause; the second without its day where that is the first one's."""
    first, last = there(begin, receipt), there(end, receipt)
    is_one_day = first[:10] == last[:10] and first[19:] == last[19:]
    return (first[:19], last[11:]) if is_one_day else (first, last)
