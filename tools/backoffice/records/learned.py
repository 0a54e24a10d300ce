"""Finds the times of records that were written before a terminal knew the time: a later record gives them.

It does not know how they are reckoned; nothing is stored, for the records say it all.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from firmware.crypto import jose
from tools.backoffice.records.models import Record
from tools.backoffice.records.proof import decode
from tools.proofs import learned

# Nobody waits for a page that reads more of them in all; records behind that show no time.
MOST_RECORDS = 20_000


def attach(rows: Iterable[Record]) -> None:
    """Give each record that knows no time the moment that was learned later (`learned`), where one was."""
    lacking: dict[str, dict[int, Record]] = {}
    for row in rows:
        if row.at is None and row.clock == "unset":
            lacking.setdefault(row.terminal_id, {})[row.seq] = row
    room = MOST_RECORDS
    for identity, wanted in lacking.items():
        for first, last in _stretches(identity, sorted(wanted)):
            if last - first >= room:
                continue
            room -= last - first + 1
            times = learned.times(_payloads(identity, first, last))
            for number in times.keys() & wanted.keys():
                wanted[number].learned = datetime.fromtimestamp(times[number], UTC)


def _stretches(identity: str, wanted: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the records, by number, that tell the times of those wanted."""
    learning = Record.objects.filter(terminal_id=identity, kind=learned.KIND).order_by("seq")
    last = 0
    for seq in wanted:
        if seq <= last:
            continue
        found = learning.filter(seq__gt=seq).first()
        if found is None:
            return
        last = found.seq
        since_seq = found.payload.get("since_seq")
        if isinstance(since_seq, int):
            first = next((one for one in wanted if one >= max(since_seq, seq)), last)
            if first < last:
                yield first, last


def _payloads(identity: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    rows = Record.objects.filter(terminal_id=identity, seq__gte=first, seq__lte=last).order_by("seq")
    for compact in rows.values_list("compact", flat=True).iterator():
        yield decode(jose.unb64url(compact.split(".")[1]))


def of_receipt(found: Record) -> dict[str, str]:
    """Return the moments that a receipt lacks and its ledger tells, as `tools.proofs.learned` does."""
    rows = [found]
    if found.session:
        kinds = ("session.started", "session.ended")
        others = Record.objects.filter(terminal_id=found.terminal_id, session=found.session, kind__in=kinds)
        rows += others.exclude(pk=found.pk)
    attach(rows)
    names = {"session.started": "start", "session.ended": "stop"}
    told = {names[row.kind]: _text(row) for row in rows if row.learned and row.kind in names}
    if found.learned:
        told["issued"] = _text(found)
    return told


def _text(row: Record) -> str:
    return f"{row.learned:%Y-%m-%dT%H:%M:%SZ}"
