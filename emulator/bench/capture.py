"""Writes down what passes on a wire, the numbers of the story's bank cards masked as a receipt masks them.

It does not know what the bytes mean. Digits between the first six and the last four become F; a card's
certificate, from which anybody could work its number out, becomes zeros.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from typing import IO

from firmware.cards import tlv
from firmware.errors import CardError

FIRST, LAST = 6, 4
CERTIFICATE = b"\x9f\x46"


def writer(file: IO[str], numbers: Iterable[str]) -> Callable[[str, bytes], None]:
    """Return what writes a line for each piece that passes: seconds, direction, hex."""
    began_s = time.monotonic()
    pans = list(numbers)

    def write(direction: str, content: bytes) -> None:
        file.write(f"{time.monotonic() - began_s:.6f} {direction} {masked(content, pans)}\n")

    return write


def masked(content: bytes, numbers: Iterable[str]) -> str:
    """Return bytes in hexadecimal, each number in them masked, be it written as BCD or as text."""
    text = _without_certificates(content).hex()
    for number in numbers:
        hidden = len(number) - FIRST - LAST
        shown = number[:FIRST] + "f" * hidden + number[-LAST:]
        spelled = number[:FIRST] + "*" * hidden + number[-LAST:]
        text = text.replace(number, shown).replace(number.encode().hex(), spelled.encode().hex())
    return text


def _without_certificates(content: bytes) -> bytes:
    """Return bytes with zeros behind whatever looks like the head of a certificate: some is chance."""
    begin = content.find(CERTIFICATE)
    while begin >= 0:
        behind = begin + len(CERTIFICATE)
        with contextlib.suppress(CardError):
            size, at = tlv.length(content, behind)
            content = content[:at] + bytes(min(size, len(content) - at)) + content[at + size :]
        begin = content.find(CERTIFICATE, behind)
    return content
