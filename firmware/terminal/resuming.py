"""Decides whether a session that a power cut left open goes on.

It does not know vehicles: that is the session's table. Loaded only at a start that finds such a session.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .billing import Billing

    Document = dict[str, Any]


def pause(billing: "Billing", reading: "Document", within_s: int) -> "Document | None":
    """Return the pause that ends with a reading; None where it was too long, or nobody knows how long.

    It counts from the last reading that a checkpoint kept: what passed since then is not billed. A clock
    that is unset, or that went back, does not tell how long the power was away: the session ends.
    """
    since_s, now_s = billing.at_utc_s, reading["utc_s"]
    if since_s is None or now_s is None or not 0 <= now_s - since_s <= within_s:
        return None
    return {
        "after_ms": billing.elapsed_ms,
        "from_s": since_s,
        "to_s": now_s,
        "from_wh": billing.last_wh,
        "to_wh": reading["wh"],
        "clock": reading["clock"],
    }
