"""Proves the HTTP client against good and bad bytes. What is valid follows RFC 9112 and RFC 9110."""

from firmware.errors import UplinkError
from firmware.uplink import http
from tests.portable import raises

OK = b"HTTP/1.1 200 OK\r\n"


def parse(*pieces):
    parser = http.ResponseParser()
    for piece in pieces:
        parser.feed(piece)
    return parser


def refusal(content):
    return str(raises(UplinkError, parse, content))


def test_a_request_is_written_as_the_standard_says():
    assert http.head("POST", "/api/x?a=1", "office.example:8443", [("content-type", "text/plain")], 3) == (
        b"POST /api/x?a=1 HTTP/1.1\r\nhost: office.example:8443\r\ncontent-type: text/plain\r\n"
        b"content-length: 3\r\n\r\n"
    )


def test_a_request_cannot_be_broken_out_of():
    good = ("POST", "/", "host", [("a", "b")], 0)
    for index, bad in (
        (0, "PO ST"),
        (0, ""),
        (1, "/a b"),
        (1, "a"),
        (1, ""),
        (1, "/\r\nx: y"),
        (1, "/\u00e9"),
        (2, "host\r\nx: y"),
        (2, ""),
        (2, "a b"),
        (3, [("a", "b\r\nc: d")]),
        (3, [("a\n", "b")]),
        (3, [("a:", "b")]),
        (3, [("", "b")]),
        (3, [("a", "\u20ac")]),
        (3, [("Content-Length", "7")]),
        (3, [("Transfer-Encoding", "chunked")]),
        (3, [("Host", "other")]),
    ):
        call = list(good)
        call[index] = bad
        raises(UplinkError, http.head, *call)


def test_a_response_of_known_length():
    parser = parse(OK + b"Content-Type: a/b\r\nX-Two: 1\r\nx-two:2\t\r\nContent-Length: 5\r\n\r\nhello")
    headers = {"content-type": "a/b", "x-two": "1, 2", "content-length": "5"}
    assert parser.response == (200, headers, b"hello")
    assert parser.reusable
    parser.finish()


def test_a_chunked_response_with_extensions_and_a_trailer():
    body = b'4;a="b"\r\nWiki\r\n5 \r\npedia\r\n0\r\nX-Sum: 1\r\n\r\n'
    parser = parse(OK + b"Transfer-Encoding: Chunked\r\n\r\n" + body)
    assert parser.response[2] == b"Wikipedia" and parser.reusable


def test_a_response_that_ends_with_the_connection():
    parser = parse(b"HTTP/1.0 200 OK\r\n\r\n", b"hel", b"lo")
    assert parser.response is None
    parser.finish()
    assert parser.response == (200, {}, b"hello") and not parser.reusable


def test_pieces_of_any_size_give_the_same_response():
    for content in (
        OK + b"content-length: 5\r\n\r\nhello",
        b"HTTP/1.1 100 Continue\r\n\r\n"
        + OK
        + b"transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    ):
        for size in range(1, len(content)):
            pieces = [content[start : start + size] for start in range(0, len(content), size)]
            parser = http.ResponseParser()
            for piece in pieces:
                assert parser.response is None
                parser.feed(piece)
            assert parser.response[2] == b"hello", size


def test_interim_responses_are_skipped():
    parser = parse(
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 \r\n\r\n"
        + OK
        + b"content-length: 0\r\n\r\n"
    )
    assert parser.response == (200, {"content-length": "0"}, b"")
    refusal(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")


def test_some_statuses_have_no_body():
    assert parse(b"HTTP/1.1 204 No Content\r\n\r\n").response == (204, {}, b"")
    assert parse(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n").response[2] == b""


def test_whether_the_connection_may_be_used_again():
    empty = b"content-length: 0\r\n\r\n"
    assert parse(OK + empty).reusable
    assert not parse(OK + b"connection: foo, Close\r\n" + empty).reusable
    assert not parse(b"HTTP/1.0 200 OK\r\n" + empty).reusable


def test_what_is_no_response_is_refused():
    for content in (
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"\r\n\r\n" + OK + b"\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"name : x\r\n\r\n",
        OK + b"a: b\r\n folded\r\n\r\n",
        OK + b": x\r\n\r\n",
        OK + b"a: \x00\r\n\r\n",
        OK + b"a: b\nc: d\r\n\r\n",
        OK + b"a: \xe9\r\n\r\n",
    ):
        refusal(content)


def test_lengths_that_disagree_are_refused():
    assert "two lengths" in refusal(OK + b"content-length: 1\r\ncontent-length: 2\r\n\r\n")
    assert parse(OK + b"content-length: 1\r\ncontent-length: 1\r\n\r\nx").response[2] == b"x"
    for lines in (
        b"content-length: 1\r\ntransfer-encoding: chunked",
        b"transfer-encoding: gzip, chunked",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked",
        b"content-length: -1",
        b"content-length: +1",
        b"content-length: 1, 1",
        b"content-length: 0x1",
        b"content-length:",
    ):
        refusal(OK + lines + b"\r\n\r\n")


def test_broken_chunks_are_refused():
    for body in (
        b"x\r\n",
        b"-1\r\n",
        b"0x1\r\n",
        b"\r\n",
        b"1\r\nabc\r\n",
        b"1\r\na\n0\r\n\r\n",
        b"1" * 300,
        b"1;" + b"a" * 300,
    ):
        refusal(OK + b"transfer-encoding: chunked\r\n\r\n" + body)


def test_bytes_after_the_response_are_refused():
    refusal(OK + b"content-length: 1\r\n\r\nab")
    parser = parse(OK + b"content-length: 1\r\n\r\na")
    raises(UplinkError, parser.feed, b"b")


def test_everything_has_a_bound():
    small = http.ResponseParser(64, 10)
    raises(UplinkError, small.feed, OK + b"a: " + b"b" * 64 + b"\r\n\r\n")
    raises(UplinkError, http.ResponseParser(64, 10).feed, b"x" * 65)
    raises(UplinkError, http.ResponseParser(64, 10).feed, OK + b"content-length: 11\r\n\r\n")
    raises(UplinkError, http.ResponseParser(64, 10).feed, OK + b"content-length: " + b"9" * 40 + b"\r\n\r\n")
    raises(UplinkError, http.ResponseParser(64, 10).feed, OK + b"\r\n" + b"x" * 11)
    chunked = http.ResponseParser(64, 10)
    chunked.feed(OK + b"transfer-encoding: chunked\r\n\r\n6\r\nabcdef\r\n")
    raises(UplinkError, chunked.feed, b"5\r\n")
    trailer = http.ResponseParser(64, 10)
    trailer.feed(OK + b"transfer-encoding: chunked\r\n\r\n0\r\n")
    raises(UplinkError, trailer.feed, b"a: b\r\n" * 20)


def test_a_connection_that_ends_early_is_bad_weather():
    for content in (
        b"",
        b"HTTP/1.1 2",
        OK + b"content-length: 2\r\n\r\na",
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n0\r\n",
    ):
        parser = parse(content)
        raises(OSError, parser.finish)
        assert parser.started == (content != b"") and parser.response is None
