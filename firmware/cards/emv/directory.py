"""Which applications a bank card or a paying phone has, and which of them to take (EMV Book B, 3.3).

It does not know what they hold; a dialogue is a generator that yields command APDUs and is sent responses.
"""

from ...errors import CardError
from .. import apdu, tlv
from .. import status as statuses

PPSE = b"2PAY.SYS.DDF01"

# EMV Book B, table 3-6: the kernel of a scheme where the card names none, by the first five bytes of an AID.
KERNELS = (
    (b"\xa0\x00\x00\x00\x04", 2, "Mastercard"),
    (b"\xa0\x00\x00\x00\x03", 3, "Visa"),
    (b"\xa0\x00\x00\x00\x25", 4, "American Express"),
    (b"\xa0\x00\x00\x00\x65", 5, "JCB"),
    (b"\xa0\x00\x00\x01\x52", 6, "Discover"),
    (b"\xa0\x00\x00\x03\x33", 7, "UnionPay"),
)
# Applications of debit cards alone: Visa Electron, V PAY, Maestro, girocard.
DEBIT = (
    b"\xa0\x00\x00\x00\x03\x20\x10",
    b"\xa0\x00\x00\x00\x03\x20\x20",
    b"\xa0\x00\x00\x00\x04\x30\x60",
    b"\xa0\x00\x00\x03\x59",
)
MAX_ENTRIES = 32
LOWEST = 16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Dialogue = Generator[bytes, bytes, Any]


class Entry:
    """An application in the directory: `aid`, `priority` (1 first), `kernel` (0: none is known), `label`."""

    __slots__ = ("aid", "kernel", "label", "priority")

    def __init__(self, aid: bytes, priority: int, kernel: int, label: str) -> None:
        self.aid, self.priority, self.kernel, self.label = aid, priority, kernel, label


def tapped() -> "Dialogue":
    """Return {"reason": "bank_card"} of a card with a directory of payment applications, None of another."""
    try:
        entries = yield from read()
    except CardError:
        return {"reason": "card_error"}
    return {"reason": "bank_card"} if entries else None


def read() -> "Dialogue":
    """Return the entries of the card's directory in the card's order, None where it has no directory."""
    body, status = yield from apdu.select(PPSE)
    if status != statuses.SW_OK:
        return None
    return entries(body)


def entries(body: bytes) -> "list[Entry]":
    """Return what a directory's file control information lists. Raises CardError for one that is broken."""
    listed = tlv.find(body, 0x6F, 0xA5, 0xBF0C)
    found: "list[Entry]" = []
    for name, value in tlv.objects(listed or b""):
        if name != 0x61 or len(found) == MAX_ENTRIES:
            continue
        aid = tlv.find(value, 0x4F) or b""
        # An entry that names no application is passed over (3.3.2.3).
        if 5 <= len(aid) <= 16:
            priority = tlv.find(value, 0x87) or b"\0"
            label = text(tlv.find(value, 0x50) or b"")
            kernel = _kernel(tlv.find(value, 0x9F2A) or b"", aid)
            found.append(Entry(aid, priority[0] & 0x0F or LOWEST, kernel, label))
    return found


def candidates(listed: "list[Entry]", supported: "tuple[bytes, ...] | list[bytes]") -> "list[Entry]":
    """Return the entries whose AIDs begin with a supported one, the card's first choice first (3.3.2.5)."""
    order = []
    for i, entry in enumerate(listed):
        for prefix in supported:
            if entry.aid[: len(prefix)] == prefix:
                # The place makes the order whole: sorting is not stable everywhere.
                order.append((entry.priority, i))
                break
    return [listed[i] for _priority, i in sorted(order)]


def scheme(aid: bytes) -> str:
    """Return the name of the scheme whose application this is, "" for one that is not known."""
    for rid, _kernel_id, name in KERNELS:
        if aid[:5] == rid:
            return name
    return ""


def is_debit(aid: bytes) -> bool:
    """Return whether an application is one of debit cards; of others the AID does not say it."""
    return any(aid[: len(prefix)] == prefix for prefix in DEBIT)


def text(octets: bytes) -> str:
    """Return printable ASCII of what a card calls itself; what is none becomes a question mark."""
    return "".join([chr(octet) if 0x20 <= octet < 0x7F else "?" for octet in octets[:16]])


def _kernel(told: bytes, aid: bytes) -> int:
    """Return the kernel that a card asks for, or that its scheme has (Book B, table 3-6 and 3.3.2.5)."""
    if told and told[0] & 0xC0 in (0x00, 0x40) and told[0] & 0x3F:
        return told[0] & 0x3F
    for rid, kernel, _name in KERNELS:
        if aid[:5] == rid:
            return kernel
    return 0
