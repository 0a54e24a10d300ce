"""Holds cancellations and corrections of a ledger against the receipts that they name, and one another.

It does not know signatures. A cancellation is made anew from its receipt, and has to be just that. It comes
last: what is taken back as a whole is neither taken back nor corrected again.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from firmware.errors import CryptoError, ReceiptError
from firmware.ledger import chain
from firmware.receipts import correction
from tools.proofs import records
from tools.proofs.lost import Lost
from tools.proofs.proof import Proof

Payload = dict[str, Any]

_KINDS = (correction.CANCELLED, correction.CORRECTED)
# What a correction has anew: the rest of it is the old receipt's.
_OF_A_BILL = ("lines", "vat", "net_minor", "gross_minor", "rounding", "tax")
# Terminals told none of these before they told the zone.
_OF_THE_SUPPLY = ("start", "stop", "zone")


class _Receipt:
    """A receipt that stood in the ledger, and which of its corrections came last."""

    def __init__(self, compact: str, payload: Payload) -> None:
        self.payload = payload
        self.hash = chain.hash(compact)
        self.code = records.code_of(compact)
        self.number = 0
        self.cancelled_by: str | None = None


class _Book:
    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        self.receipts: dict[str, _Receipt] = {}
        self.count = 0
        self._begins_with = 0
        # An order that is refused as a whole uses up the numbers that it gave.
        self._is_refused = False
        self._order: object = None

    def follow(self, compact: str, payload: Payload) -> Iterator[str]:
        kind = payload.get("kind")
        self._begins_with = self._begins_with or int(payload["seq"])
        if self._lost.is_behind(payload["seq"]):
            # What was ordered, refused and corrected there is not known.
            self._is_refused, self._order = True, None
        if kind == "session.ended":
            self.receipts[str(payload["receipt"])] = _Receipt(compact, payload)
        elif kind == "order.applied":
            self._order = payload["order"]["serial"]
        elif kind == "order.refused":
            self._is_refused = True
        elif kind in _KINDS:
            self.count += 1
            yield from self._correcting(payload)

    def _correcting(self, payload: Payload) -> Iterator[str]:
        name, named = payload["receipt"], payload["corrects"]
        old = self.receipts.get(str(named["receipt"]))
        if old is None or named["hash"] != old.hash:
            if old is not None or (self._begins_with == 1 and not self._lost.holds_receipt(named["receipt"])):
                yield f"receipt {name} names {named['receipt']}, which is not so before it"
            return
        if named["code"] != old.code:
            told = f"{named['code']} as short code of {named['receipt']}, which is {old.code}"
            yield f"receipt {name} names {told}"
        yield from self._numbered(old, payload)
        yield from _made(old.payload, payload)
        if self._order is not None and payload["order"]["serial"] != self._order:
            told = f"order {payload['order']['serial']}, and {self._order} was applied last"
            yield f"receipt {name} is of {told}"

    def _numbered(self, old: _Receipt, payload: Payload) -> Iterator[str]:
        """Yield where numbers of a receipt's corrections leave one out or tell one twice, or another comes
        after it was cancelled.
        """
        name = payload["receipt"]
        number = int(name.rpartition("-C")[2])
        if number <= old.number:
            before = f"{payload['corrects']['receipt']}-C{old.number}"
            yield f"receipt {name} follows {before}: its number stands twice"
        elif number != old.number + 1 and not self._is_refused:
            left_out = f"{payload['corrects']['receipt']}-C{old.number + 1}"
            yield f"receipt {name} is there and {left_out} is not: a correction's number is left out"
        old.number = max(number, old.number)
        is_cancelled = payload["kind"] == correction.CANCELLED
        if old.cancelled_by is not None:
            verb, taken = (
                "cancels" if is_cancelled else "corrects",
                f"which {old.cancelled_by} took back before",
            )
            yield f"receipt {name} {verb} {payload['corrects']['receipt']}, {taken}"
        elif is_cancelled:
            old.cancelled_by = name


def check(proof: Proof, found: Iterable[tuple[str, Payload]], lost: Lost) -> None:
    """Check every cancellation and correction among the records of a ledger, where there is any."""
    book = _Book(lost)
    problems: list[str] = []
    for compact, payload in found:
        try:
            problems += book.follow(compact, payload)
        except (AttributeError, KeyError, TypeError, ValueError, CryptoError) as error:
            if payload.get("kind") in _KINDS:
                problems.append(f"receipt {payload.get('receipt')} lacks or garbles {error}")
    if book.count:
        why = f"{book.count} of receipts that stand before them, numbered without a gap, cancelled last"
        proof.found("corrections", problems, why)


def _made(old: Payload, payload: Payload) -> Iterator[str]:
    """Yield what a terminal would have made otherwise of the old receipt."""
    name = payload["receipt"]
    named = {**payload["corrects"], "number": int(name.rpartition("-C")[2]), "zone": payload.get("zone")}
    try:
        if payload["kind"] == correction.CANCELLED:
            wanted = correction.cancelled(old, named, payload["reason"])
        else:
            bill = {key: payload[key] for key in (*_OF_A_BILL, "currency") if key in payload}
            wanted = correction.corrected(old, named, payload["reason"], bill)
    except ReceiptError as error:
        yield f"receipt {name}: {error}"
        return
    told = {"net_minor": "net", "gross_minor": "gross", "vat": "VAT"}
    for key in sorted(wanted):
        if payload.get(key) == wanted[key] or (key in _OF_THE_SUPPLY and "zone" not in payload):
            continue
        if payload["kind"] == correction.CANCELLED and key in _OF_A_BILL:
            yield f"receipt {name} does not take back what {named['receipt']} asked ({told.get(key, key)})"
        else:
            right = f"{key} of {named['receipt']}, which is {wanted[key]}"
            yield f"receipt {name} names {payload.get(key)} as {right}"
