"""HTTP/1.1 as a client (RFC 9112) without I/O: requests become bytes, bytes become a response.

It does not know sockets, TLS and what is transferred. One request at a time, no redirects, no compression.
"""

import errno

from firmware.errors import UplinkError

MAX_LINE_BYTES = 256

_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HOST = b"-._:[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OWN_HEADERS = ("host", "content-length", "transfer-encoding")

# What the parser waits for.
_HEAD = "the head of a response"
_LENGTH = "a body of known length"
_UNTIL_CLOSE = "a body that ends with the connection"
_CHUNK_SIZE = "the size of a chunk"
_CHUNK = "a chunk"
_CHUNK_END = "the end of a chunk"
_TRAILER = "the trailer"
_DONE = "nothing more"

TYPE_CHECKING = False
if TYPE_CHECKING:
    Headers = dict[str, str]


def head(method: str, path: str, host: str, headers: "list[tuple[str, str]]", body_bytes: int) -> bytes:
    """Return what comes before a request's body; UplinkError for text that would break out of its place."""
    if not _consists_of(method.encode(), _TOKEN) or not _consists_of(host.encode(), _HOST):
        raise UplinkError("a request with the method %r to the host %r cannot be written" % (method, host))
    if not path.startswith("/") or not _is_visible(path.encode(), 0x21):
        raise UplinkError("a request for the path %r cannot be written" % path)
    lines = ["%s %s HTTP/1.1\r\nhost: %s\r\n" % (method, path, host)]
    for name, content in headers:
        if name.lower() in _OWN_HEADERS or not _consists_of(name.encode(), _TOKEN):
            raise UplinkError("a header named %r cannot be written" % name)
        if not _is_visible(content.encode(), 0x20):
            raise UplinkError("the header %s holds a character that HTTP does not allow there" % name)
        lines.append("%s: %s\r\n" % (name, content))
    lines.append("content-length: %d\r\n\r\n" % body_bytes)
    return "".join(lines).encode()


def _consists_of(text: bytes, alphabet: bytes) -> bool:
    # What strips off at both ends is all of it where nothing else is in it.
    return len(text) > 0 and not text.strip(alphabet)


def _is_visible(text: bytes, lowest: int) -> bool:
    return not text or (min(text) >= lowest and max(text) < 0x7F)


