"""Says what the office keeps of a verified record: its bytes, and the few members by which pages find it.

It does not know the database. A member that fits no column is left out, which the record's flags tell.
"""

from datetime import datetime
from typing import Any, NamedTuple

from firmware.crypto import jose
from firmware.receipts import page
from tools.backoffice.records.inspection import inspect, moment, whole
from tools.backoffice.records.proof import SIGNATURE_CHARACTERS
from tools.backoffice.records.receipt_kinds import RECEIPT_KINDS


class Entry(NamedTuple):
    """A record as its row has it, and `fault`, the code of a fault that it tells of (empty where none)."""

    terminal: str
    seq: int
    kind: str
    clock: str
    session: str
    energy_wh: int | None
    gross_minor: int | None
    currency: str
    flags: str
    compact: str
    # RFC 3339, in UTC.
    at: str | None
    fault: str

    @property
    def page_token(self) -> str | None:
        """Return the name of its page, None where it is no receipt."""
        if self.kind not in RECEIPT_KINDS:
            return None
        return page.token(jose.unb64url(self.compact[-SIGNATURE_CHARACTERS:]))


def entry_of(payload: dict[str, Any], compact: str, now: datetime) -> Entry:
    """Return what is kept of a record that arrived now."""
    told = payload.get
    at = told("at")
    return Entry(
        payload["terminal"],
        payload["seq"],
        _text(told("kind"), 40),
        _text(told("clock"), 16),
        _text(told("session"), 64),
        _number(told("energy_wh")),
        _number(told("gross_minor")),
        _text(told("currency"), 3),
        "\n".join(inspect(payload, now)),
        compact,
        at if moment(at) else None,
        _text(told("fault"), 64),
    )


def _text(told: Any, characters: int) -> str:
    return told if isinstance(told, str) and len(told) <= characters and told.isprintable() else ""


def _number(told: Any) -> int | None:
    return told if whole(told) else None
