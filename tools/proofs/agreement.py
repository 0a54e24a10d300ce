"""Holds the meter's record in a receipt against the receipt: both tell of one session.

It does not know signatures. The terminal's own record is written anew from the receipt, so that each of its
members has to be what a terminal writes; a meter that signs for itself has a form of its own.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

from firmware.errors import ReceiptError
from firmware.pricing import calendar
from firmware.receipts import ocmf as written
from firmware.receipts import receipt as made
from tools import exact
from tools.proofs import readings, times
from tools.proofs.proof import Proof

# What a receipt does not tell: version, vendor, point of charge, and words about the price.
_FREE = ("GV", "MV", "CT", "CI", "TT", "FV")
# Flags of a receipt whose register is not what the meter showed at the end.
_READ_BEFORE = ("last_good_reading", "meter_changed", "meter_backwards", "meter_jump", "records_lost")
_CLOCKS = {"S": "synchronised", "I": "estimated", "U": "unset"}


def check(proof: Proof, receipt: dict[str, Any], content: dict[str, Any]) -> None:
    """Hold the terminal's own record against the receipt around it."""
    wrong = [*_basics(receipt, content)] or [*_as_written(receipt, content, None)]
    read = _read(receipt, content) if wrong else None
    if read is not None:
        wrong = [*_as_written(receipt, content, read)]
    proof.found("ocmf agrees", wrong, "meter, registers, times and token are those of the receipt")


def check_signed(proof: Proof, receipt: dict[str, Any], content: dict[str, Any]) -> None:
    """Hold the meter's own record against the receipt: its register may show more digits than was billed."""
    meter, step_wh = receipt["meter"], exact.number(str(receipt["meter"].get("resolution_wh", 1)))
    listed = _listed(content)
    wrong = []
    for name, one, billed_wh in (
        ("start", listed[0], meter["start_wh"]),
        ("stop", listed[-1], meter["stop_wh"]),
    ):
        told_wh = _wh(one)
        if told_wh is None or abs(told_wh - billed_wh) > step_wh:
            wrong.append(f"{name}: the meter signed {told_wh} Wh, the receipt says {billed_wh} Wh")
    if content.get("MS") and meter["serial"] and str(content["MS"]) != meter["serial"]:
        wrong.append(f"serial: the meter signed {content['MS']}, the receipt says {meter['serial']}")
    uid = (receipt.get("token") or {}).get("uid")
    if uid and uid not in str(content.get("ID")):
        wrong.append(f"token: the meter signed {content.get('ID')}, the receipt says {uid}")
    proof.found("ocmf agrees", wrong, "meter, registers and token are those of the receipt")


def _basics(receipt: dict[str, Any], content: dict[str, Any]) -> Iterator[str]:
    """Yield where meter, registers and token differ."""
    meter, token, listed = receipt["meter"], receipt.get("token") or {}, _listed(content)
    for name, inner, outer in (
        ("serial", content.get("MS") or "", meter["serial"]),
        ("start", _wh(listed[0]), meter["start_wh"]),
        ("stop", _wh(listed[-1]), meter["stop_wh"]),
        ("token", content.get("ID") or "", token.get("transaction") or token.get("uid") or ""),
    ):
        if inner != outer:
            yield f"{name}: OCMF says {inner}, the receipt {outer}"


def _as_written(
    receipt: dict[str, Any], content: dict[str, Any], read: dict[str, Any] | None
) -> Iterator[str]:
    """Yield where the record is not the one that a terminal writes of this receipt."""
    try:
        wanted = written.parse('OCMF|%s|{"SD":""}' % written.payload(_facts(receipt, content, read)))[1]
    except ReceiptError as error:
        yield f"no terminal writes a record of this receipt: {error}"
        return
    version = "1.1" if content.get("TT") else "1.0"
    if content.get("FV") != version:
        yield f"FV: OCMF says {content.get('FV')}, where {version} is written"
    for name in sorted({*wanted, *content} - {*_FREE, "RD"}):
        if wanted.get(name) != content.get(name):
            yield f"{name}: OCMF says {content.get(name)}, the receipt {wanted.get(name)}"
    told, right = _listed(content), _listed(wanted)
    since = _unknown_since(receipt, told[0], right[0])
    if len(told) != len(right):
        yield f"RD: OCMF has {len(told)} readings, the receipt tells {len(right)}"
        return
    for number, (one, other) in enumerate(zip(told, right, strict=True), 1):
        is_of_end = number == len(told) and read is not None
        offset_s = None if is_of_end else _offset_s(receipt, number, len(told))
        yield from _reading(number, one, other, offset_s, since)


def _unknown_since(receipt: dict[str, Any], told: dict[str, Any], right: dict[str, Any]) -> timedelta:
    """Return how far apart two counts of time begin where nobody knew the time of a session at all."""
    begins = readings.moment(str(told.get("TM")))[0], readings.moment(str(right.get("TM")))[0]
    is_known = receipt["start"]["at"] is not None or receipt["stop"]["at"] is not None
    if is_known or begins[0] is None or begins[1] is None:
        return timedelta(0)
    return begins[1] - begins[0]


