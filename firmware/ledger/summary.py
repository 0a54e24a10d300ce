"""Folds records into what a start must know, so that a checkpoint spares reading the whole ledger.

It does not know storage. A summary is a plain document:
`{"next_seq", "prev", "at", "key", "receipts", "open", "last_wh", "last_at", "meter_serial", "faults",
"configured", "damaged", "order"}`, and "meter_key" of a meter that signs.
"""

from firmware.crypto import jose

# Each is told as the upload comes to it, and taken at once: more are seldom on their way.
MOST_DAMAGED = 8
# What a record tells whose clock was set back: the time of the record before, as far as that knew one.
SET_BACK = "set_back_from"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Document = dict[str, Any]


def start(first_prev: str) -> "Document":
    """Return the summary of an empty ledger; `first_prev` is the thumbprint of the terminal's key."""
    return {
        "next_seq": 1,
        "prev": first_prev,
        # Of the newest record that knew the time.
        "at": None,
        # Thumbprint of the key that signs the next record.
        "key": first_prev,
        "receipts": 0,
        # The payload of the session.started that nothing has ended yet.
        "open": None,
        # The newest register that a record tells, when (None: the clock was unset), and whose it is.
        "last_wh": None,
        "last_at": None,
        "meter_serial": None,
        "faults": [],
        "configured": None,
        # [first, last, seq of the ledger.damaged that names them], the newest few.
        "damaged": [],
        # The meter's transaction whose record a receipt lacks.
        "owed": None,
        # Of the operator's orders: {"serial" of the newest that was decided, "state" that is in force, how
        # many records it still asks for ("left"), and why others were "refused" since}.
        "order": None,
    }


def fold(summary: "Document", seq: int, payload: "Document", record_hash: str) -> "Document":
    """Return the summary after one more record; the one handed in stays as it is."""
    after = dict(summary)
    after["next_seq"] = seq + 1
    after["prev"] = record_hash
    if payload["at"] is not None:
        after["at"] = payload["at"]
    apply = _KINDS.get(payload["kind"])
    if apply:
        apply(after, payload)
    return after


def number(session: str) -> int:
    """Return which session of its terminal one is: KT-0001-000007 is the seventh."""
    return int(session.split("-")[-1])


def _boot(after: "Document", payload: "Document") -> None:
    after["receipts"] = max(after["receipts"], payload.get("receipts", 0))
    if after["open"] and number(after["open"]["session"]) <= after["receipts"]:
        # Its end is one of the records that are lost.
        after["open"] = None


def _started(after: "Document", payload: "Document") -> None:
    opened = dict(payload)
    for member in ("terminal", "prev", "kind", "card_data", SET_BACK):
        opened.pop(member, None)
    after["open"] = opened
    # What began before has ended, be the record of that lost.
    after["receipts"] = max(after["receipts"], number(payload["session"]) - 1)
    _register(after, payload, "wh")


def _ended(after: "Document", payload: "Document") -> None:
    if "no_meter_record" in payload.get("flags", ()):
        after["owed"] = ((after["open"] or {}).get("meter") or {}).get("transaction")
    after["open"] = None
    # The number itself, not one more: the records before may have made room.
    after["receipts"] = number(payload["receipt"])
    _register(after, payload, "stop_wh")


def _told(after: "Document", payload: "Document") -> None:
    _register(after, payload, "wh")
    if payload["kind"] == "meter.replaced":
        # What the old one still had went with it.
        after["owed"] = after["meter_key"] = None
    if "key" in payload["meter"]:
        after["meter_key"] = payload["meter"]["key"]


def _register(after: "Document", payload: "Document", member: str) -> None:
    """Keep the newest register that a record tells: a session that failed to read one tells none."""
    meter = payload.get("meter") or {}
    if meter.get(member) is not None:
        after["last_wh"] = meter[member]
        after["last_at"] = payload["at"]
        after["meter_serial"] = meter.get("serial")


def _recorded(after: "Document", payload: "Document") -> None:
    after["owed"] = None


def _fault(after: "Document", payload: "Document") -> None:
    others = [code for code in after["faults"] if code != payload["fault"]]
    after["faults"] = sorted(others + [payload["fault"]])


def _fault_cleared(after: "Document", payload: "Document") -> None:
    after["faults"] = [code for code in after["faults"] if code != payload["fault"]]


def _configured(after: "Document", payload: "Document") -> None:
    after["configured"] = payload["hash"]


def _key_rotated(after: "Document", payload: "Document") -> None:
    after["key"] = jose.thumbprint(jose.public_from_jwk(payload["key"]))


def _damaged(after: "Document", payload: "Document") -> None:
    told = [payload["first_seq"], payload["last_seq"], payload["seq"]]
    after["damaged"] = (after.get("damaged", []) + [told])[-MOST_DAMAGED:]


def _ordered(after: "Document", payload: "Document") -> None:
    after["configured"] = payload["configured"]
    after["order"] = {
        "serial": payload["order"]["serial"],
        "state": payload["state"],
        "left": payload["left"],
        "refused": [],
    }


def _refused(after: "Document", payload: "Document") -> None:
    order = dict(after["order"] or {"serial": 0, "state": None, "left": 0, "refused": []})
    if payload["reason"] == "content":
        # It was the operator's and is decided; nothing else that is refused moves anything.
        order["serial"] = payload["order"]["serial"]
    else:
        order["refused"] = order["refused"] + [payload["reason"]]
    after["order"] = order


def _commanded(after: "Document", payload: "Document") -> None:
    # Where the record of its order is lost, it counts for none.
    if after["order"] and payload.get("order", {}).get("serial") == after["order"]["serial"]:
        after["order"] = dict(after["order"], left=after["order"]["left"] - 1)


_KINDS = {
    "boot": _boot,
    "session.started": _started,
    "session.ended": _ended,
    "meter.commissioned": _told,
    "meter.replaced": _told,
    "meter.record": _recorded,
    "fault": _fault,
    "fault.cleared": _fault_cleared,
    "configured": _configured,
    "key.rotated": _key_rotated,
    "ledger.damaged": _damaged,
    "order.applied": _ordered,
    "order.refused": _refused,
    "receipt.cancelled": _commanded,
    "receipt.corrected": _commanded,
}
