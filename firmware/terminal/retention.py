"""Removes what the office has had for so long that nobody asks a terminal for it any more.

It does not know room: what is short of it removes more. Loaded now and then.
"""

from ..crypto import canonical, jose
from ..ledger import chain, segment
from ..pricing import calendar

DAY_S = 86400

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ledger.outbox import Outbox


def remove(storage: "Any", outbox: "Outbox", utc_s: int, days: int) -> int:
    """Remove the oldest segments that are delivered whole and older than so many days; return how many.

    A segment ends where the next one begins, and is as old as that one's first record that knows its time.
    Raises OSError.
    """
    count = 0
    while True:
        oldest = segment.oldest(storage)
        following = segment.oldest(storage, oldest) if oldest else None
        begun_s = _begun_s(storage, following) if following else None
        if begun_s is None or utc_s - begun_s < days * DAY_S or not outbox.remove_oldest():
            return count
        count += 1


def _begun_s(storage: "Any", name: str) -> "int | None":
    for _offset, compact, _what, _following in segment.stream(storage, name):
        if compact is not None:
            at = canonical.decode(jose.split(compact, chain.RECORD_TYPE)[0]).get("at")
            if at is not None:
                return calendar.parse_utc(at)
    return None