def _reading(
    number: int, told: dict[str, Any], right: dict[str, Any], offset_s: int | None, since: timedelta
) -> Iterator[str]:
    for name in sorted({*told, *right} - {"TM", "RV"}):
        if told.get(name) != right.get(name):
            yield f"reading {number}: {name}: OCMF says {told.get(name)}, the receipt {right.get(name)}"
    if _wh(told) != _wh(right):
        yield f"reading {number}: RV: OCMF says {told.get('RV')}, the receipt {right.get('RV')}"
    at, clock = readings.moment(str(told.get("TM")))
    right_at, right_clock = readings.moment(str(right["TM"]))
    if at is None or right_at is None or (at + since, clock) != (right_at, right_clock):
        yield f"reading {number}: TM: OCMF says {told.get('TM')}, the receipt {right['TM']}"
    elif offset_s is not None and at.utcoffset().total_seconds() != offset_s:  # type: ignore[union-attr]
        yield f"reading {number}: TM: OCMF says {told['TM']}, which is not the local time of the receipt"


def _facts(receipt: dict[str, Any], content: dict[str, Any], read: dict[str, Any] | None) -> dict[str, Any]:
    """Return what `firmware.receipts.ocmf` writes a record of; registers of pauses are the record's own."""
    meter, token = receipt["meter"], receipt["token"]
    number = re.fullmatch(r"[\w-]*-([0-9]{6,15})", str(receipt["receipt"]))
    return {
        "number": int(number[1]) if number else 0,
        "token": token,
        "zone": calendar.Zone("UTC0"),
        "start": _moment(receipt["start"], meter["start_wh"]),
        "stop": {**_moment(receipt["stop"], meter["stop_wh"]), **(read or {})},
        "duration_ms": receipt["duration_s"] * 1000,
        "gateway": {"model": "Kilotap", "serial": receipt["terminal"]},
        "meter": {**meter, "resolution_wh": meter["resolution_wh"]},
        "reason": receipt["reason"],
        "flags": receipt["flags"],
        "pauses": _pauses(receipt, content),
    }


def _read(receipt: dict[str, Any], content: dict[str, Any]) -> dict[str, Any] | None:
    """Return when the register of the end was read, as the record says, where a receipt says that it was read
    before the end. None where it cannot have been read then.

    Where the clock was wrong just then, a terminal reckons the moment from begin and end: there is one such.
    """
    at, clock = readings.moment(str(_listed(content)[-1].get("TM")))
    if at is None or not set(_READ_BEFORE) & set(receipt["flags"]):
        return None
    read_s = int(at.timestamp())
    if made.CLOCK_SET in receipt["flags"]:
        return {"from_s": read_s}
    start_s, stop_s = (times.utc_s(receipt[name]["at"]) for name in ("start", "stop"))
    passed_s = receipt["duration_s"] + times.away_s(receipt)
    is_after_end = stop_s is not None and read_s > stop_s
    if is_after_end or made.is_clock_set(start_s, read_s, passed_s, _READ_BEFORE):
        return None
    reckoned = written.reckoned(start_s, stop_s, passed_s)
    return reckoned if (read_s, clock) == (reckoned["utc_s"], "I") else {"from_s": read_s}


def _moment(moment: dict[str, Any], register_wh: int) -> dict[str, Any]:
    return {"utc_s": times.utc_s(moment["at"]), "clock": moment["clock"], "wh": register_wh}


def _pauses(receipt: dict[str, Any], content: dict[str, Any]) -> list[dict[str, Any]]:
    between = _listed(content)[1:-1]
    pauses = []
    for place, pause in enumerate(times.pauses(receipt)):
        pair = between[2 * place : 2 * place + 2]
        shown = [_whole_wh(one) for one in pair] if len(pair) == 2 else [0, 0]
        clock = readings.moment(str(pair[0].get("TM")))[1] if pair else "S"
        pauses.append(
            {**pause, "from_wh": shown[0], "to_wh": shown[1], "clock": _CLOCKS.get(str(clock), "unset")}
        )
    return pauses


def _offset_s(receipt: dict[str, Any], number: int, count: int) -> int | None:
    """Return the local time's distance from UTC at the begin or the end, where the receipt tells it."""
    told = {1: receipt["start"], count: receipt["stop"]}.get(number)
    is_reckoned = number == 1 and receipt["stop"]["at"] is not None and not _is_forward(receipt)
    if told is None or told["at"] is None or is_reckoned:
        return None
    return int(calendar.parse_utc(told["local"][:19] + "Z") - calendar.parse_utc(told["at"]))


def _is_forward(receipt: dict[str, Any]) -> bool:
    start, stop = receipt["start"]["at"], receipt["stop"]["at"]
    return start is not None and stop is not None and start <= stop


def _listed(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in content.get("RD") or [{}] if isinstance(one, dict)] or [{}]


def _whole_wh(reading: dict[str, Any]) -> int:
    register_wh = _wh(reading)
    return int(register_wh) if register_wh is not None and register_wh.denominator == 1 else 0


def _wh(reading: dict[str, Any]) -> Fraction | None:
    """Return an OCMF reading, which is in kWh or Wh, in Wh."""
    factor = {"kWh": 1000, "Wh": 1}.get(str(reading.get("RU")))
    try:
        return None if factor is None else exact.number(str(reading.get("RV"))) * factor
    except ValueError:
        return None
