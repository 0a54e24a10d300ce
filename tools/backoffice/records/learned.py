"""Finds the times of records that were written before a terminal knew the time: a later record gives them.

It does not know how they are reckoned; nothing is stored, for the records say it all.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from firmware.crypto import jose
from tools.backoffice.records.models import Record
from tools.backoffice.records.proof import decode
from tools.proofs import learned

# Nobody waits for a page that reads more of them; such a record shows no time.
MOST_RECORDS = 20_000


def attach(rows: Iterable[Record]) -> None:
    """Give each record that knows no time the moment that was learned later (`learned`), where one was."""
    lacking: dict[str, dict[int, Record]] = {}
    for row in rows:
        if row.at is None and row.clock == "unset":
            lacking.setdefault(row.terminal_id, {})[row.seq] = row
    for identity, wanted in lacking.items():
        _attach(identity, wanted)


def _attach(identity: str, wanted: dict[int, Record]) -> None:
    ledger = Record.objects.filter(terminal_id=identity)
    end = 0
    for seq in sorted(wanted):
        if seq <= end:
            continue
        found = ledger.filter(kind=learned.KIND, seq__gt=seq).order_by("seq").first()
        if found is None:
            return
        end = found.seq
        since_seq = found.payload.get("since_seq")
        first = next((one for one in sorted(wanted) if isinstance(since_seq, int) and one >= since_seq), end)
        if first >= end:
            continue
        told = ledger.filter(seq__gte=first, seq__lte=end).order_by("seq").values_list("compact", flat=True)
        compacts = list(told[: MOST_RECORDS + 1])
        if len(compacts) > MOST_RECORDS:
            continue
        times = learned.times(decode(jose.unb64url(each.split(".")[1])) for each in compacts)
        for number in times.keys() & wanted.keys():
            wanted[number].learned = datetime.fromtimestamp(times[number], UTC)


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
