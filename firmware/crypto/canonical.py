"""Turns a document into the one sequence of bytes that is signed and stored (RFC 8785).

It does not know what is signed. It is narrower than the RFC: numbers are exact decimals, never floats.
"""

from firmware.crypto import jsontext, utf8
from firmware.errors import CryptoError

MAX_DEPTH = 32
# Beyond these a reader with IEEE 754 doubles, which RFC 8785 supposes, would write another number.
MAX_INTEGER = 2**53 - 1
MAX_DIGITS = 15
MIN_PLACES = -6

_SHORT_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x22: '\\"', 0x5C: "\\\\"}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encode(document: "Any") -> bytes:
    """Return the canonical bytes; CryptoError for what is no JSON value and for floats."""
    parts: "list[bytes]" = []
    _append(parts, document, MAX_DEPTH)
    return b"".join(parts)


def decode(content: bytes) -> "Any":
    """Return the document; CryptoError unless `encode` gives these very bytes for it."""
    document = jsontext.parse(content, MAX_DEPTH)
    if encode(document) != content:
        raise CryptoError("JSON that is not in canonical form (RFC 8785)")
    return document


def _append(parts: "list[bytes]", value: "Any", depth: int) -> None:
    if value is None:
        parts.append(b"null")
    elif value is True or value is False:
        parts.append(b"true" if value else b"false")
    elif isinstance(value, str):
        parts.append(_string(value))
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise CryptoError("an integer beyond 2**53 - 1 has no canonical form; write it as a string")
        parts.append(str(value).encode())
    elif isinstance(value, jsontext.Number):
        parts.append(_decimal(value))
    elif not depth:
        raise CryptoError("a document nested deeper than %d" % MAX_DEPTH)
    elif isinstance(value, dict):
        _append_members(parts, value, depth)
    elif isinstance(value, (list, tuple)):
        separator = b"["
        for item in value:
            parts.append(separator)
            _append(parts, item, depth - 1)
            separator = b","
        parts.append(b"]" if value else b"[]")
    else:
        raise CryptoError("a %s has no canonical form" % type(value).__name__)


def _append_members(parts: "list[bytes]", members: "dict[str, Any]", depth: int) -> None:
    separator = b"{"
    for key in _sorted_keys(members):
        parts.append(separator)
        parts.append(_string(key))
        parts.append(b":")
        _append(parts, members[key], depth - 1)
        separator = b","
    parts.append(b"}" if members else b"{}")


def _sorted_keys(members: "dict[str, Any]") -> "list[str]":
    """Return the keys in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    for key in members:
        if not isinstance(key, str):
            raise CryptoError("a key that is a %s, not a string" % type(key).__name__)
    for key in members:
        # Code points and UTF-16 disagree only from U+E000 on.
        if key and max(key) >= "\ue000":
            return sorted(members, key=_utf16)
    return sorted(members)


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
    if content and (min(content) < 0x20 or b'"' in content or b"\\" in content):
        content = "".join([_escaped(character) for character in text]).encode()
    return b'"%s"' % content


def _escaped(character: str) -> str:
    code = ord(character)
    if code in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[code]
    return "\\u%04x" % code if code < 0x20 else character


def _decimal(number: jsontext.Number) -> bytes:
    text = str(number)
    too_small = 0 < abs(number.digits) < 10 ** (MIN_PLACES - number.exponent)
    if too_small or abs(number.digits) >= 10**MAX_DIGITS:
        raise CryptoError("the number %s has no plain canonical form; write it as a string" % text)
    return text.encode()
