"""What may be kept of a bank card: a masked number, and a keyed hash by which the same card is known again.

It does not know where they go. Python's `bytes` cannot be overwritten: a card number that was read stays in
the heap until its place is used again; nothing here keeps it longer than a call.
"""

from ...crypto import rfc6979
from ...errors import CardError

PAN, TRACK_2, EXPIRES, LANGUAGES = 0x5A, 0x57, 0x5F24, 0x5F2D
# Track 2 as a card tells it to terminals that know magnetic stripes alone (Book C-2, annex A).
STRIPE = 0x9F6B
# PCI DSS, 3.4.1: at most these may be shown.
FIRST, LAST = 6, 4
HASH_BYTES = 16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def number(objects: "dict[int, bytes]") -> str:
    """Return the card number from tag 5A or track 2. Raises CardError for none, or for two that differ.

    Its check digit is not judged: some issuers' numbers have none, and EMV asks for none.
    """
    # MicroPython's hex() of nothing is no text.
    digits = objects[PAN].hex().rstrip("f") if objects.get(PAN) else None
    stripe = objects.get(TRACK_2) or (objects.get(STRIPE) if digits is None else None)
    if stripe:
        track = stripe.hex().split("d")[0]
        if digits is not None and digits != track:
            raise CardError("the card tells two numbers; use another card")
        digits = track
    if digits is None:
        raise CardError("the card tells no number; use another card")
    if not 8 <= len(digits) <= 19 or not digits.isdigit():
        raise CardError("the card's number is none: it has %d signs, or others than digits" % len(digits))
    return digits


def track_month(objects: "dict[int, bytes]") -> str:
    """Return the month behind the number in track 2 (YYMM; ISO/IEC 7813, 7), "" for none."""
    parts = (objects.get(TRACK_2) or objects.get(STRIPE) or b"\0").hex().split("d")
    return parts[1][:4] if len(parts) > 1 else ""


def masked(digits: str) -> str:
    """Return first six and last four digits, stars for the others; a short number shows its last four."""
    if len(digits) < FIRST + LAST + 2:
        return "*" * (len(digits) - LAST) + digits[-LAST:]
    return digits[:FIRST] + "*" * (len(digits) - FIRST - LAST) + digits[-LAST:]


def keyed_hash(key: bytes, digits: str) -> str:
    """Return by what the same card is known again: HMAC-SHA256 under the operator's key, 32 letters of hex.

    Without the key nobody can try all numbers. Raises CardError for a key of fewer than 16 or over 64 bytes.
    """
    if not 16 <= len(key) <= 64:
        raise CardError("the key for card numbers has to have 16 to 64 bytes")
    return rfc6979.hmac_sha256(key, b"kilotap-pan-1:", digits.encode())[:HASH_BYTES].hex()


def language(objects: "dict[int, bytes]", known: "Iterable[str]") -> "str | None":
    """Return the first language that the card prefers and the terminal has (tag 5F2D), None without one."""
    told = objects.get(LANGUAGES, b"")
    for i in range(0, len(told) - 1, 2):
        for name in known:
            if told[i : i + 2].lower() == name.encode():
                return name
    return None
