"""Takes an upload in: reads it against the terminal's ledger and stores what holds, once, in one transaction.

It does not know HTTP or what a record means to people.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from firmware.ledger import chain
from tools.backoffice.records import tables
from tools.backoffice.records.entry import Entry
from tools.backoffice.records.models import Alert, Record, Terminal, TerminalKey
from tools.backoffice.records.reading import Announced, Reading

log = logging.getLogger("office.ingest")

TOLD = {
    Alert.FORK: "%s signed seq %d twice: its key is used twice, or its ledger was set back",
    Alert.DAMAGED: "%s lost records; its seq %d names them",
}


def take_in(identity: str, lines: list[bytes]) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the answer to an upload of records, after what holds of it is stored."""
    while True:
        found, now = tables.terminal(identity), timezone.now()
        if found is None:
            return 404, {"reason": "no such terminal"}
        terminal, has_shown = found
        if terminal.thumbprint is None:
            return 404, {"reason": "the terminal is not enrolled"}
        reading = read(terminal, has_shown, lines, now)
        # Signatures are checked before anything is locked; where another upload was faster, it is read again.
        if not reading.speaks_for_terminal or keep(terminal, reading, now):
            return reading.status, reading.answer()


def read(terminal: Terminal, has_shown: bool, lines: list[bytes], now: datetime) -> Reading:
    """Read lines against what is stored of a terminal."""
    reading = Reading(
        terminal,
        now,
        lambda first, count: stored(terminal.pk, first, count),
        lambda first: tables.shown(terminal.pk, first) if has_shown else {},
    )
    reading.read(lines)
    return reading


def stored(identity: str, first_seq: int, count: int) -> list[str]:
    """Return up to so many stored records of a terminal from a position on, as they came."""
    rows = Record.objects.filter(terminal_id=identity, seq__gte=first_seq).order_by("seq")
    return list(rows.values_list("compact", flat=True)[:count])


def keep(terminal: Terminal, reading: Reading, now: datetime) -> bool:
    """Store what was read and move the terminal on; False, and nothing stored, where it moved meanwhile."""
    after = {
        "next_seq": reading.next_seq,
        "prev": reading.prev,
        "stored": len(reading.accepted),
        "duplicates": reading.duplicates,
        "last_seen": now,
        **open_state(terminal, reading.accepted),
    }
    with transaction.atomic():
        if not tables.move(terminal, after):
            return False
        tables.store(reading.accepted, now)
        register(terminal, reading.announced)
        if reading.damage:
            raise_alert(terminal, Alert.DAMAGED, *reading.damage, now)
        if reading.fork:
            raise_alert(terminal, Alert.FORK, *reading.fork, now)
    return True


def register(terminal: Terminal, announced: list[Announced]) -> None:
    """Let keys take over and enter them in the register; the one before each ends with what announced it."""
    if announced:
        newest = announced[-1]
        terminals = Terminal.objects.filter(pk=terminal.pk)
        terminals.update(public_key=newest.public_key, thumbprint=newest.thumbprint)
    for key in announced:
        log.info("%s goes on with the key %s after record %d", terminal.pk, key.thumbprint, key.seq)
        terminal.terminalkey_set.filter(to_seq=None).update(to_seq=key.seq)
        TerminalKey.objects.create(
            terminal=terminal,
            thumbprint=key.thumbprint,
            public_key=key.public_key,
            from_seq=key.seq + 1,
        )


def open_state(terminal: Terminal, accepted: list[Entry]) -> dict[str, Any]:
    """Return the session and the faults that are open after the accepted records."""
    session, faults = terminal.open_session, list(terminal.open_faults)
    for entry in accepted:
        if entry.kind == "session.started":
            session = entry.session
        elif entry.kind == "session.ended":
            session = ""
        elif entry.kind == "fault" and entry.fault and entry.fault not in faults:
            faults.append(entry.fault)
        elif entry.kind == "fault.cleared" and entry.fault in faults:
            faults.remove(entry.fault)
    return {"open_session": session, "open_faults": faults}


def raise_alert(terminal: Terminal, kind: str, seq: int, compact: str, now: datetime) -> None:
    """Keep the evidence of a ledger that was signed twice at one position, or lost records."""
    log.error(TOLD[kind], terminal.pk, seq)
    Alert.objects.get_or_create(
        terminal=terminal,
        seq=seq,
        compact_hash=chain.hash(compact),
        defaults={"kind": kind, "compact": compact, "at": now},
    )
