"""Reads JSON (RFC 8259) strictly and exactly: no duplicate keys, no trailing bytes, and 0.49 stays 0.49.

It does not know what the document means. MicroPython's own reader accepts broken text and turns decimals
into floats.
"""

from firmware.crypto import utf8
from firmware.crypto.decimals import Number as Number  # noqa: PLC0414 - what it reads them as
from firmware.errors import CryptoError

MAX_DIGITS = 30
MAX_EXPONENT = 100

# RFC 8259, 8.1: nobody may put one before JSON, some editors do.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPACE = (0x20, 0x09, 0x0A, 0x0D)
_ESCAPES = {0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9}
_LITERALS = ((b"true", True), (b"false", False), (b"null", None))

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse(content: "bytes | str", max_depth: int = 32, max_bytes: int = 1_000_000) -> "Any":
    """Return the document: dict, list, str, bool, None, int or Number. CryptoError names line and column.

    Integers have at most 30 digits, exponents lie within ±100; nesting and size are bounded by the arguments.
    """
    if isinstance(content, str):
        content = utf8.encode(content)
    if len(content) > max_bytes:
        raise CryptoError("JSON of %d bytes, at most %d are read" % (len(content), max_bytes))
    reader = _Reader(content, max_depth)
    if content[:3] == _BYTE_ORDER_MARK:
        raise reader.fault("a byte order mark (BOM) stands before the text; save it as UTF-8 without one")
    document = reader.document()
    reader.skip_space()
    if reader.position != len(content):
        raise reader.fault("more text after the end of the document")
    return document


