"""Looks at the content of a verified record and says what is wrong with it, one sentence a fault.

It does not verify and refuses nothing: what a terminal signed is kept, and people are told what does not fit.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from firmware.errors import PricingError
from firmware.ledger import damage
from firmware.pricing import money
from tools import exact

KINDS = frozenset(
    (
        "boot",
        "capture.requested",
        "clock.learned",
        "configured",
        "fault",
        "fault.cleared",
        "hold.granted",
        "hold.refused",
        "hold.released",
        "hold.requested",
        "key.rotated",
        "ledger.damaged",
        "meter.commissioned",
        "meter.record",
        "meter.replaced",
        "order.applied",
        "order.refused",
        "receipt.cancelled",
        "receipt.corrected",
        "refund.requested",
        "refund.settled",
        "session.ended",
        "session.rejected",
        "session.started",
    )
)
CLOCKS = ("synchronised", "estimated", "unset")
# Clocks of two machines differ, but not by a day.
FUTURE = timedelta(days=1)
# No terminal is older; a clock that was never set says 1970 or 2000.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def inspect(payload: dict[str, Any], now: datetime) -> list[str]:
    """Return what is wrong with a record that arrived now, in order of its members."""
    kind = payload.get("kind")
    looks = _LOOKS.get(kind, ()) if isinstance(kind, str) else ()
    return [*_common_faults(payload, now), *(fault for look in looks for fault in look(payload))]


def moment(text: Any) -> datetime | None:
    """Return the moment that an RFC 3339 text in UTC names, None where it names none."""
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def whole(number: Any) -> bool:
    """Say whether it is an integer, which true and false are not."""
    return isinstance(number, int) and not isinstance(number, bool)


def _common_faults(payload: dict[str, Any], now: datetime) -> Iterator[str]:
    kind = payload.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        yield "kind: not one that the office knows"
    if payload.get("clock") not in CLOCKS:
        yield "clock: not one of " + ", ".join(CLOCKS)
    at = payload.get("at")
    if at is None:
        if payload.get("clock") != "unset":
            yield "at: missing although the clock was set"
        return
    when = moment(at)
    if when is None:
        yield "at: not a moment in UTC such as 2026-03-28T16:59:00Z"
    elif when > now + FUTURE:
        yield f"at: in the future; the record arrived at {now:%Y-%m-%dT%H:%M:%SZ}"
    elif when < EPOCH:
        yield "at: before 2020, so the clock was wrong"


def _session_faults(payload: dict[str, Any]) -> Iterator[str]:
    session = payload.get("session")
    if not isinstance(session, str) or not session.startswith(payload["terminal"] + "-"):
        yield "session: does not begin with the terminal's id"


def _receipt_faults(payload: dict[str, Any]) -> Iterator[str]:
    if payload.get("receipt") != payload.get("session"):
        yield "receipt: not the session's number"
    try:
        yield from _energy_faults(payload)
        yield from _total_faults(payload)
    except (KeyError, TypeError, AttributeError, ValueError, ZeroDivisionError):
        yield "receipt: members are missing or of another type, so it cannot be checked"


def _energy_faults(payload: dict[str, Any]) -> Iterator[str]:
    energy_wh, meter = payload["energy_wh"], payload["meter"]
    start_wh, stop_wh = meter["start_wh"], meter["stop_wh"]
    if not (whole(energy_wh) and whole(start_wh) and whole(stop_wh)):
        yield "energy_wh: energy or registers are no whole numbers"
        return
    if energy_wh != stop_wh - start_wh:
        yield f"energy_wh: {energy_wh}, but the registers differ by {stop_wh - start_wh}"
    if energy_wh < 0:
        yield "energy_wh: negative"
    if whole(payload["duration_s"]) and payload["duration_s"] < 0:
        yield "duration_s: negative"


def _total_faults(payload: dict[str, Any]) -> Iterator[str]:
    lines, rates = payload["lines"], payload["vat"]
    net_minor, gross_minor = payload["net_minor"], payload["gross_minor"]
    if sum(line["net_minor"] for line in lines) != net_minor:
        yield "lines: their net amounts do not add up to net_minor"
    if sum(line["gross_minor"] for line in lines) != gross_minor:
        yield "lines: their gross amounts do not add up to gross_minor"
    if sum(rate["net_minor"] for rate in rates) != net_minor:
        yield "vat: the nets of all rates do not add up to net_minor"
    if net_minor + sum(rate["vat_minor"] for rate in rates) != gross_minor:
        yield "gross_minor: not net_minor plus the VAT of all rates"
    try:
        minor_units = 10 ** money.exponent(payload["currency"])
    except PricingError:
        yield "currency: not one of ISO 4217"
        return
    # Where the tariff's prices are gross, or no tax applies, so are those of the lines.
    side = "net" if payload.get("tax", "NO") == "NO" else "gross"
    for number, line in enumerate(lines, 1):
        amount = _product(line["quantity"], line["unit_price"]) * minor_units
        # Lines share a rounded total, so each lies less than one minor unit from its exact amount.
        if abs(amount - line[f"{side}_minor"]) >= 1:
            yield f"lines: the {side} amount of line {number} is not quantity times unit price"


def _product(quantity: str, unit_price: str) -> Decimal | Fraction:
    """Multiply texts such as `0.49` and `1201/1800`; decimals, which most are, by the faster type."""
    if not exact.FORM.fullmatch(quantity) or not exact.FORM.fullmatch(unit_price):
        raise ValueError(f"{quantity} times {unit_price}")
    if "/" in quantity or "/" in unit_price:
        return Fraction(quantity) * Fraction(unit_price)
    # A decimal is rounded at 28 digits, far below what is compared.
    return Decimal(quantity) * Decimal(unit_price)


def _damage_faults(payload: dict[str, Any]) -> Iterator[str]:
    if damage.span(payload) is None:
        yield "first_seq: no records before it are named as damaged"


_LOOKS = {
    "ledger.damaged": (_damage_faults,),
    "session.started": (_session_faults,),
    "session.ended": (_session_faults, _receipt_faults),
}
