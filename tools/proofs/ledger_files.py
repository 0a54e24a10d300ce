"""Names what is wrong with the files of a ledger's folder that hold no records: each has a check of its own.

It does not know records, nor checkpoints: those are firmware/ledger/audit's.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError
from firmware.ledger import checkpoint, segment
from firmware.terminal import bank_totals, ordering, orders, retention, tariffs
from hal.common.blobs import is_name

CHECKPOINTS = (*checkpoint.SLOTS, checkpoint.MILESTONE)
# What a power cut may leave of a replacement, and what a file system has of its own.
NO_PROBLEM = ("_fresh", "lost+found")
# What a note of bank cards is cut short to when the power goes in the middle of it.
TORN_NOTE = re.compile(r"[be]?( [!-~]*){0,4}")

Problem = dict[str, Any]


def problems(folder: Any, payloads: Iterator[dict[str, Any]]) -> list[Problem]:
    """Return `{"seq", "file", "offset", "what"}` of each file that is damaged, gone, or of nobody.

    The records' payloads tell which tariffs and orders have to be there; a copy of the segments alone lacks
    nothing. Raises OSError.
    """
    # First what the records ask for: what is there may only have become more since.
    wanted = dict(_wanted(folder, payloads))
    found = []
    names = sorted(folder.entries())
    for name in names:
        found += [_problem(None, name, offset, what) for offset, what in _file(folder, name)]
    is_copy = all(name.startswith((segment.PREFIX, segment.COPIES)) for name in names)
    for name, (seq, what) in wanted.items():
        if name not in names and not is_copy:
            found.append(_problem(seq, name, 0, what))
    return found


def unreadable(folder: Any) -> list[Problem]:
    """Return the same of what the disk did not give back of files that were read, a stretch each."""
    stretches: list[list[Any]] = []
    for (name, offset), count in sorted(folder.unreadable.items()):
        if stretches and stretches[-1][0] == name and sum(stretches[-1][1:]) == offset:
            stretches[-1][2] += count
        else:
            stretches.append([name, offset, count])
    what = "%d bytes that the disk does not give back; copy the folder to another disk, and use that one"
    return [_problem(None, name, offset, what % count) for name, offset, count in stretches]


def _problem(seq: int | None, name: str, offset: int, what: str) -> Problem:
    return {"seq": seq, "file": name, "offset": offset, "what": what}


def _file(folder: Any, name: str) -> Iterator[tuple[int, str]]:
    """Yield offset and words of what is wrong in one file."""
    is_audited = name in CHECKPOINTS or name.startswith(segment.PREFIX) and is_name(name)
    if is_audited or name in NO_PROBLEM:
        return
    if name == segment.COPIES:
        for offset, compact, _, _ in segment.stream(folder, name):
            if compact is None:
                yield offset, "a damaged copy of a change of keys; the ledger's own record counts"
    elif name == orders.KEY_BLOB:
        yield from _operator(folder.read(name))
    elif name == retention.RETIRED:
        if retention.retired(folder.read(name)) is None:
            yield 0, "a damaged list of tariffs out of use; they only stay longer, and it is made anew"
    elif re.fullmatch(tariffs.PREFIX + "[0-9a-f]{32}", name):
        yield from _hashed(folder.read(name), name, "a tariff", "start with it among the tariffs")
    elif re.fullmatch(ordering.STATE + "[0-9a-f]{32}", name):
        yield from _hashed(folder.read(name), name, "what was ordered", "restore it, or order it anew")
    elif re.fullmatch(bank_totals.PREFIX + r"\d{4}-\d\d-\d\d", name):
        yield from _notes(folder.read(name))
    else:
        yield 0, "no name that a terminal gives; nobody reads it: give it back its name, or move it away"


def _hashed(content: bytes, name: str, what: str, mend: str) -> Iterator[tuple[int, str]]:
    if hashlib.sha256(content).hexdigest()[:32] != name.rpartition("-")[2]:
        yield 0, f"{what} that is damaged: its SHA-256 is not the one in its name; {mend}"


def _operator(content: bytes) -> Iterator[tuple[int, str]]:
    try:
        key = canonical.decode(content)
        is_intact = jose.jwk(jose.public_from_jwk(key)) == key
    except CryptoError:
        is_intact = False
    if not is_intact:
        yield 0, "the operator's key, which is damaged: no order is taken; give it as operator_key"


def _notes(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line of a day's bank cards that is damaged; one that a power cut tore is none.

    A line stands between two newlines of its own: the one behind a torn line is the next line's.
    """
    offset = 0
    lines = content.decode("latin-1").split("\n")
    for line, following in zip(lines, [*lines[1:], "?"], strict=True):
        is_whole = following == "" and offset + len(line) < len(content)
        if line and not bank_totals.is_intact(line):
            was_whole = is_whole or any(bank_totals.is_intact(line[:end]) for end in range(len(line)))
            if was_whole or not TORN_NOTE.fullmatch(line):
                yield offset, "a damaged line of what bank cards charged that day; the card may charge again"
        offset += len(line) + 1


def _wanted(folder: Any, payloads: Iterator[dict[str, Any]]) -> Iterator[tuple[str, tuple[int | None, str]]]:
    """Yield the files that have to be there, each with the record that says so and what to tell."""
    ordered: tuple[int, str | None] = (0, None)
    for payload in payloads:
        seq = payload.get("seq")
        if not isinstance(seq, int):
            continue
        tariff = payload.get("tariff")
        if payload.get("kind") == "session.started" and isinstance(tariff, dict):
            what = f"a tariff that is gone, by which the session of record {seq} is priced"
            yield tariffs.blob(str(tariff.get("hash"))), (seq, what)
        if payload.get("kind") == "order.applied":
            ordered = (seq, payload.get("state"))
    for slot in CHECKPOINTS:
        known = checkpoint.read(folder.read(slot))
        summary = known[1].get("summary") if known else None
        if summary and summary.get("order") and summary["next_seq"] > ordered[0]:
            ordered = (summary["next_seq"] - 1, summary["order"]["state"])
    if isinstance(ordered[1], str):
        what = "what was ordered is gone; restore it, or order all of it (anew = true)"
        yield ordering.STATE + ordered[1][:32], (ordered[0], what)
