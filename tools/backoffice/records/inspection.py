"""Looks at the content of a verified record and says what is wrong with it, one sentence a fault.

It does not verify and refuses nothing: what a terminal signed is kept, and people are told what does not fit.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
MOMENT_CHARACTERS = 20
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def inspect(payload: dict[str, Any], now: datetime) -> list[str]:
    """Return what is wrong with a record that arrived now, in order of its members."""
    faults: list[str] = []
    _look_at_common(payload, now, faults)
    kind = payload.get("kind")
    for look in _LOOKS.get(kind, ()) if isinstance(kind, str) else ():
        look(payload, faults)
    return faults


def moment(text: Any) -> datetime | None:
    """Return the moment that an RFC 3339 text in UTC names, None where it names none."""
    return _moment(text) if isinstance(text, str) and len(text) == MOMENT_CHARACTERS else None


@lru_cache(maxsize=16)
def _moment(text: str) -> datetime | None:
    if not MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def whole(number: Any) -> bool:
    """Say whether it is an integer, which true and false are not."""
    return isinstance(number, int) and not isinstance(number, bool)


def _look_at_common(payload: dict[str, Any], now: datetime, faults: list[str]) -> None:
    kind, clock, at = payload.get("kind"), payload.get("clock"), payload.get("at")
    if not isinstance(kind, str) or kind not in KINDS:
        faults.append("kind: not one that the office knows")
    if clock not in CLOCKS:
        faults.append("clock: not one of " + ", ".join(CLOCKS))
    if at is None:
        if clock != "unset":
            faults.append("at: missing although the clock was set")
        return
    when = moment(at)
    if when is None:
        faults.append("at: not a moment in UTC such as 2026-03-28T16:59:00Z")
    elif when > now + FUTURE:
        faults.append(f"at: in the future; the record arrived at {now:%Y-%m-%dT%H:%M:%SZ}")
    elif when < EPOCH:
        faults.append("at: before 2020, so the clock was wrong")


def _look_at_session(payload: dict[str, Any], faults: list[str]) -> None:
    session = payload.get("session")
    if not isinstance(session, str) or not session.startswith(payload["terminal"] + "-"):
        faults.append("session: does not begin with the terminal's id")


def _look_at_receipt(payload: dict[str, Any], faults: list[str]) -> None:
    if payload.get("receipt") != payload.get("session"):
        faults.append("receipt: not the session's number")
    try:
        _look_at_energy(payload, faults)
        _look_at_totals(payload, faults)
    except (KeyError, TypeError, AttributeError, ValueError, ZeroDivisionError):
        faults.append("receipt: members are missing or of another type, so it cannot be checked")


def _look_at_energy(payload: dict[str, Any], faults: list[str]) -> None:
    energy_wh, meter = payload["energy_wh"], payload["meter"]
    start_wh, stop_wh = meter["start_wh"], meter["stop_wh"]
    if not (whole(energy_wh) and whole(start_wh) and whole(stop_wh)):
        faults.append("energy_wh: energy or registers are no whole numbers")
        return
    if energy_wh != stop_wh - start_wh:
        faults.append(f"energy_wh: {energy_wh}, but the registers differ by {stop_wh - start_wh}")
    if energy_wh < 0:
        faults.append("energy_wh: negative")
    if whole(payload["duration_s"]) and payload["duration_s"] < 0:
        faults.append("duration_s: negative")


def _look_at_totals(payload: dict[str, Any], faults: list[str]) -> None:
    lines, rates = payload["lines"], payload["vat"]
    net_minor, gross_minor = payload["net_minor"], payload["gross_minor"]
    if sum([line["net_minor"] for line in lines]) != net_minor:
        faults.append("lines: their net amounts do not add up to net_minor")
    if sum([line["gross_minor"] for line in lines]) != gross_minor:
        faults.append("lines: their gross amounts do not add up to gross_minor")
    if sum([rate["net_minor"] for rate in rates]) != net_minor:
        faults.append("vat: the nets of all rates do not add up to net_minor")
    if net_minor + sum([rate["vat_minor"] for rate in rates]) != gross_minor:
        faults.append("gross_minor: not net_minor plus the VAT of all rates")
    try:
        minor_units = 10 ** money.exponent(payload["currency"])
    except PricingError:
        faults.append("currency: not one of ISO 4217")
        return
    # Where the tariff's prices are gross, or no tax applies, so are those of the lines.
    side = "net" if payload.get("tax", "NO") == "NO" else "gross"
    told = f"{side}_minor"
    for number, line in enumerate(lines, 1):
        (quantity, parts), (price, price_parts) = _ratio(line["quantity"]), _ratio(line["unit_price"])
        parts *= price_parts
        # Lines share a rounded total, so each lies less than one minor unit from its exact amount.
        if abs(quantity * price * minor_units - line[told] * parts) >= parts:
            faults.append(f"lines: the {side} amount of line {number} is not quantity times unit price")


def _ratio(text: Any) -> tuple[int, int]:
    """Return what a text such as `0.49` or `1201/1800` says, as a ratio of integers."""
    if len(text) > 40:
        return exact.number(text).as_integer_ratio()
    return _short_ratio(text)


@lru_cache(maxsize=4096)
def _short_ratio(text: str) -> tuple[int, int]:
    """Do so once for the prices and quantities that come again and again."""
    return exact.number(text).as_integer_ratio()


def _look_at_damage(payload: dict[str, Any], faults: list[str]) -> None:
    if damage.span(payload) is None:
        faults.append("first_seq: no records before it are named as damaged")


_LOOKS = {
    "ledger.damaged": (_look_at_damage,),
    "session.started": (_look_at_session,),
    "session.ended": (_look_at_session, _look_at_receipt),
}
