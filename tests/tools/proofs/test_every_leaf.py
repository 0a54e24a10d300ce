"""Shows that no member of a ledger can be another one unnoticed but those named here, each with its reason.

It does not know what verification says of a change: each is small, and everything is signed anew.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

from firmware.crypto import canonical
from tests.tools.proofs import forging
from tools.pricing import files as tariff_files
from tools.proofs import files

# By kind of record and member: why nothing else in the ledger tells what it is.
FREE: dict[tuple[str, str], str] = {
    ("configured", "hash"): "the configuration is not in the ledger",
    ("configured", "kind"): "kinds may be added, and nothing later leans on this one",
    ("configured", "ticks_ms"): "a millisecond is less than two records differ by",
    ("meter.commissioned", "kind"): "kinds may be added; without it the first register is not known",
    ("meter.commissioned", "meter.model"): "the map of registers may be set anew for the same meter",
    ("meter.commissioned", "meter.resolution_wh"): "one in float32 widens as it grows",
    ("meter.commissioned", "ticks_ms"): "a millisecond, as above",
    ("session.started", "limit_minor"): "limits stand in contracts, which are not in the ledger",
    ("session.started", "ticks_ms"): "a millisecond, as above",
    ("session.ended", "duration_s"): "a second: moments are whole ones",
    ("session.ended", "flags"): "a remark more that changes nothing",
    ("session.ended", "lines.from"): "a receipt does not hold the readings in between",
    ("session.ended", "lines.to"): "the same",
    ("session.ended", "meter.resolution_wh"): "one in float32 widens as it grows",
    ("session.ended", "reason"): "no record tells whether it was card, button, plug or limit",
    ("session.ended", "ticks_ms"): "a millisecond, as above",
}
# The chain's own are made anew with each signature, and a meter's record has a kind of its own here.
MADE_ANEW = ("seq", "prev", "key", "ocmf")


def leaves(told: Any, path: tuple = ()) -> Iterator[tuple]:
    if not isinstance(told, dict | list) or not told:
        yield path
        return
    for name, one in told.items() if isinstance(told, dict) else enumerate(told):
        yield from leaves(one, (*path, name))


def at(told: Any, path: tuple) -> Any:
    for name in path:
        told = told[name]
    return told


def other(told: Any) -> Any:
    """Return another value of the same kind: a minute later, one more, another last letter.

    A session that its card ended is ended by the button, and one without a limit gets one.
    """
    if told == "card" or told is None:
        return "button" if told else 5000
    if isinstance(told, bool):
        return not told
    if isinstance(told, int | float):
        return told + 1
    if not isinstance(told, str) or not told:
        return ["x"] if isinstance(told, list) else "x"
    if told[10:11] == "T":
        return f"{told[:14]}{(int(told[14:16]) + 2) % 60:02}{told[16:]}"
    last = told[-1]
    return told[:-1] + (str((int(last) + 1) % 10) if last.isdigit() else "b" if last == "a" else "a")


def changes(record: dict) -> Iterator[tuple[str, str, dict]]:
    """Yield (kind, member, record) for each leaf of a record and of the meter's record in it."""
    for path in leaves(record):
        if path[0] not in MADE_ANEW:
            changed = copy.deepcopy(record)
            at(changed, path[:-1])[path[-1]] = other(at(record, path))
            yield record["kind"], member(path), changed
    if "ocmf" in record:
        for path in leaves(json.loads(record["ocmf"].split("|")[1])):

            def change(payload: dict, path: tuple = path) -> None:
                at(payload, path[:-1])[path[-1]] = other(at(payload, path))

            yield "ocmf", member(path), {**record, "ocmf": forging.ocmf(record["ocmf"], change)}


def member(path: tuple) -> str:
    return ".".join(str(name) for name in path if not isinstance(name, int))


def test_every_member_is_held_by_something_or_named_as_free(tmp_path):
    records = forging.played("evening", tmp_path / "result.json")["records"]
    for path in (forging.SCENARIOS / "tariffs").glob("*.json"):
        for document in tariff_files.tariffs(str(path)):
            name = f"tariff-{files._hash(document)[:32]}"
            (tmp_path / name).write_bytes(canonical.encode(document))
    assert forging.problems(forging.judged(forging.signed(records), tmp_path)) == ""
    unnoticed = set()
    for place, record in enumerate(records):
        for kind, name, changed in changes(record):
            made = forging.signed([*records[:place], changed, *records[place + 1 :]])
            if forging.judged(made, tmp_path).holds():
                unnoticed.add((kind, name))
    assert sorted(unnoticed - set(FREE)) == sorted(set(FREE) - unnoticed) == []
