"""Removes what the office has had for so long that nobody asks a terminal for it any more, and tariffs of
which no record is left.

It does not know room: what is short of it removes more. Loaded now and then.
"""

import binascii

from ..crypto import canonical, jose
from ..errors import CryptoError
from ..ledger import segment, spans
from ..pricing import calendar
from . import tariffs

# Which tariffs went out of use, and the newest record then ({name: number}): no later one names them. Before
# it stands its CRC-32: by a number that went bad a tariff would be removed too early.
RETIRED = "retired"
DAY_S = 86400
# A record's payload is canonical JSON, in which no member stands before "at".
_AT = b'{"at":"'
_AT_CHARACTERS = 40

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ledger.outbox import Outbox
    from .startup import Assembly


def remove(storage: "Any", outbox: "Outbox", utc_s: int, days: int) -> int:
    """Remove the oldest segments that are delivered whole and older than so many days; return how many.

    A segment ends where the next one begins, and is as old as that one's first record that knows its time.
    Raises OSError.
    """
    count = 0
    while True:
        oldest = segment.oldest(storage)
        following = segment.oldest(storage, oldest) if oldest else None
        begun_s = _begun_s(storage, following) if following else None
        if begun_s is None or utc_s - begun_s < days * DAY_S or not outbox.remove_oldest():
            return count
        count += 1


def sort_tariffs(storage: "Any", parts: "Assembly") -> None:
    """Remove the tariffs that no record which is kept can name: neither in force, nor the open session's, and
    out of use since before the oldest of them. Raises OSError.

    A tariff comes and goes by an order or at a start, and after each it is looked: so a number in the list is
    never older than a tariff's last use.
    """
    used = [told[1] for told in parts.tariffs.hashes()]
    opened = parts.recorder.known["open"]
    if opened:
        used.append(opened["tariff"]["hash"])
    kept = [tariffs.blob(each) for each in used]
    before = _retired(storage)
    unused = [name for name in storage.names() if name.startswith(tariffs.PREFIX) and name not in kept]
    after = {}
    for name in sorted(unused):
        seq = before.get(name, parts.journal.last_seq())
        if seq < parts.journal.first_seq():
            storage.remove(name)
        else:
            after[name] = seq
    if after != before:
        content = canonical.encode(after)
        storage.replace(RETIRED, b"%08x " % binascii.crc32(content) + content)


def _retired(storage: "Any") -> "dict[str, int]":
    """Return the list; an empty one where it is damaged: then every tariff stays for another while."""
    return retired(storage.read(RETIRED)) or {}


def retired(content: bytes) -> "dict[str, int] | None":
    """Return the list that such a blob holds, None where it is damaged or there is none."""
    checksum, _, told = content.partition(b" ")
    if checksum != b"%08x" % binascii.crc32(told):
        return None
    try:
        return dict(canonical.decode(told))
    except (CryptoError, TypeError, ValueError):
        return None


def _begun_s(storage: "Any", name: str) -> "int | None":
    """Return the time of the first record that knows it; no record is held whole."""
    for _seq, span, _what, _at, _following in spans.each(storage, name):
        if span is None:
            continue
        head = str(storage.read(name, span[1], spans.BLOCK_BYTES), "utf-8")
        begin = head.find(".") + 1
        payload = jose.unb64url(head[begin : begin + _AT_CHARACTERS])
        if payload.startswith(_AT):
            return calendar.parse_utc(str(payload[len(_AT) : len(_AT) + 20], "utf-8"))
    return None
