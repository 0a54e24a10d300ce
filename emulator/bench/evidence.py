"""What is left when a story on the bench has ended: the ledger on disk, the office's figures, the register.

It does not know how the story went. What has to hold is the simulation's, so that both are judged alike.
"""

from collections.abc import Callable
from pathlib import Path

from emulator.ledger_folder import LedgerFolder
from emulator.simulation import audit, invariants
from emulator.simulation.craft import PlainCraft
from firmware.crypto import canonical, jose
from firmware.ledger.journal import Journal


class _Identity:
    def __init__(self, terminal: str):
        self.id = terminal


class _Register:
    def __init__(self, last_wh: int):
        self._last_wh = last_wh

    def shown_wh(self) -> int:
        return self._last_wh


class _Stored:
    # No story of the bench damages what is at rest, so no gap is excused.
    skipped = 0

    def __init__(self, figures: dict):
        self.stored = figures["stored"]
        self._next_seq = figures["next_seq"]

    def next_seq(self) -> int:
        return int(self._next_seq or 1)


class Evidence:
    """Looks to the simulation's invariants like its charger."""

    def __init__(self, terminal: str, key: dict, ledger: Path, last_wh: int, figures: dict):
        public = jose.public_from_jwk(key)
        self.config = _Identity(terminal)
        self.first_prev = jose.thumbprint(public)
        self.verifier = PlainCraft().verifier
        self.verify = self.verifier(public)
        self.disk = LedgerFolder(ledger)
        self.world = _Register(last_wh)
        self.office = _Stored(figures)

    def judge(self, first_wh: int, on_record: Callable[[str, dict], None]) -> tuple[int, list[str]]:
        """Hand on every record; return how much was checked and what is violated."""
        found = audit.Audit(self, self.disk, first_wh, on_record)
        violated = list(found.problems)
        checked = int(found.records) + 1
        if self.office.stored is not None:
            checked += 1
            wrong = invariants.office_holds_what_it_acknowledged(self)
            violated += [wrong] if wrong else []
        return checked, violated


def last_seq(ledger: Path) -> int:
    """Return the number of the newest durable record, 0 where there is none."""
    return int(Journal(LedgerFolder(ledger)).last_seq())


def open_session(ledger: Path) -> str | None:
    """Return the session that the ledger holds open, or None."""
    opened = None
    for _, compact in Journal(LedgerFolder(ledger)).read_from(1):
        text = jose.unb64url(compact.split(".")[1])
        if b'"kind":"session.started"' in text:
            opened = compact
        elif b'"kind":"session.ended"' in text:
            opened = None
    return opened


def newest_order(ledger: Path) -> int:
    """Return the serial number of the newest order that the terminal has decided, 0 where there is none."""
    serial = 0
    for _, compact in Journal(LedgerFolder(ledger)).read_from(1):
        text = jose.unb64url(compact.split(".")[1])
        if b'"kind":"order.' in text:
            told = canonical.decode(text)
            if told["kind"] == "order.applied" or told["reason"] == "content":
                serial = told["order"]["serial"]
    return serial
