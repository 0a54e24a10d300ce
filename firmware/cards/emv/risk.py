"""What speaks against taking a bank card offline, as evidence: TVR, TSI (EMV Book 3, 10.4 to 10.7, annex C).

It does not know dialogues; every judgement is a bit that is kept, and the action codes weigh the bits.
"""

from ...errors import CardError
from . import identity
from .reading import COUNTER, LAST_ONLINE, LOWER_COUNT, UPPER_COUNT

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
SDA_SELECTED = 0x0002
OTHER_VERSION = 0x0180
EXPIRED = 0x0140
NOT_YET_EFFECTIVE = 0x0120
NOT_ALLOWED = 0x0110
NEW_CARD = 0x0108
ABOVE_FLOOR_LIMIT = 0x0380
ABOVE_LOWER_COUNT = 0x0340
ABOVE_UPPER_COUNT = 0x0320
CHOSEN_BY_CHANCE = 0x0310
FAILED = {"SDA": SDA_FAILED, "DDA": DDA_FAILED, "fDDA": DDA_FAILED, "CDA": CDA_FAILED}

# Transaction status information, byte 1 (annex C6).
AUTHENTICATED, HOLDER_VERIFIED, CARD_MANAGED, RISK_MANAGED = 0x80, 0x40, 0x20, 0x08

# The issuer's action codes (10.7): what bits have a payment refused, at once or for want of going online.
IAC_DEFAULT, IAC_DENIAL = 0x9F0D, 0x9F0E
CODE_BYTES = 5
# A card without them refuses, when it cannot go online, for any bit. Left out is what has been settled: how
# much proof is enough is the operator's word, and one version of this terminal stands for all schemes'.
ANY_BIT = b"\x31\x7f\xff\xff\xff"

EXPIRES, EFFECTIVE, COUNTRY, USAGE, VERSION = 0x5F24, 0x5F25, 0x5F28, 0x9F07, 0x9F08
# Application usage control, byte 1 (annex C2): goods, services, here or abroad, where there is no ATM.
GOODS_HERE, GOODS_ABROAD, SERVICES_HERE, SERVICES_ABROAD, NO_ATM = 0x20, 0x10, 0x08, 0x04, 0x01


def judge(objects: "Objects", terminal: "dict[str, Any]", proof: "dict[str, Any]") -> "dict[str, Any]":
    """Return {"tvr": 5 bytes, "tsi": 2 bytes, "is_whole": bool, that no mandatory data is missing}.

    `terminal`: "today" (year, month, day) or None, "country" and "version" (2 bytes each), "amount_minor",
    "floor_minor", "random" (target percentage, highest one, threshold in minor units), "chance" (1 to 99,
    drawn anew, or None where nothing is chosen by chance), "is_excepted". `proof` is of authentication.py.
    """
    missing = [DATA_MISSING] if _last_day(objects) is None else []
    found = missing + _proven(proof) + _restrictions(objects, terminal) + _risks(objects, terminal)
    verification = bytearray(5)
    for finding in found:
        verification[finding >> 8] |= finding & 0xFF
    status = RISK_MANAGED | (AUTHENTICATED if proof["method"] else 0)
    return {"tvr": bytes(verification), "tsi": bytes((status, 0)), "is_whole": not missing}


def is_turned_down(objects: "Objects", tvr: bytes, denial: bytes, default: bytes) -> bool:
    """Return whether an action code of the issuer, or these of the terminal (TAC), refuses for a bit (10.7).

    Nothing goes online here, so the codes for going online are skipped, as an offline terminal may, and those
    for want of it count. Raises CardError for a code that is none.
    """
    codes = (denial, default, _code(objects, IAC_DENIAL, bytes(5)), _code(objects, IAC_DEFAULT, ANY_BIT))
    for code in codes:
        for i, octet in enumerate(code):
            if octet & tvr[i]:
                return True
    return False


def _code(objects: "Objects", name: int, otherwise: bytes) -> bytes:
    code = objects.get(name, otherwise)
    if len(code) != CODE_BYTES:
        raise CardError("the card's action code %X has %d bytes, not %d" % (name, len(code), CODE_BYTES))
    return code


def _proven(proof: "dict[str, Any]") -> "list[int]":
    if proof["method"] is None:
        return [NOT_AUTHENTICATED]
    found = [SDA_SELECTED] if proof["method"] == "SDA" else []
    if not proof["holds"]:
        found.append(FAILED[proof["method"]])
        if proof.get("is_missing"):
            found.append(DATA_MISSING)
    return found


def _restrictions(objects: "Objects", terminal: "dict[str, Any]") -> "list[int]":
    """Return what Book 3, 10.4 finds: version, usage control, dates."""
    found = []
    if objects.get(VERSION, terminal["version"]) != terminal["version"]:
        found.append(OTHER_VERSION)
    if not _is_allowed(objects, terminal["country"]):
        found.append(NOT_ALLOWED)
    today = terminal["today"]
    expires, effective = _last_day(objects), _day(objects, EFFECTIVE)
    if today is not None and expires is not None and today > expires:
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
    elif terminal["chance"] is not None and _is_chosen(terminal):
        found.append(CHOSEN_BY_CHANCE)
    if LOWER_COUNT in objects and UPPER_COUNT in objects:
        counter, last_online = objects.get(COUNTER), objects.get(LAST_ONLINE)
        offline = _number(counter) - _number(last_online) if counter and last_online else 0
        # Without the counters nobody knows, and both limits count as exceeded (10.6.3).
        if offline <= 0 or offline > _number(objects[LOWER_COUNT]):
            found.append(ABOVE_LOWER_COUNT)
        if offline <= 0 or offline > _number(objects[UPPER_COUNT]):
            found.append(ABOVE_UPPER_COUNT)
        if last_online and not _number(last_online):
            found.append(NEW_CARD)
    return found


def _is_chosen(terminal: "dict[str, Any]") -> bool:
    """Return whether chance wants a payment online, the likelier the nearer the floor limit is (10.6.2)."""
    percent, most_percent, threshold_minor = terminal["random"]
    above_minor = terminal["amount_minor"] - threshold_minor
    if above_minor < 0:
        return bool(terminal["chance"] <= percent)
    # Between threshold and floor limit the percentage grows in a straight line; in whole numbers.
    span_minor = terminal["floor_minor"] - threshold_minor
    return bool((terminal["chance"] - percent) * span_minor <= (most_percent - percent) * above_minor)


def _last_day(objects: "Objects") -> "Day | None":
    """Return until when the card is valid: its own date, else the end of the month that track 2 names.

    Cards that tell all with their processing options have no other date (EMV Book C-3).
    """
    return _day(objects, EXPIRES) if EXPIRES in objects else _date(identity.track_month(objects) + "31")


def _day(objects: "Objects", name: int) -> "Day | None":
    """Return a date of the card, None for none."""
    return _date(objects[name].hex() if objects.get(name) else "")


def _date(text: str) -> "Day | None":
    """Return a date (YYMMDD), None for none; years from 50 on are of the century before."""
    if len(text) != 6 or not text.isdigit():
        return None
    year = int(text[:2])
    return year + (1900 if year >= 50 else 2000), int(text[2:4]), int(text[4:])


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
