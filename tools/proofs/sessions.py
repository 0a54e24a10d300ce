"""Holds the sessions of a ledger together: each start has its end, and the receipt is of what began.

It does not know prices, nor what a receipt says of itself. Where records are missing it says less: what was
open, and how many receipts there were, is not known then.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from firmware.errors import PricingError, ReceiptError
from firmware.receipts import correction, ocmf
from tools.proofs import durations, ends, naming
from tools.proofs.lost import Lost
from tools.proofs.proof import Proof

Payload = dict[str, Any]

_BEGINS = "session.started"
_ENDS = "session.ended"
_TELL_TARIFFS = ("configured", "order.applied")
_CORRECTIONS = (correction.CANCELLED, correction.CORRECTED)
_REGISTERS = ("meter.commissioned", "meter.replaced")
_GARBLED = (AttributeError, LookupError, TypeError, ValueError, PricingError, ReceiptError)


def check(proof: Proof, payloads: Iterable[Payload], lost: Lost) -> None:
    """Check that starts, ends and receipts of a ledger belong together, and say what cannot be checked."""
    book = _Book(lost)
    problems: list[str] = []
    for payload in payloads:
        try:
            problems += book.follow(payload)
        except _GARBLED as error:
            problems.append(f"record {payload.get('seq')} ({payload.get('kind')}) lacks or garbles {error}")
            book.forget()
    proof.found("sessions", problems, book.summary())


class _Book:
    """What the records before tell: the open session, how many receipts there are, the newest register."""

    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        self._next_seq: int | None = None
        self._begins_with = 0
        # None: not known, for records are missing before.
        self._receipts: int | None = 0
        self._is_known = True
        self._opened: Payload | None = None
        self._register: tuple[object, int] | None = None
        self._firmware: object = None
        self._serial: object = None
        # (id, hash) of what is in force; the hash is None where only the id is told.
        self._tariffs: list[tuple[object, object]] | None = None
        self._boots = 0
        # Those told since the session began.
        self._faults: list[object] = []
        # Whether what happened since the last session's end may have been written late; whether it still may.
        self._is_storage_bad = self._is_storage_out = False
        self._count = 0

    def forget(self) -> None:
        """Know no more of the sessions: records are missing."""
        self._receipts, self._is_known, self._opened, self._register = None, False, None, None
        self._firmware = self._serial = self._tariffs = None
        self._is_storage_bad = True

    def summary(self) -> str:
        """Return what holds, and what cannot be told."""
        told = [f"{self._count} with their starts and ends"]
        if self._opened is not None:
            told.append(f"{self._opened['session']} has not ended yet")
        if self._begins_with > 1:
            told.append(f"what was before record {self._begins_with} is not there and cannot be checked")
        return "; ".join(told)

    def follow(self, payload: Payload) -> Iterator[str]:
        """Take one more record, and yield what does not fit those before."""
        kind, seq = payload["kind"], payload["seq"]
        if self._next_seq is None:
            self._begins_with = seq
            if seq != 1:
                self.forget()
            elif kind != "boot":
                yield f"a ledger begins with a start of its terminal, this one with {kind}"
        elif seq != self._next_seq or self._lost.is_behind(seq):
            self.forget()
        self._next_seq = seq + 1
        if kind == "boot":
            yield from self._boot(payload)
        elif kind == _BEGINS:
            yield from self._started(payload)
        elif kind == _ENDS:
            yield from self._ended(payload)
        elif "receipt" in payload and kind not in _CORRECTIONS:
            yield f"record {seq} is of kind {kind}, and has the number of receipt {payload['receipt']}"
        elif kind in _REGISTERS:
            self._register = payload["meter"]["serial"], payload["meter"]["wh"]
            self._serial = payload["meter"]["serial"]
        elif kind in _TELL_TARIFFS:
            self._tariffs = [_tariff(one) for one in payload["tariffs"]]
        elif kind == "fault":
            self._faults.append(payload["fault"])
            # What storage does not take is written as soon as it does: some time after its reading.
            if payload["fault"] == "storage":
                self._is_storage_bad = self._is_storage_out = True
        elif kind == "fault.cleared" and payload["fault"] == "storage":
            self._is_storage_out = False

    def _boot(self, payload: Payload) -> Iterator[str]:
        self._boots, self._firmware = self._boots + 1, payload["firmware"]
        told = payload["receipts"]
        if self._receipts is not None and told != self._receipts:
            counted = f"the terminal counts {told} receipts, and {self._receipts} are there"
            yield f"record {payload['seq']}: {counted}"
        self._receipts = told

    def _started(self, payload: Payload) -> Iterator[str]:
        name = payload["session"]
        number = naming.number(name, payload["terminal"])
        if number is None:
            yield f"record {payload['seq']}: {name} is no session of terminal {payload['terminal']}"
        if self._opened is not None:
            yield f"session {self._opened['session']} has no end, and {name} began after it"
        if self._receipts is not None and number is not None and number != self._receipts + 1:
            yield f"session {name} began after {self._receipts} receipts, as number {number}"
        yield from self._in_force(payload)
        yield from self._unbilled(payload)
        yield from _limited(payload)
        self._opened, self._is_known, self._boots, self._faults = payload, True, 0, []
        self._register = payload["meter"]["serial"], payload["meter"]["wh"]
        self._receipts = None if number is None else number - 1

    def _in_force(self, payload: Payload) -> Iterator[str]:
        """Yield where a session begins with a tariff or a meter that is not the terminal's."""
        name, serial, tariff = payload["session"], payload["meter"]["serial"], payload["tariff"]
        told = [(tariff["id"], tariff["hash"]), (tariff["id"], None)]
        if self._tariffs is not None and not any(one in self._tariffs for one in told):
            yield f"session {name} began with the tariff {tariff['id']}, which was not in force"
        if self._serial is not None and serial != self._serial:
            yield f"session {name} began with the meter {serial}, and {self._serial} was commissioned"

    def _unbilled(self, payload: Payload) -> Iterator[str]:
        """Yield where a start gives back another energy than flowed since the newest register."""
        meter, given_wh = payload["meter"], payload["unbilled_wh"]
        if self._register is None:
            return
        serial, last_wh = self._register
        if serial == meter["serial"] and meter["wh"] < last_wh:
            yield f"session {payload['session']} began at {meter['wh']} Wh, below {last_wh} Wh before"
        flowed_wh = max(0, meter["wh"] - last_wh) if serial == meter["serial"] else 0
        if given_wh != flowed_wh:
            told = f"{given_wh} Wh, and {flowed_wh} Wh flowed since the last register"
            yield f"session {payload['session']} gives back {told}"

    def _ended(self, payload: Payload) -> Iterator[str]:
        name, opened = payload["session"], self._opened
        number = naming.number(name, payload["terminal"])
        self._count += 1
        if opened is None and self._is_known:
            is_again = self._receipts is not None and number is not None and 0 < number <= self._receipts
            yield f"session {name} {'ended twice' if is_again else 'ended, and it never began'}"
        elif opened is not None and opened["session"] != name:
            yield f"session {name} ended, and {opened['session']} was open"
        elif opened is not None:
            yield from ends.unlike(opened, payload)
            yield from durations.unlike(opened, payload, self._boots > 0, self._is_storage_bad)
            yield from self._restarts(payload)
            yield from ends.reasons(opened, payload, self._faults)
            version = ocmf.parse(payload["ocmf"])[1].get("GV")
            if self._firmware is not None and version != self._firmware:
                yield f"receipt {payload['receipt']}: GV: OCMF says {version}, the terminal {self._firmware}"
        self._opened, self._is_known, self._is_storage_bad = None, True, self._is_storage_out
        self._receipts = number if number is not None else self._receipts
        self._register = payload["meter"]["serial"], payload["meter"]["stop_wh"]

    def _restarts(self, payload: Payload) -> Iterator[str]:
        """Yield where a session that a restart left open says nothing of it, or tells one that was not."""
        flags, pauses = payload["flags"], len(payload.get("interruptions", ()))
        is_told = "power_loss" in flags or pauses > 0
        if pauses > self._boots or (is_told and not self._boots):
            told = f"of a power failure, and the terminal started {self._boots} times in it"
            yield f"receipt {payload['receipt']} tells {told}"
        elif self._boots and not is_told:
            yield f"receipt {payload['receipt']} tells no power failure, and the terminal started in it"


def _tariff(told: object) -> tuple[object, object]:
    """Return id and hash of a tariff in force; a configuration tells ids alone."""
    return (told[0], told[1]) if isinstance(told, list) else (told, None)


def _limited(opened: Payload) -> Iterator[str]:
    limit_minor = opened["limit_minor"]
    is_whole = isinstance(limit_minor, int) and not isinstance(limit_minor, bool) and limit_minor > 0
    if limit_minor is not None and not is_whole:
        yield f"session {opened['session']} began with {limit_minor} as its limit, which is no amount"
