"""Gives out what is kept: numbers for scripts, and records as they came.

It does not know who prints it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from firmware.ledger import chain
from firmware.pricing import calendar
from tools import curves, keys
from tools.backoffice.errors import OfficeError
from tools.backoffice.records.models import Record, Terminal, TerminalKey
from tools.proofs import learned, trail


def statistics(identity: str | None = None) -> dict[str, dict[str, int]]:
    """Return {id: {"stored", "duplicates", "next_seq"}} of one terminal or of all. Raises OfficeError."""
    rows = Terminal.objects.order_by("pk")
    if identity is not None:
        rows = rows.filter(pk=identity)
        expect(identity)
    return {
        row.pk: {"stored": row.stored, "duplicates": row.duplicates, "next_seq": row.next_seq} for row in rows
    }


def compact_records(identity: str) -> Iterator[str]:
    """Yield a terminal's records in order, as they came. Raises OfficeError."""
    expect(identity)
    rows = Record.objects.filter(terminal_id=identity).order_by("seq")
    yield from rows.values_list("compact", flat=True).iterator()


def described_records(identity: str) -> list[dict[str, Any]]:
    """Return a terminal's records in order, each with its time, be that learned later. Raises OfficeError."""
    expect(identity)
    rows = list(Record.objects.filter(terminal_id=identity).order_by("seq"))
    times = learned.times(row.payload for row in rows)
    return [
        {
            "seq": row.seq,
            "kind": row.kind,
            "at": _text(row.at),
            "clock": row.clock,
            "learned_at": calendar.format_utc(times[row.seq]) if row.seq in times else None,
            "flags": row.flags.splitlines(),
            "jws": row.compact,
        }
        for row in rows
    ]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def register(identity: str) -> dict[str, Any]:
    """Return a terminal's keys as a JWK set, with the records that lead from each to the next.

    Raises OfficeError.
    """
    expect(identity)
    rows = TerminalKey.objects.filter(terminal_id=identity).order_by("from_seq")
    announced = Record.objects.filter(terminal_id=identity, kind=chain.KEY_ROTATED).order_by("seq")
    announcements = list(announced.values_list("compact", flat=True))
    first = [keys.PublicKey(curves.CURVES[0], b"\x04" + bytes(row.public_key)) for row in rows[:1]]
    begins = [key._replace(span=keys.Span(identity, 1, None, None)) for key in first]
    return trail.register(trail.follow(begins, announcements), announcements)


def expect(identity: str) -> None:
    """Refuse a terminal that the office does not know. Raises OfficeError."""
    if not Terminal.objects.filter(pk=identity).exists():
        raise OfficeError(f"the office knows no terminal {identity}; its terminals: kilotap office stats")
