"""Decides what of a card's data may be shown: no card number, in whatever object and spelling it stands.

It does not know commands. What merely looks like a number is hidden, too.
"""

import contextlib

from firmware.cards.emv import identity, reading
from firmware.errors import CardError

TRACK_1, HOLDER = 0x56, 0x5F20
# What tells the card number, or lets it be worked out: from a card's certificate anybody can open it.
HIDDEN = (TRACK_1, identity.TRACK_2, identity.PAN, HOLDER, 0x9F1F, 0x9F20, 0x9F46, identity.STRIPE)
# What is as good as random and long holds runs of digits, too, and so does the list of records: a number in
# them is found once the card has told it elsewhere. Runs of 24 are rare: in one of four hundred certificates.
RANDOM, LONG, FEWEST_OF_RANDOM = (0x90, 0x92, 0x93, 0x9F48, 0x9F4B), 32, 24
RECORDS = 0x94
TEXTS = (0x50, 0x5F2D, 0x9F12)
# Names of applications, nearly all of which begin so (ISO/IEC 7816-5): digits, and no number.
NAMES, REGISTERED = (0x4F, 0x84), b"\xa0\0"
# Shorter runs are amounts, dates, counters; a card number has 12 digits at the least.
FEWEST_DIGITS = 12
# What is filled up with zeros: the rules for verification, the issuer's data, the card's own number of fDDA.
FILLED, GAP = (0x8E, 0x9F10, 0x9F69), "0" * 8


class Mask:
    """What is known of one card's number, from all that it has said so far."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()

    def learn(self, objects: list[tuple[int, bytes]]) -> None:
        """Keep the numbers that objects tell, before any of them is shown."""
        for name, value in objects:
            digits = told_number(name, value)
            if len(digits) >= FEWEST_DIGITS:
                self._numbers.add(digits)

    def shown(self, name: int, value: bytes) -> str:
        """Return the value of an object as it may be shown."""
        digits = told_number(name, value)
        if name == identity.PAN and digits:
            return identity.masked(digits)
        if name == identity.TRACK_2 and digits:
            return identity.masked(digits) + " …"
        is_hidden = name in HIDDEN or self._holds_a_number(value) or _is_suspicious(name, value)
        return f"({len(value)} bytes, hidden)" if is_hidden else value.hex().upper()

    def raw(self, content: bytes) -> str:
        """Return bytes that are no objects as they may be shown."""
        return self.shown(0, content)

    def _holds_a_number(self, value: bytes) -> bool:
        """Return whether a value holds the middle of a number that the card told, which no mask shows."""
        texts = (value.hex(), value.decode("latin-1"), value[::-1].hex())
        return any(number[identity.FIRST :] in text for number in self._numbers for text in texts)


def told_number(name: int, value: bytes) -> str:
    """Return the number that an object is there to tell, "" where it tells none."""
    if name == TRACK_1:
        # Format code, number, separator (ISO/IEC 7813, 6).
        digits = value[1:].split(b"^")[0].decode("latin-1")
        return digits if digits.isdigit() else ""
    try:
        return identity.number({name: value})
    except CardError:
        return ""


def _is_suspicious(name: int, value: bytes) -> bool:
    """Return whether a value may hold a card number that nothing has told yet."""
    text = value.decode("latin-1")
    if name in NAMES and value.startswith(REGISTERED):
        return False
    if name == RECORDS:
        with contextlib.suppress(CardError):
            reading.files(value)
            return False
    if name in TEXTS and text.isprintable():
        return _has_run(text)
    told = value.hex()
    fewest = FEWEST_OF_RANDOM if name in RANDOM and len(value) >= LONG else FEWEST_DIGITS
    parts = told.split(GAP) if name in FILLED else [told]
    return any(_has_run(part, fewest) for part in (*parts, text))


def _has_run(text: str, fewest: int = FEWEST_DIGITS) -> bool:
    """Return whether a text holds so many digits in a row, by default as many as a card number has."""
    digits = 0
    for letter in text:
        digits = digits + 1 if letter in "0123456789" else 0
        if digits >= fewest:
            return True
    return False
