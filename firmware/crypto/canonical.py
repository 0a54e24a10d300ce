"""Turns a document into the one sequence of bytes that is signed and stored (RFC 8785).

It does not know what is signed. It is narrower than the RFC: numbers are exact decimals, never floats. What
every interpreter's own JSON writer puts down alike goes through it, for it is compiled; all else is written
here.
"""

import json
from collections import OrderedDict

from firmware.crypto import utf8
from firmware.crypto.decimals import Number
from firmware.errors import CryptoError

MAX_DEPTH = 32
# Beyond these a reader with IEEE 754 doubles, which RFC 8785 supposes, would write another number.
MAX_INTEGER = 2**53 - 1
MAX_DIGITS = 15
MIN_PLACES = -6
# A longer text is written in parts of so many bytes.
PART_BYTES = 256
# A piece holds so many members, those of its members counted: some hundred bytes.
_MOST_MEMBERS = 9
# Integers up to here are no objects on the heap of a 32-bit board; most need no dearer comparison.
_SMALL = 2**30 - 1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def encode(document: "Any") -> bytes:
    """Return the canonical bytes; CryptoError for what is no JSON value and for floats."""
    return _encoded(document, MAX_DEPTH)


def in_order(members: "dict[str, Any]", keys: "list[str]") -> bytes:
    """Return the bytes of an object of some members in an order of their own; each is canonical in itself."""
    depth = MAX_DEPTH - 1
    try:
        content = _by_interpreter(_picked(members, keys, depth))
    except (TypeError, ValueError):
        content = b""
    if content:
        return content
    return b"{%s}" % b",".join([_string(key) + b":" + _encoded(members[key], depth) for key in keys])


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
    them: a piece ends with some members of the object, some items of a member's list, or a part of a text.
    """
    if not isinstance(document, dict) or not document:
        yield encode(document)
        return
    before = b"{"
    few: "list[str]" = []
    room = _MOST_MEMBERS
    for key in _sorted_keys(document):
        member = document[key]
        step = 0
        if isinstance(member, str):
            if len(member) > PART_BYTES:
                step = PART_BYTES
        elif isinstance(member, dict):
            room -= len(member)
        elif isinstance(member, (list, tuple)) and member:
            weight = len(member[0]) + 1 if isinstance(member[0], dict) else 1
            step = 1 + _MOST_MEMBERS // weight
            if len(member) < step:
                room -= weight * len(member)
                step = 0
        if not step:
            few.append(key)
            room -= 1
            if room > 0:
                continue
        if few:
            yield before + in_order(document, few)[1:-1]
            before, few, room = b",", [], _MOST_MEMBERS
        if step:
            before += _string(key) + b":"
            for part in _text_parts(member) if isinstance(member, str) else _list_parts(member, step):
                yield before + part
                before = b""
            before = b","
    yield before + in_order(document, few)[1:] if few else b"}"


def _list_parts(items: "Any", step: int) -> "Iterator[bytes]":
    """Yield the bytes of a list, so many of its items at a time."""
    before = b"["
    for start in range(0, len(items), step):
        yield before + _encoded(items[start : start + step], MAX_DEPTH - 1)[1:-1]
        before = b","
    yield b"]"


def _text_parts(text: str) -> "Iterator[bytes]":
    """Yield the bytes of a long text. Cut from bytes, for MicroPython hashes each text that it cuts."""
    content = utf8.encode(text)
    before = b'"'
    for start in range(0, len(content), PART_BYTES):
        yield before + _escaped(content[start : start + PART_BYTES])
        before = b""
    yield b'"'


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
    try:
        content = _by_interpreter(_ordered(value, depth))
    except (TypeError, ValueError):
        content = b""
    if content:
        return content
    parts: "list[bytes]" = []
    _write(parts, value, depth)
    return b"".join(parts)


def _by_interpreter(value: "Any") -> bytes:
    """Return what the interpreter's JSON writer makes of it, empty where another one would differ: in what it
    escapes beyond quotation mark and backslash, and beyond ASCII.
    """
    text = json.dumps(value, separators=(",", ":"))  # portable: what they write unlike is not taken
    content = text.encode()
    return content if len(content) == len(text) and b"\\u" not in content else b""


def _ordered(value: "Any", depth: int) -> "Any":
    """Return a value with members in their order, for the interpreter's writer; TypeError or ValueError for
    one that is none of its business.
    """
    if isinstance(value, dict):
        _check_depth(depth)
        keys = sorted(value)
        # No key is anything but a text.
        "".join(keys)
        return _picked(value, keys, depth - 1)
    if isinstance(value, (list, tuple)):
        _check_depth(depth)
        return [_ordered(item, depth - 1) for item in value]
    if isinstance(value, int):
        if not -_SMALL <= value <= _SMALL:
            _check_integer(value)
        return value
    # To MicroPython a bool is no int.
    if value is not None and not isinstance(value, (str, bool)):
        raise ValueError
    return value


def _picked(members: "dict[str, Any]", keys: "list[str]", depth: int) -> "OrderedDict[str, Any]":
    ordered: "OrderedDict[str, Any]" = OrderedDict()
    # Found once for all: a global name is looked up in up to two tables.
    is_a, limit = isinstance, _SMALL
    for key in keys:
        member = members[key]
        # Most are texts and small numbers, and cost no call.
        if not is_a(member, str) and not (is_a(member, int) and -limit <= member <= limit):
            member = _ordered(member, depth)
        ordered[key] = member
    return ordered


def _check_depth(depth: int) -> None:
    if not depth:
        raise CryptoError("a document nested deeper than %d" % MAX_DEPTH)


def _check_integer(value: int) -> None:
    if not (-_SMALL <= value <= _SMALL or -MAX_INTEGER <= value <= MAX_INTEGER):
        raise CryptoError("an integer beyond 2**53 - 1 has no canonical form; write it as a string")


def _write(parts: "list[bytes]", value: "Any", depth: int) -> None:
    """Add the bytes of any value."""
    if isinstance(value, dict):
        _check_depth(depth)
        before = b"{"
        for key in _sorted_keys(value):
            parts += (before, _string(key), b":")
            _write(parts, value[key], depth - 1)
            before = b","
        parts.append(b"}" if value else b"{}")
    elif isinstance(value, (list, tuple)):
        _check_depth(depth)
        before = b"["
        for item in value:
            parts.append(before)
            _write(parts, item, depth - 1)
            before = b","
        parts.append(b"]" if value else b"[]")
    elif isinstance(value, str):
        parts.append(_string(value))
    else:
        parts.append(_scalar(value))


def _scalar(value: "Any") -> bytes:
    if value is None:
        return b"null"
    if value is True or value is False:
        return b"true" if value else b"false"
    if isinstance(value, int):
        _check_integer(value)
        return b"%d" % value
    if isinstance(value, Number):
        return _decimal(value)
    raise CryptoError("a %s has no canonical form" % type(value).__name__)


def _sorted_keys(members: "dict[str, Any]") -> "list[str]":
    """Return the keys in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    try:
        keys = sorted(members)
        joined = "".join(keys)
    except TypeError:
        raise CryptoError("a key that is no string")
    if len(utf8.encode(joined)) == len(joined):
        return keys
    # Code points and UTF-16 disagree only from U+E000 on.
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
    return b'"%s"' % _escaped(utf8.encode(text))


def _escaped(content: bytes) -> bytes:
    """Return the UTF-8 of a text as it stands between quotation marks."""
    is_plain = not content or min(content) >= 0x20
    content = content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    if not is_plain:
        for code in range(0x20):
            content = content.replace(bytes((code,)), _escape(code))
    return content


def _escape(code: int) -> bytes:
    at = b"\b\t\n\f\r".find(bytes((code,)))
    return b"\\u%04x" % code if at < 0 else b"\\" + b"btnfr"[at : at + 1]


def _decimal(number: Number) -> bytes:
    text = str(number)
    too_small = 0 < abs(number.digits) < 10 ** (MIN_PLACES - number.exponent)
    if too_small or abs(number.digits) >= 10**MAX_DIGITS:
        raise CryptoError("the number %s has no plain canonical form; write it as a string" % text)
    return text.encode()
