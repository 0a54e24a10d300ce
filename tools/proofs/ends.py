"""Holds a receipt against the start of its session: that it is of what began, and why it ended.

It does not know times and durations (durations.py), nor the records in between but for the faults they tell.
"""

from collections.abc import Iterator
from typing import Any

Payload = dict[str, Any]

# By which faults a session ends, and all else by which it does: nothing later tells these apart.
_BY_FAULT = {"meter_fault": "meter", "contactor_fault": "contactor"}
_OTHER_ENDS = ("button", "card", "limit", "power_loss", "unplugged", "vehicle_fault")


def reasons(opened: Payload, receipt: Payload, faults: list[object]) -> Iterator[str]:
    """Yield where the reason for which a session ended is not in its flags, or cannot be; `faults` are those
    that the ledger tells since its start.
    """
    reason, flags = receipt["reason"], receipt["flags"]
    fault = _BY_FAULT.get(reason)
    if fault is None and reason not in _OTHER_ENDS:
        yield f"receipt {receipt['receipt']}: ended by {reason}, and no session ends by that"
    elif fault is not None and fault not in faults:
        told = f"ended by {reason}, and the ledger tells no fault of the {fault} in it"
        yield f"receipt {receipt['receipt']}: {told}"
    for name in ("power_loss", "meter_fault"):
        if (reason == name) != (name in flags):
            told = f"ended by {reason}, and its flags are {', '.join(flags) or 'none'}"
            yield f"receipt {receipt['receipt']}: {told}"
    if reason == "limit" and opened["limit_minor"] is None:
        yield f"receipt {receipt['receipt']}: ended by a limit, and the session began without one"


def unlike(opened: Payload, receipt: Payload) -> Iterator[str]:
    """Yield what a receipt tells otherwise than the start of its session."""
    token = {name: told for name, told in opened["token"].items() if name != "card"}
    meters = opened["meter"], receipt["meter"]
    pairs = [
        ("contract", opened["contract"], receipt["contract"]),
        ("token", token, receipt["token"]),
        ("tariff", opened["tariff"], receipt["tariff"]),
        ("meter's model", meters[0]["model"], meters[1]["model"]),
        ("meter's serial", meters[0]["serial"], meters[1]["serial"]),
        ("register at the start", meters[0]["wh"], meters[1]["start_wh"]),
    ]
    if "payment" in opened:
        paid = opened["payment"], receipt["payment"]
        pairs += [
            (f"card's {name}", paid[0][name], paid[1].get(name)) for name in ("kind", "scheme", "masked")
        ]
    elif receipt["payment"]["kind"] != "contract":
        pairs.append(("payment", "contract", receipt["payment"]["kind"]))
    for name, begun, ended in pairs:
        if begun != ended:
            yield f"receipt {receipt['receipt']}: its {name} is {ended}, and the session began with {begun}"
    if meters[1]["resolution_wh"] < meters[0]["resolution_wh"]:
        told = f"{meters[1]['resolution_wh']} Wh, and it began with {meters[0]['resolution_wh']} Wh"
        yield f"receipt {receipt['receipt']}: its register's step is {told}"
    yield from _discounts(opened, receipt)
    is_signing = "transaction" in meters[0]
    if is_signing != ("meter_record" in receipt or "no_meter_record" in receipt["flags"]):
        signed = (
            "lacks the record that its meter signs"
            if is_signing
            else "has a record of a meter that signs none"
        )
        yield f"receipt {receipt['receipt']} {signed}"


def _discounts(opened: Payload, receipt: Payload) -> Iterator[str]:
    granted = opened.get("discounts", [])
    for line in receipt["lines"]:
        if "discount" in line and line["discount"] not in granted:
            told = f"the discount {line['discount']}"
            yield f"receipt {receipt['receipt']}: {told} was not granted at the start"
