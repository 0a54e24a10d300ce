"""Checks UTF-8 (RFC 3629) alike on every interpreter.

It does not know what the text says. MicroPython's own check lets surrogates and overlong forms through.
"""

from firmware.errors import CryptoError


def encode(text: str) -> bytes:
    """Return the UTF-8 bytes of a string; CryptoError for a lone surrogate, which has none."""
    try:
        content = text.encode()
    except UnicodeError:
        raise CryptoError("a lone surrogate in a string; it has no UTF-8 form")
    # Text of as many characters as bytes is ASCII.
    if len(content) != len(text) and fault(content) is not None:
        raise CryptoError("a lone surrogate in a string; it has no UTF-8 form")
    return content


def fault(content: bytes) -> "int | None":
    """Return the offset of the first bytes that are not the shortest UTF-8 of a character, or None."""
    if not content or max(content) < 0x80:
        return None
    position, size = 0, len(content)
    while position < size:
        first = content[position]
        length = 1 if first < 0x80 else _sequence_length(first)
        if not length or position + length > size:
            return position
        if length > 1 and not _is_sequence(content, position, length):
            return position
        position += length
    return None


def _sequence_length(first: int) -> int:
    if 0xC2 <= first <= 0xDF:
        return 2
    if 0xE0 <= first <= 0xEF:
        return 3
    return 4 if 0xF0 <= first <= 0xF4 else 0


def _is_sequence(content: bytes, position: int, length: int) -> bool:
    for index in range(position + 1, position + length):
        if content[index] & 0xC0 != 0x80:
            return False
    first, second = content[position], content[position + 1]
    # Overlong forms, surrogates and code points above U+10FFFF show in the second byte.
    if first == 0xE0:
        return second >= 0xA0
    if first == 0xED:
        return second < 0xA0
    if first == 0xF0:
        return second >= 0x90
    return first != 0xF4 or second < 0x90
