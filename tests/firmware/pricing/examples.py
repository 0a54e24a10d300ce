"""Sessions whose price somebody worked out: the specification in its text, or this project by hand.

It does not know who prices them: the firmware is held against them on every interpreter, and so is the
slow model that judges the firmware's random cases. What is expected is named as in the answer: `cost`,
`energy_cost`, `time_cost`, `parking_cost` and `fixed_cost` (less their `total_`) as exact net and gross,
`cents` as they are paid, and volumes such as `billed_energy`.
"""

from firmware.crypto import jsontext

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
BEIRUT = "EET-2EEST,M3.5.0/0,M10.5.0/0"
LORD_HOWE = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
KOLKATA = "IST-5:30"
UTC = "UTC0"

WORKING_DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Example:
    """A session with its tariff, where its figures come from, and what of its price is known."""

    __slots__ = ("cdr", "expected", "source", "tariff", "zone")

    def __init__(
        self, source: str, tariff: "dict[str, Any]", cdr: "dict[str, Any]", zone: str = UTC, **expected: "Any"
    ) -> None:
        self.source = source
        self.tariff = tariff
        self.cdr = cdr
        cdr["currency"] = tariff["currency"]
        self.zone = zone
        self.expected = expected


def number(text: str) -> "Any":
    """Return a number as JSON gives it."""
    return jsontext.parse(text)


def tariff(*elements: "dict[str, Any]", **more: "Any") -> "dict[str, Any]":
    """Return a tariff in euro; `more` is what else it says."""
    document: "dict[str, Any]" = {"country_code": "DE", "party_id": "KTP", "id": "example", "currency": "EUR"}
    document.update({"elements": list(elements), "last_updated": "2026-01-01T00:00:00Z"})
    document.update(more)
    return document


def element(*components: "dict[str, Any]", **restrictions: "Any") -> "dict[str, Any]":
    """Return an element; a restriction that is a number comes as its text."""
    document: "dict[str, Any]" = {"price_components": list(components)}
    if restrictions:
        document["restrictions"] = {
            name: number(value) if _is_number(name) else value for name, value in restrictions.items()
        }
    return document


def per(dimension: str, price: str, vat: "str | None" = None, step: "int | None" = 1) -> "dict[str, Any]":
    """Return a price component."""
    component = {"type": dimension, "price": number(price)}
    if vat is not None:
        component["vat"] = number(vat)
    if step is not None:
        component["step_size"] = step
    return component


def limit(net: str, gross: "str | None" = None) -> "dict[str, Any]":
    """Return a price limit as 2.2.1 writes it."""
    return (
        {"excl_vat": number(net)} if gross is None else {"excl_vat": number(net), "incl_vat": number(gross)}
    )


def session(*periods: "tuple[str, dict[str, str]]", end: str) -> "dict[str, Any]":
    """Return a record of periods (begin, volumes by dimension); a moment without a year is of 2026."""
    return {
        "country_code": "DE",
        "party_id": "KTP",
        "id": "1",
        "start_date_time": _moment(periods[0][0]),
        "end_date_time": _moment(end),
        "currency": "EUR",
        "charging_periods": [
            {
                "start_date_time": _moment(start),
                "dimensions": [
                    {"type": name, "volume": number(volume)} for name, volume in sorted(volumes.items())
                ],
            }
            for start, volumes in periods
        ],
        "total_cost": {"excl_vat": 0},
        "total_energy": 0,
        "total_time": 0,
        "last_updated": _moment(end),
    }


def charged(kwh: str, hours: str = "1") -> "dict[str, Any]":
    """Return the record of one plain period on a Monday morning; an hour of it unless said otherwise."""
    return session(("01-05 08:00", {"ENERGY": kwh, "TIME": hours}), end="01-05 09:00")


def _is_number(name: str) -> bool:
    return name[4:] in ("kwh", "power", "current", "duration")


def _moment(text: str) -> str:
    return ("" if len(text) > 12 else "2026-") + text.replace(" ", "T") + ":00Z"
