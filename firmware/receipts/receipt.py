"""Builds the receipt: what the record `session.ended` tells a driver, a tax office and an auditor.

It does not know prices and signatures: bill and OCMF record come in, and are checked for what cannot be.
"""

from firmware.errors import ReceiptError
from firmware.pricing import calendar

_TEXTS = ("receipt", "reason", "ocmf")
# Of a bank card that pays; the rest of what is known of it stands in session.started.
_PAYMENT = ("kind", "scheme", "masked")
# The flag of a receipt whose moments are not of one clock: the duration counts, which ticks measured.
CLOCK_SET = "clock_set"
# What a session that was measured up to its end may be flagged with.
_GOES_ON = ("resumed", "clock_unset", CLOCK_SET)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def build(facts: "dict[str, Any]") -> "dict[str, Any]":
    """Return the members that `session.ended` adds to a record; ReceiptError names every impossible fact.

    `facts`: "receipt", "token", "contract" (None where a bank card pays: then "payment"), "zone"
    (calendar.Zone), "start" and "stop" ({"utc_s" (or None), "clock", "wh"}; of a stop "from_s" says when its
    register was read, where that was before), "duration_ms", "meter"
    ({"model", "serial"}), "tariff" ({"id", "hash"}), "bill" (of the engine), "reason", "flags" and "ocmf";
    where the meter signs for itself, "meter_record" and
    "meter_key" (SubjectPublicKeyInfo, hexadecimal); where power was away and the session went on, "pauses"
    ([{"from_s", "to_s", …}]).
    """
    problems = _registers(facts) + _bill(facts["bill"])
    payment = facts.get("payment")
    for key in _TEXTS if payment else _TEXTS + ("contract",):
        if not isinstance(facts[key], str) or not facts[key]:
            problems.append("%s: has to be a text" % key)
    if problems:
        raise ReceiptError("; ".join(problems))
    start, stop, meter, bill = facts["start"], facts["stop"], facts["meter"], facts["bill"]
    members = {
        "session": facts["receipt"],
        "receipt": facts["receipt"],
        "token": facts["token"],
        "contract": facts["contract"],
        "start": _moment(start, facts["zone"]),
        "stop": _moment(stop, facts["zone"]),
        # Begun seconds do not count: the receipt never claims more than passed.
        "duration_s": facts["duration_ms"] // 1000,
        "energy_wh": stop["wh"] - start["wh"],
        "meter": {
            "model": meter["model"],
            "serial": meter["serial"],
            "start_wh": start["wh"],
            "stop_wh": stop["wh"],
            "resolution_wh": meter.get("resolution_wh", 1),
        },
        "tariff": {"id": facts["tariff"]["id"], "hash": facts["tariff"]["hash"]},
        "reason": facts["reason"],
        "payment": _payment(payment, facts),
        "flags": list(facts["flags"]) + list(bill.get("flags", ())),
        "ocmf": facts["ocmf"],
    }
    for key in ("meter_record", "meter_key"):
        if facts.get(key):
            members[key] = facts[key]
    for key in ("currency", "net_minor", "vat", "gross_minor", "rounding"):
        members[key] = bill[key]
    pauses = facts.get("pauses") or ()
    if pauses:
        # No part of the duration: nobody is billed for time without power.
        members["interruptions"] = [_interruption(pause) for pause in pauses]
    passed_s = members["duration_s"] + sum([pause["to_s"] - pause["from_s"] for pause in pauses])
    if is_clock_set(start["utc_s"], stop["utc_s"], passed_s, facts["flags"], pauses):
        members["flags"].append(CLOCK_SET)
    members["lines"] = [_line(line, start["utc_s"], passed_s) for line in bill["lines"]]
    # Where prices are gross, or no tax applies, the lines say so.
    if "tax" in bill:
        members["tax"] = bill["tax"]
    return members


def _payment(payment: "dict[str, Any] | None", facts: "dict[str, Any]") -> "dict[str, Any]":
    """Return how it is paid: by a contract, or by a bank card that is masked and has a transaction."""
    if not payment:
        return {"kind": "contract", "contract": facts["contract"]}
    told = {name: payment[name] for name in _PAYMENT}
    told["transaction"] = facts["token"]["transaction"]
    return told


