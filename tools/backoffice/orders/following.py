"""Tells what became of orders: a terminal's records say it, and nothing else does.

It does not know how records come.
"""

from typing import Any, NamedTuple

from tools.backoffice.orders.models import Order
from tools.backoffice.records.models import Record

APPLIED = "order.applied"
REFUSED = "order.refused"
PENDING = "pending"
# Only an order that could not be is decided by a refusal; what was forged moved nothing.
CONTENT = "content"
SHOWN = 100


class Outcome(NamedTuple):
    """An order with its `state` (pending, applied or refused), the record that tells it, and problems."""

    order: Order
    state: str
    seq: int | None
    problems: list[str]


def outcomes(identity: str, count: int = SHOWN) -> list[Outcome]:
    """Return the newest orders of a terminal, the newest first."""
    orders = list(Order.objects.filter(terminal_id=identity).order_by("-serial")[:count])
    told = _told(identity, count)
    return [_outcome(order, told.get(order.serial)) for order in orders]


def newest_decided(identity: str) -> int:
    """Return the serial number of the newest order that the terminal has decided, 0 where there is none."""
    return max(_told(identity, SHOWN), default=0)


def refused(identity: str) -> set[int]:
    """Return the serial numbers of all orders that the terminal refused."""
    rows = Record.objects.filter(terminal_id=identity, kind=REFUSED)
    told = (record.payload for record in rows)
    serials = (_serial(payload) for payload in told if payload.get("reason") == CONTENT)
    return {serial for serial in serials if serial is not None}


def refusals(identity: str, count: int = 20) -> list[Record]:
    """Return the newest records of what was no order of ours: forged, replayed, for another terminal."""
    rows = Record.objects.filter(terminal_id=identity, kind=REFUSED).order_by("-seq")[:count]
    return [record for record in rows if record.payload.get("reason") != CONTENT]


def _outcome(order: Order, record: Record | None) -> Outcome:
    if record is None:
        return Outcome(order, PENDING, None, [])
    problems = record.payload.get("problems")
    told = [str(each) for each in problems] if isinstance(problems, list) else []
    return Outcome(order, record.kind.removeprefix("order."), record.seq, told)


def _told(identity: str, count: int) -> dict[int, Record]:
    """Return by serial number the records that decided the newest orders."""
    found: dict[int, Record] = {}
    for kind in (APPLIED, REFUSED):
        rows = Record.objects.filter(terminal_id=identity, kind=kind).order_by("-seq")[: 2 * count]
        for record in rows:
            serial = _serial(record.payload)
            if serial is not None and (kind == APPLIED or record.payload.get("reason") == CONTENT):
                found[serial] = record
    return found


def _serial(payload: dict[str, Any]) -> int | None:
    about = payload.get("order")
    serial = about.get("serial") if isinstance(about, dict) else None
    return serial if isinstance(serial, int) else None
