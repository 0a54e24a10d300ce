"""What speaks against taking a bank card offline, as evidence: TVR and TSI (EMV Book 3, 10.4, 10.6, annex C).

It does not know what is decided; every judgement is a bit that is kept.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Day = tuple[int, int, int]
    Objects = dict[int, bytes]

# Terminal verification results: byte and bit in one number (annex C5).
NOT_AUTHENTICATED = 0x0080
SDA_FAILED = 0x0040
DATA_MISSING = 0x0020
ON_EXCEPTION_LIST = 0x0010
DDA_FAILED = 0x0008
CDA_FAILED = 0x0004
OTHER_VERSION = 0x0180
EXPIRED = 0x0140
NOT_YET_EFFECTIVE = 0x0120
NOT_ALLOWED = 0x0110
ABOVE_FLOOR_LIMIT = 0x0380
ABOVE_LOWER_COUNT = 0x0340
ABOVE_UPPER_COUNT = 0x0320
CHOSEN_BY_CHANCE = 0x0310
FAILED = {"SDA": SDA_FAILED, "DDA": DDA_FAILED, "fDDA": DDA_FAILED, "CDA": CDA_FAILED}

# Transaction status information, byte 1 (annex C6).
AUTHENTICATED, RISK_MANAGED = 0x80, 0x08

EXPIRES, EFFECTIVE, COUNTRY, USAGE, VERSION = 0x5F24, 0x5F25, 0x5F28, 0x9F07, 0x9F08
COUNTER, LAST_ONLINE, LOWER_COUNT, UPPER_COUNT, QUALIFIERS = 0x9F36, 0x9F13, 0x9F14, 0x9F23, 0x9F6C
# Application usage control, byte 1 (annex C2): goods, services, here or abroad, where there is no ATM.
GOODS_HERE, GOODS_ABROAD, SERVICES_HERE, SERVICES_ABROAD, NO_ATM = 0x20, 0x10, 0x08, 0x04, 0x01


def judge(objects: "Objects", terminal: "dict[str, Any]", proof: "dict[str, Any]") -> "dict[str, Any]":
    """Return {"tvr": 5 bytes, "tsi": 2 bytes, "verified_on_device": bool}.

    `terminal`: "today" (year, month, day) or None, "country" and "version" (2 bytes each), "amount_minor",
    "floor_minor", "random_percent", "chance" (0 to 99, drawn anew), "is_excepted". `proof` is of
    authentication.py.
    """
    found = _proven(proof) + _restrictions(objects, terminal) + _risks(objects, terminal)
    verification = bytearray(5)
    for finding in found:
        verification[finding >> 8] |= finding & 0xFF
    status = RISK_MANAGED | (AUTHENTICATED if proof["method"] else 0)
    # Visa's card transaction qualifiers, byte 2: the phone asked for finger, face or code.
    qualifiers = objects.get(QUALIFIERS, b"\0\0")
    is_verified = len(qualifiers) == 2 and bool(qualifiers[1] & 0x80)
    return {"tvr": bytes(verification), "tsi": bytes((status, 0)), "verified_on_device": is_verified}


def _proven(proof: "dict[str, Any]") -> "list[int]":
    if proof["method"] is None:
        return [NOT_AUTHENTICATED]
    return [] if proof["holds"] else [FAILED[proof["method"]]]


def _restrictions(objects: "Objects", terminal: "dict[str, Any]") -> "list[int]":
    """Return what Book 3, 10.4 finds: version, usage control, dates."""
    found = []
    if objects.get(VERSION, terminal["version"]) != terminal["version"]:
        found.append(OTHER_VERSION)
    if not _is_allowed(objects, terminal["country"]):
        found.append(NOT_ALLOWED)
    today = terminal["today"]
    expires, effective = _day(objects, EXPIRES), _day(objects, EFFECTIVE)
    if expires is None:
        found.append(DATA_MISSING)
    elif today is not None and today > expires:
        found.append(EXPIRED)
    if today is not None and effective is not None and today < effective:
        found.append(NOT_YET_EFFECTIVE)
    return found


def _is_allowed(objects: "Objects", country: bytes) -> bool:
    """Return whether the issuer lets the card pay for goods or services here; a card that is silent does."""
    usage = objects.get(USAGE)
    if usage is None or len(usage) != 2:
        return usage is None
    if not usage[0] & NO_ATM:
        return False
    issued_in = objects.get(COUNTRY)
    if issued_in is None:
        return True
    is_here = issued_in == country
    return bool(usage[0] & (GOODS_HERE | SERVICES_HERE if is_here else GOODS_ABROAD | SERVICES_ABROAD))


def _risks(objects: "Objects", terminal: "dict[str, Any]") -> "list[int]":
    """Return what Book 3, 10.6 finds: floor limit, chance, payments offline; and the exception list."""
    found = [ON_EXCEPTION_LIST] if terminal["is_excepted"] else []
    if terminal["amount_minor"] >= terminal["floor_minor"]:
        found.append(ABOVE_FLOOR_LIMIT)
    elif terminal["chance"] < terminal["random_percent"]:
        found.append(CHOSEN_BY_CHANCE)
    if LOWER_COUNT in objects and UPPER_COUNT in objects:
        offline = None
        if COUNTER in objects and LAST_ONLINE in objects:
            offline = _number(objects[COUNTER]) - _number(objects[LAST_ONLINE])
        # Without the counters nobody knows, and both limits count as exceeded (10.6.3).
        if offline is None or offline <= 0 or offline > _number(objects[LOWER_COUNT]):
            found.append(ABOVE_LOWER_COUNT)
        if offline is None or offline <= 0 or offline > _number(objects[UPPER_COUNT]):
            found.append(ABOVE_UPPER_COUNT)
    return found


def _day(objects: "Objects", name: int) -> "Day | None":
    """Return a date of the card (YYMMDD), None for none; years from 50 on are of the century before."""
    text = objects[name].hex() if objects.get(name) else ""
    if len(text) != 6 or not text.isdigit():
        return None
    year = int(text[:2])
    return year + (1900 if year >= 50 else 2000), int(text[2:4]), int(text[4:])


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
