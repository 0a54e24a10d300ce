"""Brings lists of UIDs, as other systems write them, into the one form of this one.

It does not know contracts.
"""

from typing import NamedTuple

from firmware.cards import rfid
from firmware.errors import CardError

BYTE_ORDERS = ("as-read", "reversed")
NUMBER_BYTES = {"decimal4": 4, "decimal7": 7}
FORMS = ("hex", *NUMBER_BYTES)


class Line(NamedTuple):
    """One line of a list: what stood there, and the UID in canonical form or why there is none."""

    number: int
    given: str
    uid: str | None
    why: str | None


def normalise(lines: list[str], order: str, form: str) -> list[Line]:
    """Return a Line for each that is not blank or a comment (#); a UID that comes twice is refused."""
    told: list[Line] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        given = line.split("#", 1)[0].strip()
        if not given:
            continue
        try:
            uid = canonical(given, order, form)
            if uid in seen:
                raise CardError(f"the same card as in line {seen[uid]}; remove one")
            seen[uid] = number
            told.append(Line(number, given, uid, None))
        except CardError as error:
            told.append(Line(number, given, None, str(error)))
    return told


def canonical(given: str, order: str, form: str) -> str:
    """Return a UID in canonical form. Raises CardError for what is none, or is random."""
    octets = _octets(given, form)
    if order == "reversed":
        octets = octets[::-1]
    uid = rfid.canonical(octets)
    if rfid.is_random(octets):
        raise CardError("the UID begins with 08: a phone or a bank card made it up for one tap; leave it out")
    return uid


def _octets(given: str, form: str) -> bytes:
    if form == "hex":
        try:
            return bytes.fromhex(given.replace(":", "").replace("-", "").replace(" ", ""))
        except ValueError:
            raise CardError(f"{given[:40]!r} is not hexadecimal; see --form") from None
    size = NUMBER_BYTES[form]
    # Python refuses to read a number of thousands of digits; leading zeros are harmless.
    digits = given.lstrip("0") if given.isascii() and given.isdigit() else None
    if digits is None or len(digits) > len(str(1 << 8 * size)) or int(given) >= 1 << 8 * size:
        raise CardError(f"{given[:40]!r} is no decimal number of {size} bytes; see --form")
    return int(given).to_bytes(size, "big")
