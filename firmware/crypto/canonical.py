"""Turns a document into the one sequence of bytes that is signed and stored (RFC 8785).

It does not know what is signed. It is narrower than the RFC: numbers are exact decimals, never floats.
"""

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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def encode(document: "Any") -> bytes:
    """Return the canonical bytes; CryptoError for what is no JSON value and for floats."""
    return _encoded(document, MAX_DEPTH)


def decode(content: bytes) -> "Any":
    """Return the document; CryptoError unless `encode` gives these very bytes for it."""
    # A small board has it in memory only while it reads.
    from firmware.crypto import jsontext

    document = jsontext.parse(content, MAX_DEPTH)
    if not is_encoding(document, content):
        raise CryptoError("JSON that is not in canonical form (RFC 8785)")
    return document


def pieces(document: "Any") -> "Iterator[bytes]":
    """Yield the canonical bytes in pieces: each member of an object, each item of a member's list, and parts
    of a long text. A small board has no room for all of it in one.
    """
    if not isinstance(document, dict) or not document:
        yield encode(document)
        return
    before = b"{"
    for key in _sorted_keys(document):
        member = document[key]
        head = b"".join((before, _string(key), b":"))
        if isinstance(member, (list, tuple)) and len(member) > 1:
            opening = b"["
            for item in member:
                yield b"".join((head, opening, _encoded(item, MAX_DEPTH - 2)))
                head, opening = b"", b","
            yield b"]"
        elif isinstance(member, str) and len(member) > PART_CHARACTERS:
            yield head + b'"'
            for start in range(0, len(member), PART_CHARACTERS):
                yield _string(member[start : start + PART_CHARACTERS])[1:-1]
            yield b'"'
        else:
            yield head + _encoded(member, MAX_DEPTH - 1)
        before = b","
    yield b"}"


def is_encoding(document: "Any", content: "bytes | memoryview") -> bool:
    """Return whether `encode` gives these bytes, without holding them once more."""
    at = 0
    for piece in pieces(document):
        if content[at : at + len(piece)] != piece:
            return False
        at += len(piece)
    return at == len(content)


def _encoded(value: "Any", depth: int) -> bytes:
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return b"null"
    if value is True or value is False:
        return b"true" if value else b"false"
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise CryptoError("an integer beyond 2**53 - 1 has no canonical form; write it as a string")
        return b"%d" % value
    if isinstance(value, Number):
        return _decimal(value)
    if not depth:
        raise CryptoError("a document nested deeper than %d" % MAX_DEPTH)
    # Pieces that are joined once: a small board has no room for a copy of a long text at every step.
    parts: "list[bytes]" = []
    if isinstance(value, dict):
        for key in _sorted_keys(value):
            parts += (b"," if parts else b"{", _string(key), b":", _encoded(value[key], depth - 1))
        parts.append(b"}" if parts else b"{}")
        return b"".join(parts)
    if isinstance(value, (list, tuple)):
        for item in value:
            parts += (b"," if parts else b"[", _encoded(item, depth - 1))
        parts.append(b"]" if parts else b"[]")
        return b"".join(parts)
    raise CryptoError("a %s has no canonical form" % type(value).__name__)


def _sorted_keys(members: "dict[str, Any]") -> "list[str]":
    """Return the keys in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    try:
        joined = "".join(members)
    except TypeError:
        raise CryptoError("a key that is no string")
    # Code points and UTF-16 disagree only from U+E000 on; text of as many bytes as characters is ASCII.
    if len(utf8.encode(joined)) == len(joined) or max(joined) < "\ue000":
        return sorted(members)
    return sorted(members, key=_utf16)


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
    content = utf8.encode(text)
    if b"\\" in content or b'"' in content:
        content = content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    if content and min(content) < 0x20:
        for code in range(0x20):
            content = content.replace(bytes((code,)), _escape(code))
    return b"".join((b'"', content, b'"'))


def _escape(code: int) -> bytes:
    at = b"\b\t\n\f\r".find(bytes((code,)))
    return b"\\u%04x" % code if at < 0 else b"\\" + b"btnfr"[at : at + 1]


def _decimal(number: Number) -> bytes:
    text = str(number)
    too_small = 0 < abs(number.digits) < 10 ** (MIN_PLACES - number.exponent)
    if too_small or abs(number.digits) >= 10**MAX_DIGITS:
        raise CryptoError("the number %s has no plain canonical form; write it as a string" % text)
    return text.encode()
