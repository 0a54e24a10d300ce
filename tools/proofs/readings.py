"""Checks what the readings of OCMF records say: registers and times that run forward, a transaction's rules.

It does not know signatures. The rules are those of S.A.F.E.'s Transparenzsoftware (OCMFVerifiedData), applied
to one record with begin and end, or to a begin and an end that a container holds as two.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from tools.proofs.proof import Proof

_BEGIN, _ENDS = "B", ("E", "L", "R", "A", "P")
_CODES = (_BEGIN, "C", "X", *_ENDS, "S", "T")
# A field that is left out is that of the reading before.
_REPEATED = ("TM", "RI", "RU", "RT", "ST")
_ENERGY = {"kwh": 1000, "wh": 1}
_BAD_LEVELS = ("MISMATCH", "INVALID", "OUTDATED", "UNKNOWN")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[,.](\d{1,6}))?(Z|[+-]\d\d:?\d\d)(?: +([A-Za-z]))?")
_OBIS = re.compile(r"([0-9a-f]*)-([0-9a-f]*):([0-9a-f]*)\.([0-9a-f]*)(?:\.([0-9a-f]*)(?:[.*]([0-9a-f]*))?)?")
MOST_LETTERS = 100
_NUMBER = re.compile(r"\s*-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?\s*")


class Reading(NamedTuple):
    """One reading with what it repeats of the one before: its energy in Wh, or None for other units."""

    name: str
    fields: dict[str, Any]
    energy_wh: Fraction | None
    at: datetime | None
    clock: str | None


def check(proof: Proof, payloads: list[dict[str, Any]]) -> None:
    """Check the readings of a record, or of the two of one transaction."""
    problems: list[str] = []
    found = [reading for payload in payloads for reading in _read(payload, problems)]
    problems += _backwards(found)
    registers = len({str(reading.fields.get("RI")) for reading in found})
    told = f"readings: {len(found)}, registers: {registers}; none runs backwards, nor does time"
    proof.found("ocmf readings", problems, told)
    if is_complete(payloads):
        level = [_level(payload) for payload in payloads]
        proof.found("ocmf transaction", list(_law(found, level)), "one begin, one end, and no error between")


def is_complete(payloads: list[dict[str, Any]]) -> bool:
    """Return whether records hold begin and end of a transaction."""
    if not all(str(payload.get("PG")).startswith("T") for payload in payloads):
        return False
    return bool(codes(payloads, (_BEGIN,)) and codes(payloads, _ENDS))


def is_begin(payload: dict[str, Any]) -> bool:
    """Return whether a record holds the begin of a transaction and not its end."""
    return bool(codes([payload], (_BEGIN,))) and not codes([payload], _ENDS)


def is_end(payload: dict[str, Any]) -> bool:
    """Return whether a record holds the end of a transaction and not its begin."""
    return bool(codes([payload], _ENDS)) and not codes([payload], (_BEGIN,))


def pair(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return begin and end of a transaction that are two records; nothing where they are not one each."""
    begins = [payload for payload in payloads if is_begin(payload)]
    ends = [payload for payload in payloads if is_end(payload)]
    return [*begins, *ends] if len(begins) == len(ends) == 1 else []


def is_of_one_source(payloads: list[dict[str, Any]]) -> bool:
    """Return whether records come from one gateway and one meter."""
    return all(payload.get(key) == payloads[0].get(key) for payload in payloads for key in ("GS", "MS"))


def codes(payloads: list[dict[str, Any]], wanted: tuple[str, ...]) -> list[str]:
    """Return the transaction codes of readings that are among those wanted."""
    listed = [one for payload in payloads if isinstance(payload.get("RD"), list) for one in payload["RD"]]
    found = [str(one.get("TX") or "").strip() for one in listed if isinstance(one, dict)]
    return [code for code in found if code in wanted]


def _read(payload: dict[str, Any], problems: list[str]) -> Iterator[Reading]:
    listed = payload.get("RD")
    before: dict[str, Any] = {}
    for number, fields in enumerate(listed if isinstance(listed, list) else [], 1):
        if not isinstance(fields, dict):
            continue
        name = f"reading {number} of {payload.get('PG')}"
        repeated = {key: before[key] for key in _REPEATED if key in before and fields.get(key) is None}
        before = {**fields, **repeated}
        code = str(fields.get("TX") or "").strip()
        if code and code not in _CODES:
            problems.append(f"{name}: TX: there is no transaction code {code[:20]!r}")
        yield _reading(name, before, problems)


def _reading(name: str, fields: dict[str, Any], problems: list[str]) -> Reading:
    energy_wh = None
    told = str(fields.get("RV"))
    # No register is longer, and Python reads no number of thousands of digits.
    is_long = len(told) > MOST_LETTERS
    if is_long or not _NUMBER.fullmatch(told) or isinstance(fields.get("RV"), bool):
        problems.append(f"{name}: RV: a register is a number, not {told[:40]!r}")
    elif str(fields.get("RU")).strip().lower() in _ENERGY:
        energy_wh = Fraction(told.strip()) * _ENERGY[fields["RU"].strip().lower()]
    at, clock = None, None
    if fields.get("TM") is not None:
        at, clock = moment(str(fields["TM"]))
        if at is None:
            problems.append(f"{name}: TM: {str(fields['TM'])[:40]!r} is no moment as OCMF writes it")
    return Reading(name, fields, energy_wh, at, clock)


