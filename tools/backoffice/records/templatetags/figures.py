"""Filters by which templates write amounts, energies and moments for people.

It does not know what is shown; what it cannot read it shows as it is.
"""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from firmware.errors import PricingError
from firmware.pricing import money as minor_units
from firmware.screens import catalogue, words
from tools import exact

register = template.Library()


@register.filter
def money(amount_minor: Any, currency: str) -> str:
    """Write an amount of minor units in its currency: `4.21 EUR`."""
    try:
        return minor_units.format_minor(amount_minor, currency)
    except (PricingError, TypeError, ValueError):
        return f"{amount_minor} {currency}" if amount_minor is not None else "–"


@register.filter
def kwh(energy_wh: Any) -> str:
    """Write watt-hours as kilowatt-hours, with every digit: `11.250 kWh`."""
    if not isinstance(energy_wh, int):
        return "–"
    sign = "−" if energy_wh < 0 else ""
    return f"{sign}{abs(energy_wh) // 1000}.{abs(energy_wh) % 1000:03} kWh"


@register.filter
def utc(moment: Any) -> str:
    """Write a moment, or its RFC 3339 text, in UTC: `2026-03-28 16:59:00`."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return moment.replace("T", " ").rstrip("Z") if isinstance(moment, str) else "–"


@register.filter
def when(record: Any) -> str:
    """Write when a record was written in UTC, also where its terminal learned that later."""
    if record.at is None and record.learned is not None:
        return f"{utc(record.learned)} ({_('learned later')})"
    return utc(record.at)


@register.filter
def local(text: Any) -> str:
    """Write a local moment as a record carries it: `2026-03-28 17:59:00 +01:00`."""
    if not isinstance(text, str) or len(text) < 20:
        return "–"
    return f"{text[:10]} {text[11:19]} {text[19:]}"


@register.filter
def duration(seconds: Any) -> str:
    """Write seconds as hours, minutes and seconds: `1:00:05`."""
    if not isinstance(seconds, int):
        return "–"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@register.filter
def quantity(text: Any) -> str:
    """Write an exact number; a fraction such as `1201/1800` as a decimal with a sign that it is rounded."""
    if text is None:
        return "–"
    if not isinstance(text, str) or "/" not in text:
        return str(text)
    try:
        return f"≈ {float(exact.number(text)):.4f}"
    except (ValueError, ArithmeticError):
        return text


@register.filter
def kind_name(kind: str) -> str:
    """Name a kind of record in words."""
    return {
        "boot": _("Started up"),
        "configured": _("Configured"),
        "fault": _("Fault"),
        "fault.cleared": _("Fault cleared"),
        "session.started": _("Session started"),
        "session.rejected": _("Session rejected"),
        "session.ended": _("Receipt"),
        "clock.learned": _("Clock learned"),
        "ledger.damaged": _("Ledger damaged"),
        "meter.commissioned": _("Meter commissioned"),
        "meter.record": _("Meter's record"),
        "meter.replaced": _("Meter replaced"),
        "order.applied": _("Order applied"),
        "order.refused": _("Order refused"),
    }.get(kind, kind)


@register.filter
def dimension_name(dimension: Any) -> str:
    """Name what a line of a bill is for (OCPI, TariffDimensionType, and what follows the tariff)."""
    return {
        "DISCOUNT": _("Discount"),
        "ENERGY": _("Energy"),
        "FLAT": _("Session fee"),
        "MAX_PRICE": _("Above the maximum price"),
        "MIN_PRICE": _("Up to the minimum price"),
        "PARKING_TIME": _("Parking time"),
        "TIME": _("Charging time"),
    }.get(str(dimension), str(dimension))


@register.filter
def line_reason(line: Any, receipt: Any = None) -> str:
    """Write when a line's price counted, why, and what is special: `16:30:10 – 17:00:00, Mon-Fri`."""
    if not isinstance(line, dict):
        return ""
    parts = [_span(*_moments(line, receipt))]
    try:
        parts.append(words.conditions(catalogue.texts_of("en"), "en", line.get("why") or ()))
    except (ArithmeticError, AttributeError, KeyError, LookupError, PricingError, TypeError, ValueError):
        parts.append(str(line.get("why")))
    discount = line.get("discount")
    if isinstance(discount, dict):
        parts.append(str(discount.get("name", "")))
    parts.append(_("rounded up to whole steps") if line.get("step") else "")
    parts.append(_("divided by estimate") if line.get("estimated") else "")
    return ", ".join(part.replace(catalogue.NO_BREAK, " ") for part in parts if part)


def _moments(line: dict[str, Any], receipt: Any) -> tuple[Any, Any]:
    """Return from when to when; what a line leaves out of a stretch is its session's start or end."""
    begin, end = line.get("from"), line.get("to")
    if line.get("dimension") in ("ENERGY", "TIME", "PARKING_TIME") and isinstance(receipt, dict):
        start, stop = receipt.get("start"), receipt.get("stop")
        if begin is None and isinstance(start, dict):
            begin = 0 if isinstance(end, int) else start.get("local")
        if end is None and isinstance(stop, dict):
            end = receipt.get("duration_s") if isinstance(begin, int) else stop.get("local")
    return begin, end


def _span(begin: Any, end: Any) -> str:
    """Write two moments of one session: times of day at the place, or seconds since its start."""
    if isinstance(begin, str) and isinstance(end, str) and len(begin) > 18 and len(end) > 18:
        day = "" if begin[:10] == end[:10] else end[:10] + " "
        return f"{begin[11:19]} – {day}{end[11:19]}"
    if isinstance(begin, int) and isinstance(end, int):
        return f"{duration(begin)} – {duration(end)}"
    return ""
