"""Finds the key that a meter had when it was commissioned, as the terminal's ledger tells it.

It does not know what the meter signed with it since.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tools.documents.proofs import MetersKey
from tools.proofs import receipts

KINDS = _COMMISSIONED, _REPLACED = "meter.commissioned", "meter.replaced"


class Pinned(NamedTuple):
    """A meter's key (SubjectPublicKeyInfo, hexadecimal), and the record that told it: its number and time."""

    key: str
    seq: int
    at: str | None


def after(known: Pinned | None, payload: dict[str, Any]) -> Pinned | None:
    """Return which key is pinned after a record."""
    kind, meter = payload.get("kind"), payload.get("meter")
    if kind not in (_COMMISSIONED, _REPLACED) or not isinstance(meter, dict):
        return known
    if "key" in meter:
        return Pinned(str(meter["key"]), _seq(payload), payload.get("at"))
    return known if kind == _COMMISSIONED else None


def _seq(payload: dict[str, Any]) -> int:
    seq = payload.get("seq")
    return seq if isinstance(seq, int) else 0


def pinned(payloads: Iterable[dict[str, Any]], before_seq: int) -> Pinned | None:
    """Return which key was pinned when a record was made, by those before it."""
    known = None
    for payload in payloads:
        if _seq(payload) >= before_seq:
            break
        known = after(known, payload)
    return known


def found(receipt: dict[str, Any], known: Pinned | None) -> MetersKey:
    """Return what a document says of a receipt whose meter signs: its record has to hold by the key in the
    receipt, and that has to be the one that was pinned, where one was.
    """
    holds = receipts.meters_own(receipt, []).holds()
    if known is None:
        return MetersKey(holds)
    return MetersKey(holds and receipt.get("meter_key") == known.key, known.seq, known.at)