def moment(text: str) -> tuple[datetime | None, str | None]:
    """Return the moment and the state of the clock of a TM; colons and other digits of makers are read."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None, None
    zone = "+00:00" if found[3] == "Z" else found[3] if ":" in found[3] else found[3][:3] + ":" + found[3][3:]
    try:
        return datetime.fromisoformat(f"{found[1]}.{(found[2] or '0').ljust(6, '0')}{zone}"), found[4]
    except ValueError:
        return None, None


def _backwards(found: list[Reading]) -> Iterator[str]:
    """Yield where a register or its time falls; some makers tell one register after the other."""
    last: dict[str, Reading] = {}
    for reading in found:
        register = f"{reading.fields.get('RI')} {reading.fields.get('RU')}"
        before = last.get(register)
        last[register] = reading
        if before is None:
            continue
        if _is_less(reading.energy_wh, before.energy_wh):
            told = f"{before.fields['RV']} to {reading.fields['RV']} {reading.fields['RU']}"
            yield f"{reading.name}: the register runs backwards, from {told}"
        if _is_less(reading.at, before.at):
            yield f"{reading.name}: {reading.fields['TM']} lies before {before.fields['TM']}"


def _is_less(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one < other


def _level(payload: dict[str, Any]) -> str:
    """Return the level of identification, which the oldest versions tell as IS."""
    is_old = re.fullmatch(r"0\.[0-4]", str(payload.get("FV"))) is not None
    return str(payload.get("IS" if is_old else "IL") or "").strip()


def _law(found: list[Reading], levels: list[str]) -> Iterator[str]:
    """Yield what is against the rules of a transaction."""
    relevant = _relevant(found)
    begins = [one for one in relevant if str(one.fields.get("TX") or "").strip() == _BEGIN]
    ends = [one for one in relevant if str(one.fields.get("TX") or "").strip() in _ENDS]
    if len(begins) != 1 or len(ends) != 1:
        yield f"a transaction has one begin and one end, this one {len(begins)} and {len(ends)}"
        return
    begin, end = begins[0], ends[0]
    for level in levels:
        if level in _BAD_LEVELS:
            yield f"IL: the identification of the user failed: {level}"
    for reading in (begin, end):
        yield from _state(reading)
    if _is_less(end.energy_wh, begin.energy_wh):
        yield f"the register at the end, {end.fields['RV']}, is below that at the begin, {begin.fields['RV']}"
    if _is_less(end.at, begin.at):
        yield f"the end, {end.fields['TM']}, lies before the begin, {begin.fields['TM']}"
    if begin.clock is None:
        yield "TM: the begin does not tell the state of its clock"
    elif begin.clock == "R" and end.clock != "R":
        yield "TM: the begin has a relative clock, and the end has not"
    if end.fields.get("EI") is not None and end.fields["EI"] != begin.fields.get("EI"):
        yield f"EI: the event counter went from {begin.fields.get('EI')} to {end.fields['EI']} in between"


def _state(reading: Reading) -> Iterator[str]:
    state = reading.fields.get("ST")
    if state is None:
        yield f"{reading.name}: ST: the state of the meter is missing"
    elif state != "G":
        yield f"{reading.name}: ST: the meter was not well, its state is {str(state)[:20]!r}"
    if reading.fields.get("RU") is None:
        yield f"{reading.name}: RU: the unit is missing"
    if "E" in str(reading.fields.get("EF") or ""):
        yield f"{reading.name}: EF: the energy is marked as wrong"


def _relevant(found: list[Reading]) -> list[Reading]:
    """Return the readings that bill: of registers with the cable's loss taken off, or else of import.

    Where no register's OBIS code tells, all readings of energy count.
    """
    obis = [(reading, _OBIS.match(str(reading.fields.get("RI")).lower().strip())) for reading in found]
    known = [(reading, code) for reading, code in obis if code and int(code[1] or "0", 16) == 1]
    of_energy = [(reading, code) for reading, code in known if int(code[4] or "0", 16) == 8]
    compensated = [
        one for one, code in of_energy if int(code[3] or "0", 16) in (0x98, 0xB1, 0xB3, 0xC1, 0xC3)
    ]
    if compensated:
        return compensated
    imported = [one for one, code in of_energy if _is_import(code)]
    return imported or [reading for reading in found if reading.energy_wh is not None]


def _is_import(code: re.Match[str]) -> bool:
    register, tariff = int(code[3] or "0", 16), int(code[6] or "0", 16)
    is_one = register in (1, 0x98, 0x9E) or 0xB0 <= register <= 0xC7
    return is_one and tariff in (0, 0x200, 0x255, 0xFF)
