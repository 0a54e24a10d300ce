"""Checks what has to run forward in a ledger: receipts' numbers and pages, registers, times and ticks.

It does not know sessions, nor what one record says of itself.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from firmware.errors import PricingError
from firmware.ledger.summary import SET_BACK
from tools.proofs import naming, times
from tools.proofs.lost import Lost
from tools.proofs.lost_receipts import Numbers

Payload = dict[str, Any]

# Ticks begin anew at 2**30 milliseconds (docs/protocol.md).
WRAP_MS = 1 << 30


def check(payloads: Iterable[Payload], lost: Lost) -> Iterator[str]:
    """Yield what does not follow from one receipt to the next, and where time runs backwards.

    Where records are lost, and so declared, receipts may be among them: `lost` hears which.
    """
    last: Payload | None = None
    moments, numbers = _Moments(lost), Numbers(lost)
    for payload in payloads:
        yield from numbers.follow(payload)
        try:
            yield from moments.follow(payload)
        except (KeyError, TypeError, PricingError) as error:
            yield f"record {payload.get('seq')} lacks or garbles {error}"
        if payload.get("kind") == "session.ended":
            if last is not None:
                yield from _following(last, payload, numbers.skipped)
            last = payload


def elapsed_ms(since: Payload, until: Payload) -> int:
    """Return the milliseconds between two records of one start, as far as ticks tell: modulo 12.4 days."""
    return int(until["ticks_ms"] - since["ticks_ms"]) % WRAP_MS


class _Moments:
    """Times of day that fall only where the record says that its clock was set back, and ticks that never do
    since a start.
    """

    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        # Of the newest record that knew the time; None where there is none.
        self._at: str | None = None
        # Records may be missing that knew another time.
        self._is_known = True
        self._before: Payload | None = None

    def follow(self, payload: Payload) -> Iterator[str]:
        """Yield where one more record is of an earlier time than it may be."""
        seq, at, before = payload.get("seq"), payload["at"], self._before
        if seq != (before.get("seq", 0) if before else 0) + 1 or self._lost.is_behind(seq):
            before = self._at = None
            self._is_known = False
        times.utc_s(at)
        if payload["clock"] not in times.CLOCKS or (at is None) != (payload["clock"] == "unset"):
            yield f"record {seq} was made at {at} by a clock that is {payload['clock']}"
        yield from self._falling(payload)
        if before is not None and payload.get("kind") != "boot":
            yield from _ticks(before, payload)
        self._before = payload

    def _falling(self, payload: Payload) -> Iterator[str]:
        seq, at, told = payload.get("seq"), payload["at"], payload.get(SET_BACK)
        is_back = at is not None and self._at is not None and at < self._at
        if is_back and told is None:
            told = "and tells no clock that was set back"
            yield f"record {seq} was made at {at}, before one of {self._at}, {told}"
        elif told is not None and (self._at or self._is_known) and (not is_back or told != self._at):
            before = f"and the record before is of {self._at}"
            yield f"record {seq} tells a clock set back from {told} to {at}, {before}"
        elif told is not None and ((times.utc_s(told) or 0) <= (times.utc_s(at) or 0)):
            yield f"record {seq} tells a clock set back from {told} to {at}, which is not back"
        self._at = at or self._at


def _ticks(before: Payload, payload: Payload) -> Iterator[str]:
    """Yield where the ticks since the start fell, from one record to the next of the same start."""
    seq, passed_s = payload.get("seq"), None
    if before["at"] is not None and payload["at"] is not None:
        passed_s = (times.utc_s(payload["at"]) or 0) - (times.utc_s(before["at"]) or 0)
    is_wrapped = payload["ticks_ms"] < before["ticks_ms"] and passed_s is not None and passed_s >= 0
    # Ticks that wrapped took so long; half of it less is no clock that was put right.
    if is_wrapped and elapsed_ms(before, payload) - 1000 * (passed_s or 0) > WRAP_MS // 2:
        told = f"{before['ticks_ms']} to {payload['ticks_ms']} ms in {passed_s} s"
        yield f"record {seq}: the ticks since the start fell, from {told}"


def _following(before: Payload, receipt: Payload, skipped: int) -> Iterator[str]:
    number, expected = _number(receipt), _number(before)
    if number is None or expected is None or number != expected + 1 + skipped:
        yield f"receipt {receipt.get('receipt')} follows {before.get('receipt')}"
    pages = _page(before), _page(receipt)
    if pages[0] is not None and pages[1] is not None and pages[1] != pages[0] + 1 + skipped:
        yield f"receipt {receipt.get('receipt')}: its OCMF record is T{pages[1]}, after T{pages[0]}"
    try:
        meters = before["meter"], receipt["meter"]
        if meters[0]["serial"] == meters[1]["serial"] and meters[1]["start_wh"] < meters[0]["stop_wh"]:
            told = f"{meters[1]['start_wh']} Wh, below {meters[0]['stop_wh']} Wh"
            yield f"receipt {receipt['receipt']} begins at {told}, where the one before ended"
    except (KeyError, TypeError):
        yield f"receipt {receipt.get('receipt')} lacks registers"


def _page(receipt: Payload) -> int | None:
    """Return which transaction a receipt's OCMF record says it is (PG); None where it cannot be read."""
    try:
        told = str(json.loads(receipt["ocmf"].split("|")[1])["PG"])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        return None
    return int(told[1:]) if re.fullmatch("T[0-9]{1,15}", told) else None


def _number(receipt: Payload) -> int | None:
    return naming.number(receipt.get("receipt"), receipt.get("terminal"))
