"""Takes an upload in: reads it against the terminal's ledger and stores what holds, once, in one transaction.

It does not know HTTP or what a record means to people.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from firmware.crypto import jose
from firmware.ledger import chain
from firmware.receipts import page
from tools.backoffice.records.inspection import inspect, moment, whole
from tools.backoffice.records.models import Alert, ReceiptPage, Record, Terminal, TerminalKey
from tools.backoffice.records.reading import Announced, Reading
from tools.backoffice.records.receipt_kinds import RECEIPT_KINDS

log = logging.getLogger("office.ingest")

COLUMNS = (
    "terminal_id",
    "seq",
    "kind",
    "at",
    "clock",
    "received_at",
    "session",
    "energy_wh",
    "gross_minor",
    "currency",
    "flags",
    "compact",
)
TOLD = {
    Alert.FORK: "%s signed seq %d twice: its key is used twice, or its ledger was set back",
    Alert.DAMAGED: "%s lost records; its seq %d names them",
}
INSERT = "INSERT INTO {} ({}) VALUES ({})"


def take_in(identity: str, lines: list[bytes]) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the answer to an upload of records, after what holds of it is stored."""
    while True:
        try:
            terminal = Terminal.objects.get(pk=identity)
        except Terminal.DoesNotExist:
            return 404, {"reason": "no such terminal"}
        if terminal.thumbprint is None:
            return 404, {"reason": "the terminal is not enrolled"}
        reading = Reading(
            terminal,
            lambda first, count: stored(identity, first, count),
            lambda first: shown(identity, first),
        )
        reading.read(lines)
        # Signatures are checked before anything is locked; where another upload was faster, it is read again.
        if not reading.speaks_for_terminal or keep(terminal, reading, timezone.now()):
            return reading.status, reading.answer()


def stored(identity: str, first_seq: int, count: int) -> list[str]:
    """Return up to so many stored records of a terminal from a position on, as they came."""
    rows = Record.objects.filter(terminal_id=identity, seq__gte=first_seq).order_by("seq")
    return list(rows.values_list("compact", flat=True)[:count])


def shown(identity: str, first_seq: int) -> dict[int, str]:
    """Return {seq: compact} of what a terminal showed ahead of its turn, from a position on."""
    rows = Alert.objects.filter(terminal_id=identity, seq__gte=first_seq, kind=Alert.DAMAGED)
    return dict(rows.order_by("id").values_list("seq", "compact"))


def keep(terminal: Terminal, reading: Reading, now: datetime) -> bool:
    """Store what was read and move the terminal on; False, and nothing stored, where it moved meanwhile."""
    # What needs no lock is done before it is taken.
    rows, pages = rows_of(reading.accepted, now), pages_of(reading.accepted)
    with transaction.atomic():
        moved = Terminal.objects.filter(pk=terminal.pk, next_seq=terminal.next_seq).update(
            next_seq=reading.next_seq,
            prev=reading.prev,
            stored=F("stored") + len(reading.accepted),
            duplicates=F("duplicates") + reading.duplicates,
            last_seen=now,
            **open_state(terminal, reading.accepted),
            **key_state(reading.announced),
        )
        if not moved:
            return False
        insert(rows)
        register(terminal, reading.announced)
        ReceiptPage.objects.bulk_create(pages)
        if reading.damage:
            raise_alert(terminal, Alert.DAMAGED, *reading.damage, now)
        if reading.fork:
            raise_alert(terminal, Alert.FORK, *reading.fork, now)
    return True


def key_state(announced: list[Announced]) -> dict[str, Any]:
    """Return the key that is in force after keys took over."""
    if not announced:
        return {}
    return {"public_key": announced[-1].public_key, "thumbprint": announced[-1].thumbprint}


def register(terminal: Terminal, announced: list[Announced]) -> None:
    """Enter keys that took over in the register; the one before each ends with the record that told."""
    for key in announced:
        log.info("%s goes on with the key %s after record %d", terminal.pk, key.thumbprint, key.seq)
        terminal.terminalkey_set.filter(to_seq=None).update(to_seq=key.seq)
        TerminalKey.objects.create(
            terminal=terminal,
            thumbprint=key.thumbprint,
            public_key=key.public_key,
            from_seq=key.seq + 1,
        )


def open_state(terminal: Terminal, accepted: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return the session and the faults that are open after the accepted records."""
    session, faults = terminal.open_session, list(terminal.open_faults)
    for _, payload in accepted:
        kind, fault = payload.get("kind"), payload.get("fault")
        if kind == "session.started":
            session = text_of(payload, "session", 64)
        elif kind == "session.ended":
            session = ""
        elif kind == "fault" and isinstance(fault, str) and fault not in faults:
            faults.append(fault)
        elif kind == "fault.cleared" and fault in faults:
            faults.remove(fault)
    return {"open_session": session, "open_faults": faults}


def rows_of(accepted: list[tuple[str, dict[str, Any]]], now: datetime) -> list[tuple[Any, ...]]:
    """Return the values of COLUMNS for records that arrived now, as the database takes them."""
    adapt = connection.ops.adapt_datetimefield_value
    received_at = adapt(now)
    return [
        (
            payload["terminal"],
            payload["seq"],
            text_of(payload, "kind", 40),
            (at := moment(payload.get("at"))) and adapt(at),
            text_of(payload, "clock", 16),
            received_at,
            text_of(payload, "session", 64),
            number_of(payload, "energy_wh"),
            number_of(payload, "gross_minor"),
            text_of(payload, "currency", 3),
            "\n".join(inspect(payload, now)),
            compact,
        )
        for compact, payload in accepted
    ]


def pages_of(accepted: list[tuple[str, dict[str, Any]]]) -> list[ReceiptPage]:
    """Return the pages of the receipts among accepted records."""
    return [
        ReceiptPage(
            token=page.token(jose.unb64url(compact.rsplit(".", 1)[1])),
            terminal_id=payload["terminal"],
            seq=payload["seq"],
        )
        for compact, payload in accepted
        if payload.get("kind") in RECEIPT_KINDS
    ]


def text_of(payload: dict[str, Any], member: str, characters: int) -> str:
    """Return a member as a column can hold it; empty where it is no such text, which its flags tell."""
    text = payload.get(member)
    return text if isinstance(text, str) and len(text) <= characters and text.isprintable() else ""


def number_of(payload: dict[str, Any], member: str) -> int | None:
    """Return a whole number, None where the member is none."""
    number = payload.get(member)
    return number if whole(number) else None


def insert(rows: list[tuple[Any, ...]]) -> None:
    """Insert rows with one prepared statement: to make models of them costs more than the database does."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in COLUMNS)
    places = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(INSERT.format(quote(Record._meta.db_table), names, places), rows)


def raise_alert(terminal: Terminal, kind: str, seq: int, compact: str, now: datetime) -> None:
    """Keep the evidence of a ledger that was signed twice at one position, or lost records."""
    log.error(TOLD[kind], terminal.pk, seq)
    Alert.objects.get_or_create(
        terminal=terminal,
        seq=seq,
        compact_hash=chain.hash(compact),
        defaults={"kind": kind, "compact": compact, "at": now},
    )
