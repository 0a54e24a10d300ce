"""Reckons when records were written before the clock was set, from a later one (docs/protocol.md, Records).

It does not know where records are kept, nor whether they hold.
"""

from collections.abc import Iterable
from typing import Any

from firmware.errors import PricingError
from firmware.pricing import calendar

KIND = "clock.learned"
# A terminal's ticks go round after 12.4 days; from one record to the next less than that passed.
TICKS = 1 << 30
# The records of a session that its document tells the times of.
_OF_SESSION = {"session.started": "start", "session.ended": "stop"}


def times(payloads: Iterable[dict[str, Any]]) -> dict[int, int]:
    """Return UTC in seconds by number of each record that knows no time, where one behind it gives it one.

    The payloads come in the order of the ledger. Ticks begin anew with each start: only a record of the same
    start tells anything.
    """
    found: dict[int, int] = {}
    start: list[tuple[int, int, bool]] = []
    for payload in payloads:
        seq, ticks_ms = payload.get("seq"), payload.get("ticks_ms")
        if not isinstance(seq, int) or not isinstance(ticks_ms, int):
            continue
        if payload.get("kind") == "boot":
            start = []
        if payload.get("kind") == KIND:
            found.update(_before(start, payload))
            start = []
        start.append((seq, ticks_ms, payload.get("at") is None))
    return found


def _before(start: list[tuple[int, int, bool]], learned: dict[str, Any]) -> dict[int, int]:
    try:
        at_ms = 1000 * calendar.parse_utc(learned["at"])
        since_seq = int(learned["since_seq"])
    except (KeyError, PricingError, TypeError, ValueError):
        return {}
    found: dict[int, int] = {}
    after_ms: int = learned["ticks_ms"]
    for seq, ticks_ms, lacks_time in reversed(start):
        if seq < since_seq:
            break
        at_ms -= (after_ms - ticks_ms) % TICKS
        after_ms = ticks_ms
        # What would lie before 1970 a clock that was wrong has told.
        if lacks_time and at_ms >= 0:
            found[seq] = at_ms // 1000
    return found


def of_receipt(receipt: dict[str, Any], payloads: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the moments in UTC (RFC 3339) that a receipt lacks and its ledger tells: `issued`, and `start`
    and `stop` as its session's records give them.
    """
    kept = list(payloads)
    found = times(kept)
    told = {}
    for payload in kept:
        name = _OF_SESSION.get(str(payload.get("kind")))
        is_of_it = name and payload.get("session") == receipt.get("session")
        if name and is_of_it and payload.get("seq") in found:
            told[name] = calendar.format_utc(found[payload["seq"]])
    if receipt.get("seq") in found:
        told["issued"] = calendar.format_utc(found[receipt["seq"]])
    return told