class _Reader:
    __slots__ = ("content", "max_depth", "position")

    def __init__(self, content: bytes, max_depth: int) -> None:
        self.content = content
        self.max_depth = max_depth
        self.position = 0

    def fault(self, what: str, position: "int | None" = None) -> CryptoError:
        if position is None:
            position = self.position
        line_start = self.content.rfind(b"\n", 0, position) + 1
        line = self.content.count(b"\n", 0, position) + 1
        return CryptoError("JSON, line %d, column %d: %s" % (line, position - line_start + 1, what))

    def peek(self) -> int:
        """Return the byte at the position, -1 at the end."""
        return self.content[self.position] if self.position < len(self.content) else -1

    def skip_space(self) -> int:
        while self.peek() in _SPACE:
            self.position += 1
        return self.peek()

    def document(self) -> "Any":
        """Read one value; a stack of open containers stands in for recursion, which is short on a board."""
        stack: "list[tuple[Any, Any]]" = []
        container: "Any" = None
        key: "Any" = None
        while True:
            byte = self.skip_space()
            if byte == 0x7B or byte == 0x5B:  # { [
                if len(stack) == self.max_depth:
                    raise self.fault("nested deeper than %d" % self.max_depth)
                self.position += 1
                value: "Any" = {} if byte == 0x7B else []
                if self.skip_space() != byte + 2:
                    stack.append((container, key))
                    container = value
                    key = self.key(container) if byte == 0x7B else None
                    continue
                self.position += 1
            else:
                value = self.scalar(byte)
            while container is not None:
                if self.put(container, key, value):
                    key = self.key(container) if key is not None else None
                    break
                value = container
                container, key = stack.pop()
            if container is None:
                return value

    def put(self, container: "Any", key: "str | None", value: "Any") -> bool:
        """Put a value into its container; return whether another one follows."""
        if key is None:
            container.append(value)
        else:
            container[key] = value
        byte = self.skip_space()
        if byte != 0x2C and byte != (0x5D if key is None else 0x7D):
            raise self.fault("expected , or %s" % ("]" if key is None else "}"))
        self.position += 1
        return byte == 0x2C

    def key(self, container: "dict[str, Any]") -> str:
        if self.skip_space() != 0x22:
            raise self.fault("expected a key in double quotes")
        start = self.position
        key = self.string()
        if key in container:
            raise self.fault("the key %s stands twice" % repr(key), start)
        if self.skip_space() != 0x3A:
            raise self.fault("expected : after a key")
        self.position += 1
        return key

    def scalar(self, byte: int) -> "Any":
        if byte == 0x22:
            return self.string()
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            return self.number()
        for word, value in _LITERALS:
            if self.content[self.position : self.position + len(word)] == word:
                self.position += len(word)
                return value
        raise self.fault("the text ends early" if byte < 0 else "expected a value")

    def string(self) -> str:
        start = self.position + 1
        text = bytearray()
        while True:
            end = self.content.find(b'"', start)
            if end < 0:
                raise self.fault("a string without its closing quote")
            escape = self.content.find(b"\\", start, end)
            stop = end if escape < 0 else escape
            raw = self.plain(start, stop)
            if escape < 0:
                self.position = end + 1
                return (bytes(text) + raw if text else raw).decode()
            start, character = self.escape(escape)
            # Bytes, for a text of many escapes would be as many objects on a small board.
            text += raw
            text += character.encode()

    def plain(self, start: int, stop: int) -> bytes:
        """Return the bytes between two offsets, which hold no escape."""
        raw = self.content[start:stop]
        if raw and min(raw) < 0x20:
            raise self.fault("a control character in a string; write it as an escape", start)
        fault = utf8.fault(raw)
        if fault is not None:
            raise self.fault("bytes that are no UTF-8", start + fault)
        return raw

    def escape(self, position: int) -> "tuple[int, str]":
        """Return (the offset after it, the character) of the escape at an offset."""
        byte = self.content[position + 1]  # There is one: the closing quote at the latest.
        if byte != 0x75:
            if byte not in _ESCAPES:
                raise self.fault("an escape that JSON does not have", position)
            return position + 2, chr(_ESCAPES[byte])
        code = self.code_unit(position)
        position += 6
        if 0xD800 <= code < 0xDC00 and self.content[position : position + 2] == b"\\u":
            low = self.code_unit(position)
            if 0xDC00 <= low < 0xE000:
                return position + 6, chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00)
        if 0xD800 <= code < 0xE000:
            raise self.fault("half of a surrogate pair", position - 6)
        return position, chr(code)

    def code_unit(self, position: int) -> int:
        code = 0
        for byte in self.content[position + 2 : position + 6]:
            digit = b"0123456789abcdef".find(bytes((byte | 0x20 if byte >= 0x41 else byte,)))
            if digit < 0:
                break
            code = code << 4 | digit
        else:
            if position + 6 <= len(self.content):
                return code
        raise self.fault("\\u without four hexadecimal digits", position)

    def digits(self) -> "tuple[int, int]":
        """Return (offset, count) of a run of digits, which is at least one long."""
        start = self.position
        while 0x30 <= self.peek() <= 0x39:
            self.position += 1
        if self.position == start:
            raise self.fault("expected a digit")
        return start, self.position - start

    def number(self) -> "int | Number":
        start = self.position
        negative = self.peek() == 0x2D
        if negative:
            self.position += 1
        whole, count = self.digits()
        if count > 1 and self.content[whole] == 0x30:
            raise self.fault("a number with a leading zero", start)
        text = self.content[whole : self.position]
        exponent = 0
        if self.peek() == 0x2E:
            self.position += 1
            fraction, count = self.digits()
            text += self.content[fraction : self.position]
            exponent = -count
        exponent += self.power()
        if len(text) > MAX_DIGITS or not -MAX_EXPONENT <= exponent <= MAX_EXPONENT:
            raise self.fault("a number of more than %d digits, or too far from one" % MAX_DIGITS, start)
        number = Number(-int(text) if negative else int(text), exponent)
        if number.exponent:
            return number
        if abs(number.digits) >= 10**MAX_DIGITS:
            raise self.fault("a number of more than %d digits" % MAX_DIGITS, start)
        return number.digits

    def power(self) -> int:
        """Read the exponent of a number, 0 where none stands."""
        if self.peek() not in (0x45, 0x65):
            return 0
        self.position += 1
        negative = self.peek() == 0x2D
        if negative or self.peek() == 0x2B:
            self.position += 1
        start, count = self.digits()
        # Leading zeros are allowed here; beyond a few digits only the refusal matters.
        power = int(self.content[start : self.position]) if count <= MAX_DIGITS else 10 * MAX_EXPONENT
        return -power if negative else power
