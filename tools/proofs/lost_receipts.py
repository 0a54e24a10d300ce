"""Tells which receipts are among the records that a ledger lacks, by the numbers on both sides of a gap.

It does not know signatures, nor whether a gap is declared: that is lost.py's.
"""

from collections.abc import Iterator
from typing import Any

from firmware.receipts import correction
from tools.proofs import naming
from tools.proofs.lost import Lost

Payload = dict[str, Any]


class Numbers:
    """Holds the numbers of receipts on both sides of a gap against each other: each that is lost needs room
    for its session's end, and for its start where that is not there either.
    """

    def __init__(self, lost: Lost) -> None:
        # So many receipts are lost directly before the one that was taken last.
        self.skipped = 0
        self._lost = lost
        # The newest number there is; None where the ledger's beginning is not there.
        self._last: int | None = None
        self._is_first = True
        # How many records are lost since the newest receipt, and which sessions began since.
        self._room = 0
        self._begun: set[int] = set()

    def follow(self, payload: Payload) -> Iterator[str]:
        """Take one more record, and yield where receipts are missing that no lost record can be."""
        kind, seq = payload.get("kind"), payload.get("seq")
        gap = self._lost.gaps.get(seq) if isinstance(seq, int) else None
        if self._is_first:
            self._is_first = False
            self._last = 0 if seq == 1 or (gap and gap.first_seq == 1) else None
        self._room += gap.last_seq - gap.first_seq + 1 if gap else 0
        number = naming.number(payload.get("session"), payload.get("terminal"))
        counted = payload.get("receipts")
        self.skipped = 0
        if kind == "session.started" and number is not None:
            self._begun.add(number)
            yield from self._hold(payload, number - 1, number - 1)
        elif kind == "boot" and isinstance(counted, int):
            yield from self._hold(payload, counted, counted)
        elif kind in (correction.CANCELLED, correction.CORRECTED):
            yield from self._corrected(payload)
        elif kind == "session.ended" and number is not None:
            yield from self._hold(payload, number - 1, number)
            self._last, self._room, self._begun = number, 0, set()

    def _corrected(self, payload: Payload) -> Iterator[str]:
        """Yield where what a correction names can be none of those that are lost: it was there."""
        named = payload.get("corrects")
        name = named.get("receipt") if isinstance(named, dict) else None
        number = naming.number(name, payload.get("terminal"))
        if number is not None and self._last is not None and number > self._last:
            yield from self._hold(payload, number, number)

    def _hold(self, payload: Payload, ended: int, begun: int) -> Iterator[str]:
        """Yield where receipts up to `ended`, and starts up to `begun`, cannot be among what is lost."""
        if self._last is None or not self._room or ended == self._last:
            return
        where, count = f"record {payload.get('seq')}", ended - self._last
        starts_there = sum(self._last < number <= begun for number in self._begun)
        if count < 0:
            yield f"{where} counts {ended} receipts, and number {self._last} stands before it"
        elif count + (begun - self._last) - starts_there > self._room:
            lost = f"{count} receipts are missing before it, and {self._room} records are lost"
            yield f"{where}: {lost}, which cannot hold them and their starts"
        else:
            self.skipped = count
            self._lost.receipts_are(str(payload.get("terminal")), range(self._last + 1, ended + 1))
