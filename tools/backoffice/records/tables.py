"""The statements that an upload costs, written by hand: to have Django compile them anew each time costs more
than the database does.

It does not know what a record is, or when it is stored.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from tools.backoffice.records.entry import Entry
from tools.backoffice.records.models import Alert, ReceiptPage, Record, Terminal

_RECORD = (
    "received_at",
    "at",
    "terminal_id",
    "seq",
    "kind",
    "clock",
    "session",
    "energy_wh",
    "gross_minor",
    "currency",
    "flags",
    "compact",
)
_PAGE = ("token", "terminal_id", "seq")
_KNOWN = ("id", "public_key", "thumbprint", "next_seq", "prev", "open_session", "open_faults")
# Whether anything was shown ahead of its turn is asked along: it seldom was, and a question has its price.
_FIND = f"""
    SELECT {", ".join(_KNOWN)}, EXISTS (
        SELECT 1 FROM records_alert WHERE terminal_id = terminal.id AND seq >= terminal.next_seq AND kind = %s
    )
    FROM records_terminal AS terminal WHERE id = %s
"""  # noqa: S608 - our own names
_SHOWN = """
    SELECT seq, compact FROM records_alert WHERE terminal_id = %s AND seq >= %s AND kind = %s ORDER BY id
"""
_MOVE = """
    UPDATE records_terminal SET next_seq = %(next_seq)s, prev = %(prev)s, last_seen = %(last_seen)s,
    stored = stored + %(stored)s, duplicates = duplicates + %(duplicates)s,
    open_session = %(open_session)s, open_faults = %(open_faults)s
    WHERE id = %(id)s AND next_seq = %(was)s
"""


def terminal(identity: str) -> tuple[Terminal, bool] | None:
    """Return a terminal, of which what an upload needs is read, and whether it showed anything ahead of its
    turn; None where there is no such terminal.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [Alert.DAMAGED, identity])
        row = cursor.fetchone()
    if row is None:
        return None
    *known, faults, has_shown = row
    return Terminal.from_db(connection.alias, _KNOWN, [*known, json.loads(faults)]), bool(has_shown)


def shown(identity: str, first_seq: int) -> dict[int, str]:
    """Return {seq: compact} of what a terminal showed ahead of its turn, from a position on."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [identity, first_seq, Alert.DAMAGED])
        return dict(cursor.fetchall())


def move(before: Terminal, after: dict[str, Any]) -> bool:
    """Move a terminal on by the values of _MOVE, by name; False where it is no longer where it was."""
    told = {
        **after,
        "last_seen": connection.ops.adapt_datetimefield_value(after["last_seen"]),
        "open_faults": json.dumps(after["open_faults"]),
        "id": before.pk,
        "was": before.next_seq,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, told)
        return bool(cursor.rowcount)


def store(entries: list[Entry], now: datetime) -> None:
    """Store records that arrived now, and where the pages of the receipts among them are."""
    store_records(entries, now)
    pages = [(token, entry.terminal, entry.seq) for entry in entries if (token := entry.page_token)]
    _insert(ReceiptPage, _PAGE, pages)


def store_records(entries: list[Entry], now: datetime) -> None:
    """Store records alone."""
    received_at = connection.ops.adapt_datetimefield_value(now)
    # SQLite keeps a moment as a text of another form; PostgreSQL reads the one that the record has.
    as_kept = _without_zone if connection.vendor == "sqlite" else str
    rows = [(received_at, entry.at and as_kept(entry.at), *entry[:-2]) for entry in entries]
    _insert(Record, _RECORD, rows)


def _insert(model: type[Model], columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Insert rows: with one statement that is prepared once, or in one stream."""
    if not rows:
        return
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # noqa: S608 - our own names
        else:
            with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)


def _without_zone(at: str) -> str:
    return f"{at[:10]} {at[11:19]}"
