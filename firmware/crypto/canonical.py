"""Turns a document into the one sequence of bytes that is signed and stored (RFC 8785).

It does not know what is signed. It is narrower than the RFC: numbers are exact decimals, never floats.
"""

import re

from firmware.crypto import utf8
from firmware.crypto.decimals import Number
from firmware.errors import CryptoError

MAX_DEPTH = 32
# Beyond these a reader with IEEE 754 doubles, which RFC 8785 supposes, would write another number.
MAX_INTEGER = 2**53 - 1
MAX_DIGITS = 15
MIN_PLACES = -6
# A longer text is written in parts of so many characters.
PART_CHARACTERS = 128
# A piece of so many parts goes out: some hundred bytes.
_MOST_PARTS = 16
# Integers up to here are no objects on the heap of a 32-bit board; most need no dearer comparison.
_SMALL = 2**30 - 1
# All but the characters that stand for themselves in a string and are one byte each. One look by a C function
# is what a text costs; a loop over its bytes takes longer on either interpreter.
_SPECIAL = re.compile("[^\\]-~#-[ -!]")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def encode(document: "Any") -> bytes:
    """Return the canonical bytes; CryptoError for what is no JSON value and for floats."""
    if isinstance(document, str):
        return _string(document)
    # Pieces that are joined once: a small board has no room for a copy of a long text at every step.
    parts: "list[bytes]" = []
    _write(parts, document, MAX_DEPTH)
    return b"".join(parts)


def decode(content: bytes) -> "Any":
    """Return the document; CryptoError unless `encode` gives these very bytes for it."""
    # A small board has it in memory only while it reads.
    from firmware.crypto import jsontext

    document = jsontext.parse(content, MAX_DEPTH)
    if not is_encoding(document, content):
        raise CryptoError("JSON that is not in canonical form (RFC 8785)")
    return document


def pieces(document: "Any") -> "Iterator[bytes]":
    """Yield the canonical bytes in pieces, for which a small board finds room where it has none for all of
    them: a piece ends with a member of the object, an item of a member's list, or a part of a long text.
    """
    parts: "list[bytes]" = []
    if not isinstance(document, dict) or not document:
        yield encode(document)
        return
    before = b'{"'
    keys, is_plain = _sorted_keys(document)
    for key in keys:
        member = document[key]
        parts += (before, key.encode() if is_plain else _string(key)[1:-1], b'":')
        before = b',"'
        if isinstance(member, (list, tuple)) and member:
            opening = b"["
            for item in member:
                parts.append(opening)
                _write(parts, item, MAX_DEPTH - 2)
                yield b"".join(parts)
                parts, opening = [], b","
            parts.append(b"]")
        elif not isinstance(member, str):
            _write(parts, member, MAX_DEPTH - 1)
        elif len(member) <= PART_CHARACTERS:
            parts.append(_string(member))
        else:
            parts.append(b'"')
            for start in range(0, len(member), PART_CHARACTERS):
                parts.append(_string(member[start : start + PART_CHARACTERS])[1:-1])
                yield b"".join(parts)
                parts = []
            parts.append(b'"')
        if len(parts) > _MOST_PARTS:
            yield b"".join(parts)
            parts = []
    parts.append(b"}")
    yield b"".join(parts)


def is_encoding(document: "Any", content: "bytes | memoryview") -> bool:
    """Return whether `encode` gives these bytes, without holding them once more."""
    at = 0
    for piece in pieces(document):
        if content[at : at + len(piece)] != piece:
            return False
        at += len(piece)
    return at == len(content)


def _write(parts: "list[bytes]", value: "Any", depth: int) -> None:
    """Add the bytes of a value. What most members are is written without a call of its own."""
    if isinstance(value, str):
        parts.append(_string(value))
        return
    if not isinstance(value, (dict, list, tuple)):
        parts.append(_scalar(value))
        return
    if not depth:
        raise CryptoError("a document nested deeper than %d" % MAX_DEPTH)
    if not value:
        parts.append(b"{}" if isinstance(value, dict) else b"[]")
    elif isinstance(value, dict):
        before = b'{"'
        keys, is_plain = _sorted_keys(value)
        for key in keys:
            member = value[key]
            name = key.encode() if is_plain else _string(key)[1:-1]
            if isinstance(member, str) and not _SPECIAL.search(member):
                parts += (before, name, b'":"', member.encode(), b'"')
            elif isinstance(member, int) and member is not True and member is not False:
                parts += (before, name, b'":', _scalar(member))
            else:
                parts += (before, name, b'":')
                _write(parts, member, depth - 1)
            before = b',"'
        parts.append(b"}")
    else:
        before = b"["
        for item in value:
            if isinstance(item, int):
                parts += (before, _scalar(item))
            else:
                parts.append(before)
                _write(parts, item, depth - 1)
            before = b","
        parts.append(b"]")


def _scalar(value: "Any") -> bytes:
    if value is None:
        return b"null"
    if value is True or value is False:
        return b"true" if value else b"false"
    if isinstance(value, int):
        if not (-_SMALL <= value <= _SMALL or -MAX_INTEGER <= value <= MAX_INTEGER):
            raise CryptoError("an integer beyond 2**53 - 1 has no canonical form; write it as a string")
        return b"%d" % value
    if isinstance(value, Number):
        return _decimal(value)
    raise CryptoError("a %s has no canonical form" % type(value).__name__)


def _sorted_keys(members: "dict[str, Any]") -> "tuple[list[str], bool]":
    """Return the keys in the order of their UTF-16 code units (RFC 8785, 3.2.3), and whether each stands for
    itself.
    """
    try:
        joined = "".join(members)
    except TypeError:
        raise CryptoError("a key that is no string")
    if not _SPECIAL.search(joined):
        return sorted(members), True
    # Code points and UTF-16 disagree only from U+E000 on.
    utf8.encode(joined)
    return sorted(members, key=_utf16), False


def _utf16(text: str) -> "list[int]":
    units = []
    for character in text:
        code = ord(character)
        if code > 0xFFFF:
            units.append(0xD800 + ((code - 0x10000) >> 10))
            code = 0xDC00 + (code & 0x3FF)
        units.append(code)
    return units


def _string(text: str) -> bytes:
    if not _SPECIAL.search(text):
        return b'"%s"' % text.encode()
    content = utf8.encode(text).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    if min(content) < 0x20:
        for code in range(0x20):
            content = content.replace(bytes((code,)), _escape(code))
    return b'"%s"' % content


def _escape(code: int) -> bytes:
    at = b"\b\t\n\f\r".find(bytes((code,)))
    return b"\\u%04x" % code if at < 0 else b"\\" + b"btnfr"[at : at + 1]


def _decimal(number: Number) -> bytes:
    text = str(number)
    too_small = 0 < abs(number.digits) < 10 ** (MIN_PLACES - number.exponent)
    if too_small or abs(number.digits) >= 10**MAX_DIGITS:
        raise CryptoError("the number %s has no plain canonical form; write it as a string" % text)
    return text.encode()
