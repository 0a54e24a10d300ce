"""Answers a terminal that asks for its next order: who asks is proved, and what is answered is signed.

It does not know HTTP, or how orders are made.
"""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError
from firmware.pricing import calendar
from firmware.terminal.orders import IDLE_S
from firmware.uplink import orders
from tools.backoffice.orders.models import Order
from tools.backoffice.orders.operator_key import OperatorKey
from tools.backoffice.records import proof
from tools.backoffice.records.models import Terminal


class Stranger(Exception):
    """A question that the terminal did not sign."""


def newest(identity: str) -> int:
    """Return the serial number of a terminal's newest order, 0 where there is none."""
    found: int | None = Order.objects.filter(terminal_id=identity).aggregate(newest=Max("serial"))["newest"]
    return found or 0


def news(identity: str) -> dict[str, int]:
    """Return what a terminal is told of orders when it brings records, and would not suppose anyway."""
    told = {"orders": newest(identity)} if newest(identity) else {}
    if settings.ORDERS_POLL_S != IDLE_S:
        told["poll_s"] = settings.ORDERS_POLL_S
    return told


def answer(terminal: Terminal, serial: int, nonce: str, signed_question: str | None) -> dict[str, Any]:
    """Return the next order after a serial number, signed; None in its place for a question without proof.

    Raises Stranger for a proof that is not this terminal's for this question.
    """
    told: dict[str, Any] = {"order": None, "orders": newest(terminal.pk)}
    if signed_question is None:
        return told
    if not _is_asked(terminal, serial, nonce, signed_question):
        raise Stranger
    order = Order.objects.filter(terminal=terminal, serial__gt=serial).order_by("serial").first()
    if order is not None:
        statement = {
            "changes": order.changes,
            "nonce": nonce,
            "serial": order.serial,
            "terminal": terminal.pk,
            "time": calendar.format_utc(_utc_s()),
        }
        key = OperatorKey(settings.OFFICE_PLACE)
        told["order"] = key.sealed(orders.ORDER_TYPE, canonical.encode(statement))
    return told


def _is_asked(terminal: Terminal, serial: int, nonce: str, compact: str) -> bool:
    """Return whether the terminal's key in force signed just this question."""
    if terminal.public_key is None:
        return False
    public = bytes(terminal.public_key)
    signed = orders.question((terminal.pk, serial, nonce), public)
    try:
        signature = jose.split(compact, orders.QUESTION_TYPE)[2]
    except CryptoError:
        return False
    return compact.startswith(f"{signed.decode()}.") and proof.verifier(public)(signed, signature)


def _utc_s() -> int:
    """Return the time that is signed: this machine's, or that of an emulated world."""
    if not settings.ORDERS_BENCH_CLOCK:
        return int(time.time())
    start_utc_s, epoch_ms, speed = map(int, Path(settings.ORDERS_BENCH_CLOCK).read_text().split())
    return start_utc_s + (int(time.time() * 1000) - epoch_ms) * speed // 1000
