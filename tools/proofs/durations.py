"""Holds when a receipt says that its session began, ended and how long it took against the records of both.

It does not know prices. Ticks measure: between two records of one start they tell how much time
passed, whatever the clock did. A reading is a moment older than its record, much older where storage failed.
"""

from collections.abc import Iterator
from typing import Any

from firmware.receipts import receipt as made
from tools.proofs import order, times

Payload = dict[str, Any]

# From a reading to its record: the signatures of a slow board, and the queue of its storage.
LATE_S = 60
# Where no clock tells how late a record was.
_SIGNED_S = 10


def unlike(opened: Payload, receipt: Payload, is_restarted: bool, is_storage_bad: bool) -> Iterator[str]:
    """Yield what a receipt's times and duration are otherwise than its start and its end were recorded."""
    name, late_s = receipt["receipt"], []
    for what, moment, record in (("began", receipt["start"], opened), ("ended", receipt["stop"], receipt)):
        late_s.append(_late_s(moment, record))
        most_s = None if is_storage_bad else LATE_S
        if late_s[-1] is not None and not _is_between(late_s[-1], most_s):
            yield f"receipt {name}: it {what} at {moment['at']}, and was recorded at {record['at']}"
    if receipt["start"]["at"] is not None and opened["at"] is None:
        yield f"receipt {name}: it began at {receipt['start']['at']}, when no clock was set"
    if not is_restarted and all(late is None or _is_between(late, None) for late in late_s):
        yield from _ticks(opened, receipt, late_s, is_storage_bad)


def _late_s(moment: Payload, record: Payload) -> int | None:
    """Return how long after a reading its record was made, None where no clock tells."""
    read_s, recorded_s = times.utc_s(moment["at"]), times.utc_s(record["at"])
    return None if read_s is None or recorded_s is None else recorded_s - read_s


def _is_between(late_s: int | None, most_s: int | None) -> bool:
    return late_s is not None and late_s >= -times.SLACK_S and (most_s is None or late_s <= most_s)


def _ticks(
    opened: Payload, receipt: Payload, late_s: list[int | None], is_storage_bad: bool
) -> Iterator[str]:
    """Yield where the duration is not what passed by the ticks from one reading to the other."""
    if None in late_s and is_storage_bad:
        return
    passed_ms = order.elapsed_ms(opened, receipt) + 1000 * ((late_s[0] or 0) - (late_s[1] or 0))
    duration_s = receipt["duration_s"]
    slack_s = (_SIGNED_S if None in late_s else 2 * times.SLACK_S) + duration_s // 1000
    # Ticks begin anew after 12.4 days, so that they tell a time but for whole turns.
    more_s = (
        (1000 * duration_s - passed_ms + order.WRAP_MS // 2) % order.WRAP_MS - order.WRAP_MS // 2
    ) // 1000
    if more_s > slack_s or (made.is_whole(receipt["flags"]) and more_s < -slack_s):
        told = f"it took {duration_s} s, and {passed_ms // 1000} s passed by the terminal's ticks"
        yield f"receipt {receipt['receipt']}: {told}"