class ResponseParser:
    """Makes one response of bytes that come in any pieces, strictly and within bounds.

    `response` is None until it is whole, then (status, {lower-case name: content}, body). `started` tells
    whether anything came, `reusable` whether the connection may carry another request afterwards.
    """

    def __init__(self, max_header_bytes: int = 8192, max_body_bytes: int = 262144) -> None:
        self.response: "tuple[int, Headers, bytes] | None" = None
        self.started = False
        self.reusable = False
        self._max_header_bytes = max_header_bytes
        self._max_body_bytes = max_body_bytes
        self._awaited = _HEAD
        self._buffer = b""
        self._status = 0
        self._headers: "Headers" = {}
        self._body: "list[bytes]" = []
        self._body_bytes = 0
        self._left = 0

    def feed(self, content: bytes) -> None:
        """Take bytes as they come; UplinkError for what is no response or exceeds a bound."""
        self.started = self.started or len(content) > 0
        self._buffer += content
        while self._step():
            pass
        if self._awaited == _DONE and self._buffer:
            raise UplinkError("the office sent more than the response that was asked for")

    def finish(self) -> None:
        """Take the end of the stream. Raises OSError where it comes too early: that is bad weather."""
        if self._awaited == _UNTIL_CLOSE:
            self._done(False)
        elif self._awaited != _DONE:
            raise OSError(errno.ECONNRESET, "the connection ended where %s was expected" % self._awaited)

    def _step(self) -> bool:
        """Take what is next from the buffer; return whether there may be more to take."""
        awaited = self._awaited
        if awaited == _DONE or (not self._buffer and awaited not in (_LENGTH, _CHUNK)):
            return False
        if awaited == _HEAD:
            return self._take_head()
        if awaited == _UNTIL_CLOSE:
            return self._take_body(len(self._buffer))
        if awaited == _LENGTH:
            return self._take_part(_DONE)
        if awaited == _CHUNK:
            return self._take_part(_CHUNK_END)
        return self._take_line(awaited)

    def _take_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end + 4 > self._max_header_bytes or (end < 0 and len(self._buffer) > self._max_header_bytes):
            raise UplinkError("a response whose head exceeds %d bytes" % self._max_header_bytes)
        if end < 0:
            return False
        lines = self._buffer[:end].split(b"\r\n")
        self._buffer = self._buffer[end + 4 :]
        self._status = _status(lines[0])
        self._headers = _headers(lines[1:])
        if self._status == 101:
            raise UplinkError("the office switched protocols without being asked")
        if self._status >= 200:
            self._begin_body(lines[0].startswith(b"HTTP/1.1"))
        return True

    def _begin_body(self, persistent: bool) -> None:
        """Decide how the body ends (RFC 9112, 6.3)."""
        self.reusable = persistent and "close" not in _members(self._headers.get("connection", ""))
        length = self._headers.get("content-length")
        coding = self._headers.get("transfer-encoding")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise UplinkError("a response whose transfer-encoding %r cannot be read" % coding)
            self._awaited = _CHUNK_SIZE
        elif length is not None:
            self._left = self._length(length.encode(), 10)
            self._awaited = _LENGTH
        else:
            self._awaited = _UNTIL_CLOSE
        if self._status in (204, 304):
            self._done(self.reusable)

    def _length(self, digits: bytes, base: int) -> int:
        alphabet = b"0123456789" if base == 10 else b"0123456789abcdefABCDEF"
        if not _consists_of(digits, alphabet):
            raise UplinkError("a response whose length is no number")
        length = int(digits.decode(), base) if len(digits) <= 15 else self._max_body_bytes + 1
        if self._body_bytes + length > self._max_body_bytes:
            raise UplinkError("a response whose body exceeds %d bytes" % self._max_body_bytes)
        return length

    def _take_part(self, after: str) -> bool:
        """Take what there is of a part of known length; then comes what `after` says."""
        size = min(self._left, len(self._buffer))
        self._left -= size
        self._take_body(size)
        if self._left:
            return False
        if after == _DONE:
            self._done(self.reusable)
        else:
            self._awaited = after
        return True

    def _take_body(self, size: int) -> bool:
        self._body_bytes += size
        if self._body_bytes > self._max_body_bytes:
            raise UplinkError("a response whose body exceeds %d bytes" % self._max_body_bytes)
        self._body.append(self._buffer[:size])
        self._buffer = self._buffer[size:]
        return False

    def _take_line(self, awaited: str) -> bool:
        """Take a line of the chunked coding (RFC 9112, 7.1)."""
        end = self._buffer.find(b"\r\n")
        if end > MAX_LINE_BYTES or (end < 0 and len(self._buffer) > MAX_LINE_BYTES + 1):
            raise UplinkError("a chunked response with a line of more than %d bytes" % MAX_LINE_BYTES)
        if end < 0:
            return False
        line = self._buffer[:end]
        self._buffer = self._buffer[end + 2 :]
        if awaited == _CHUNK_SIZE:
            # Extensions mean nothing to anyone.
            self._left = self._length(line.split(b";", 1)[0].rstrip(b" \t"), 16)
            self._awaited = _CHUNK if self._left else _TRAILER
        elif awaited == _CHUNK_END:
            if line:
                raise UplinkError("a chunk of another length than it says")
            self._awaited = _CHUNK_SIZE
        elif line:
            self._max_header_bytes -= len(line)
            if self._max_header_bytes < 0:
                raise UplinkError("a response whose trailer is too long")
        else:
            self._done(self.reusable)
        return True

    def _done(self, reusable: bool) -> None:
        self.reusable = reusable
        self._awaited = _DONE
        self.response = self._status, self._headers, b"".join(self._body)


def _status(line: bytes) -> int:
    """Return the status of a status line (RFC 9112, 4)."""
    digits = line[9:12]
    if line[:9] not in (b"HTTP/1.1 ", b"HTTP/1.0 ") or line[12:13] not in (b" ", b"") or len(digits) != 3:
        raise UplinkError("an answer that is not HTTP/1.1")
    if not _consists_of(digits, b"0123456789") or not 100 <= int(digits) < 600:
        raise UplinkError("an answer with a status that HTTP does not have")
    return int(digits)


def _headers(lines: "list[bytes]") -> "Headers":
    """Return the fields by lower-case name; what comes twice is joined (RFC 9110, 5.3), lengths agree."""
    headers: "Headers" = {}
    for line in lines:
        raw, colon, content = line.partition(b":")
        if not colon or not _consists_of(raw, _TOKEN):
            raise UplinkError("a response with a broken header line")
        content = content.strip(b" \t")
        if not _is_visible(content.replace(b"\t", b" "), 0x20):
            raise UplinkError("a response with a header that is no plain text")
        name, text = raw.decode().lower(), content.decode()
        if name not in headers:
            headers[name] = text
        elif name != "content-length":
            headers[name] += ", " + text
        elif headers[name] != text:
            raise UplinkError("a response with two lengths")
    return headers


def _members(text: str) -> "list[str]":
    return [member.strip().lower() for member in text.split(",")]