def _moment(moment: "dict[str, Any]", zone: "calendar.Zone") -> "dict[str, Any]":
    """Return when it was, in UTC and at the place; None for both while the clock was unset.

    A stop may lie before its start: a clock that is put right in mid-session goes back. The duration is
    measured apart.
    """
    utc_s = moment["utc_s"]
    known = utc_s is not None
    return {
        "at": calendar.format_utc(utc_s) if known else None,
        "clock": moment["clock"],
        "local": zone.format_local(utc_s) if known else None,
    }


def is_clock_set(
    start_utc_s: "int | None",
    stop_utc_s: "int | None",
    passed_s: int,
    flags: "list[str] | tuple[str, ...]",
    pauses: "Any" = (),
) -> bool:
    """Return whether a session's end is not where what passed since its start puts it, or its pauses
    ([{"from_s", "to_s"}]) are not between both, in order: a clock was set.

    A session that ended early, as its flags tell, knows its end later than it counted; never before.
    """
    moments = [start_utc_s] + [pause[when] for pause in pauses for when in ("from_s", "to_s")] + [stop_utc_s]
    known = [moment for moment in moments if moment is not None]
    if pauses and known != sorted(known):
        return True
    if start_utc_s is None or stop_utc_s is None:
        return False
    off_s = stop_utc_s - start_utc_s - passed_s
    # Both moments are of whole seconds, and a clock that is kept right is moved by less than this part.
    most_s = 2 + passed_s // 1000
    return off_s < -most_s or (off_s > most_s and is_whole(flags))


def is_whole(flags: "list[str] | tuple[str, ...]") -> bool:
    """Return whether a session was measured up to its end, as its flags tell."""
    return not [flag for flag in flags if flag not in _GOES_ON]


def _interruption(pause: "dict[str, Any]") -> "dict[str, str]":
    return {"from": calendar.format_utc(pause["from_s"]), "to": calendar.format_utc(pause["to_s"])}


def _line(line: "dict[str, Any]", start_utc_s: "int | None", passed_s: int) -> "dict[str, Any]":
    """Return a line as records carry it: without what goes without saying, for each byte is signed and kept.

    That is a price that always counts, a moment that is the session's own start or end, and for a price that
    fell due at one moment its end. Which element of the tariff it was its price and conditions tell.
    """
    told = dict(line)
    told.pop("element", None)
    if not told.get("why"):
        told.pop("why", None)
    if "from" in told:
        begin_s, end_s = _since(told["from"], start_utc_s), _since(told["to"], start_utc_s)
        if end_s == begin_s or end_s >= passed_s - 1:
            told.pop("to")
        if begin_s <= 0:
            told.pop("from")
    return told


def _since(moment: "str | int", start_utc_s: "int | None") -> int:
    """Return the seconds from a session's start to a moment of a bill."""
    if isinstance(moment, int) or start_utc_s is None:
        return int(moment)
    return calendar.parse_moment(moment)[0] - start_utc_s


def _registers(facts: "dict[str, Any]") -> "list[str]":
    problems = []
    start_wh, stop_wh, duration_ms = facts["start"]["wh"], facts["stop"]["wh"], facts["duration_ms"]
    for name, count in (("start.wh", start_wh), ("stop.wh", stop_wh), ("duration_ms", duration_ms)):
        if not _is_count(count):
            problems.append("%s: %r is no whole number from 0 on" % (name, count))
    if not problems and stop_wh < start_wh:
        problems.append("the register at the stop, %d Wh, is below the start's, %d Wh" % (stop_wh, start_wh))
    return problems


def _bill(bill: "dict[str, Any]") -> "list[str]":
    """Return what does not add up in a bill."""
    problems = []
    for part, key, total in (
        ("lines", "net_minor", bill["net_minor"]),
        ("lines", "gross_minor", bill["gross_minor"]),
        ("vat", "net_minor", bill["net_minor"]),
        ("vat", "vat_minor", bill["gross_minor"] - bill["net_minor"]),
    ):
        added = sum([entry[key] for entry in bill[part]])
        if added != total:
            problems.append("bill: the %s of its %s add up to %d, not to %d" % (key, part, added, total))
    return problems


def _is_count(count: "Any") -> bool:
    return isinstance(count, int) and not isinstance(count, bool) and count >= 0
