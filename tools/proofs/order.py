"""Checks what has to run forward in a ledger: receipts' numbers and pages, registers, times and ticks.

It does not know sessions, nor what one record says of itself.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from firmware.errors import PricingError
from tools.proofs import naming, times

Payload = dict[str, Any]

# Ticks begin anew at 2**30 milliseconds (docs/protocol.md).
WRAP_MS = 1 << 30


def check(payloads: Iterable[Payload]) -> Iterator[str]:
    """Yield what does not follow from one receipt to the next, and where time runs backwards."""
    last: Payload | None = None
    moments = _Moments()
    for payload in payloads:
        try:
            yield from moments.follow(payload)
        except (KeyError, TypeError, PricingError) as error:
            yield f"record {payload.get('seq')} lacks or garbles {error}"
        if payload.get("kind") == "session.ended":
            if last is not None:
                yield from _following(last, payload)
            last = payload


def elapsed_ms(since: Payload, until: Payload) -> int:
    """Return the milliseconds between two records of one start, as far as ticks tell: modulo 12.4 days."""
    return int(until["ticks_ms"] - since["ticks_ms"]) % WRAP_MS


class _Moments:
    """Times of day that never fall while the clock is kept right, and ticks that never do since a start."""

    def __init__(self) -> None:
        self._at = ""
        # The record before of the same start, and one whose clock was not unset.
        self._before: Payload | None = None
        self._is_behind = False

    def follow(self, payload: Payload) -> Iterator[str]:
        """Yield where one more record is of an earlier time; of several in a row the first is named."""
        seq, at, before = payload.get("seq"), payload["at"], self._before
        if payload.get("kind") == "boot" or (before is not None and seq != before.get("seq", 0) + 1):
            # A start may be among the records that are missing.
            before = None
        times.utc_s(at)
        if payload["clock"] not in times.CLOCKS or (at is None) != (payload["clock"] == "unset"):
            yield f"record {seq} was made at {at} by a clock that is {payload['clock']}"
        is_behind = payload["clock"] == "synchronised" and at is not None and at < self._at
        if is_behind and not self._is_behind:
            yield f"record {seq} was made at {at}, before one of {self._at}"
        if before is not None and not is_behind:
            yield from _since(before, payload)
        if payload["clock"] == "synchronised" and at is not None:
            self._at, self._is_behind = max(at, self._at), is_behind
        self._before = payload


def _since(before: Payload, payload: Payload) -> Iterator[str]:
    """Yield where a record is earlier than the one before of the same start, by its clock or its ticks.

    A clock that nobody keeps right may be put right, and then go back; it does not go back by itself.
    """
    seq, passed_s = payload.get("seq"), None
    if before["at"] is not None and payload["at"] is not None:
        passed_s = (times.utc_s(payload["at"]) or 0) - (times.utc_s(before["at"]) or 0)
        if passed_s < 0 and payload["clock"] == "estimated":
            yield f"record {seq} was made at {payload['at']}, before the one before it at {before['at']}"
    is_wrapped = payload["ticks_ms"] < before["ticks_ms"] and passed_s is not None and passed_s >= 0
    # Ticks that wrapped took so long; half of it less is no clock that was put right.
    if is_wrapped and elapsed_ms(before, payload) - 1000 * (passed_s or 0) > WRAP_MS // 2:
        told = f"{before['ticks_ms']} to {payload['ticks_ms']} ms in {passed_s} s"
        yield f"record {seq}: the ticks since the start fell, from {told}"


def _following(before: Payload, receipt: Payload) -> Iterator[str]:
    number, expected = _number(receipt), _number(before)
    if number is None or expected is None or number != expected + 1:
        yield f"receipt {receipt.get('receipt')} follows {before.get('receipt')}"
    pages = _page(before), _page(receipt)
    if pages[0] is not None and pages[1] is not None and pages[1] != pages[0] + 1:
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
