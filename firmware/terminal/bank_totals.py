"""How often and for how much each bank card charged today: a small blob a day, beside the ledger.

It does not know card numbers: a card is a keyed hash. A session counts with all that it may cost until it has
ended, so that a power cut never makes a card's day cheaper. Each line ends with its CRC-32.
"""

import binascii

from ..pricing import calendar

PREFIX = "cards-"
BLOCK_BYTES = 512
BEGUN, ENDED = "b", "e"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hal.ports import Storage

    from ..pricing.calendar import Zone

    Document = dict[str, Any]


def decision(storage: "Storage", terms: "Document", tapped: "Document", day: "str | None") -> "Document":
    """Return the decision of a card that was recognised, in the form of access.contracts."""
    reason = tapped["refusal"] or _over(storage, terms, tapped["token"]["card"], day)
    if reason:
        return {"granted": False, "reason": reason}
    limit_minor = terms["limit_minor"]
    return {"granted": True, "contract": None, "tariff": terms["tariff"], "limit_minor": limit_minor}


def begun(storage: "Storage", zone: "Zone", opened: "Document") -> None:
    """Note a session that has begun, by its record; to note it twice changes nothing. Raises OSError."""
    day = _day(zone, opened)
    if day and not storage.size(PREFIX + day):
        _clear(storage, day)
    _note(storage, day, BEGUN, opened, opened["limit_minor"])


def ended(storage: "Storage", zone: "Zone", opened: "Document", gross_minor: int) -> None:
    """Note what a session came to. Raises OSError."""
    _note(storage, _day(zone, opened), ENDED, opened, gross_minor)


def totals(storage: "Storage", day: str, card: str) -> "tuple[int, int]":
    """Return (sessions, amount in minor units) of a card on a day."""
    amounts: "dict[str, int]" = {}
    for line in _lines(storage, PREFIX + day):
        parts = line.split(" ")
        # A line that a power cut tore is none, and neither is one that went bad.
        if len(parts) == 5 and parts[1] == card and is_intact(line):
            amounts[parts[2]] = int(parts[3])
    return len(amounts), sum(amounts.values())


def is_intact(line: str) -> bool:
    """Return whether a line of such a blob is as it was written."""
    told, _, checksum = line.rpartition(" ")
    return checksum == "%08x" % binascii.crc32(told.encode())


def _over(storage: "Storage", terms: "Document", card: str, day: "str | None") -> "str | None":
    """Return why a card has charged enough today: too often, or one session more could be too much."""
    if day is None:
        return None
    count, amount_minor = totals(storage, day, card)
    over = terms["day_count"] and count >= terms["day_count"]
    over = over or terms["day_minor"] and amount_minor + terms["limit_minor"] > terms["day_minor"]
    return "bank_card_day" if over else None


def _note(storage: "Storage", day: "str | None", kind: str, opened: "Document", amount_minor: int) -> None:
    if day:
        told = "%s %s %s %d" % (kind, opened["token"]["card"], opened["session"], amount_minor)
        # The line feed before it parts it from one that a power cut tore.
        line = "\n%s %08x\n" % (told, binascii.crc32(told.encode()))
        storage.append(PREFIX + day, line.encode())


def _day(zone: "Zone", opened: "Document") -> "str | None":
    at = opened["at"]
    return calendar.local_date(zone, calendar.parse_utc(at)) if at else None


def _clear(storage: "Storage", day: str) -> None:
    """Remove what is of days before, but for the newest: a session may have gone on past midnight."""
    old = [name for name in storage.names() if name.startswith(PREFIX) and name < PREFIX + day]
    for name in sorted(old)[:-1]:
        storage.remove(name)


def _lines(storage: "Storage", name: str) -> "Iterator[str]":
    """Yield the lines of a blob, read in pieces; the last one only where it is whole."""
    rest, offset = b"", 0
    while True:
        block = storage.read(name, offset, BLOCK_BYTES)
        if not block:
            return
        offset += len(block)
        lines = (rest + block).split(b"\n")
        rest = lines[-1]
        for line in lines[:-1]:
            try:
                yield line.decode()
            except UnicodeError:
                continue
