"""Reckons when a session began that no clock told, from its end and what was measured; or its end, likewise.

It does not know ledgers, whose records may tell more (tools/proofs/learned.py). A session that ended early,
or in which the clock was set, tells no such thing: there the moments are not what was measured apart.
"""

from typing import Any

from firmware.pricing import calendar
from firmware.receipts import receipt as made
from tools.proofs import times


def moment(receipt: dict[str, Any], name: str) -> str | None:
    """Return in UTC (RFC 3339) the `start` or `stop` that a receipt lacks; None where it does not tell it.

    Raises PricingError.
    """
    known = receipt["stop" if name == "start" else "start"]["at"]
    flags = receipt.get("flags")
    if receipt[name]["at"] is not None or known is None or flags is None or "duration_s" not in receipt:
        return None
    if made.CLOCK_SET in flags or not made.is_whole(flags):
        return None
    passed_s = receipt["duration_s"] + times.away_s(receipt)
    return calendar.format_utc(calendar.parse_utc(known) + (-passed_s if name == "start" else passed_s))
