"""Holds the HTTP client against CPython's own server, over a real socket."""

import http.server
import socket
import threading

import pytest

from firmware.uplink import http as uplink


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        told = f"{self.path} {self.headers['x-test']} {self.headers['host']} ".encode() + body
        if self.path == "/close":
            self.close_connection = True
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told)
        elif self.path == "/chunked":
            self.send_response_only(100)
            self.end_headers()
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(told), 7):
                chunk = told[start : start + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/missing":
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    def log_message(self, *_):
        """Keep the test quiet."""


@pytest.fixture
def connection():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with socket.create_connection(server.server_address) as stream:
        stream.settimeout(5)
        yield stream
    server.shutdown()
    thread.join()
    server.server_close()


def exchange(stream, path, body, piece_bytes=2048):
    stream.sendall(uplink.head("POST", path, "office.example", [("x-test", "yes")], len(body)) + body)
    parser = uplink.ResponseParser()
    while parser.response is None:
        content = stream.recv(piece_bytes)
        if content:
            parser.feed(content)
        else:
            parser.finish()
    return parser


def test_one_connection_carries_many_requests(connection):
    for path, size in (
        ("/plain", 5),
        ("/chunked", 100),
        ("/plain", 100000),
        ("/chunked", 3000),
        ("/plain", 0),
    ):
        body = b"x" * size
        parser = exchange(connection, path, body)
        status, headers, content = parser.response
        assert status == 200 and parser.reusable
        assert content == f"{path} yes office.example ".encode() + body


def test_one_byte_at_a_time(connection):
    assert exchange(connection, "/chunked", b"abc", 1).response[2].endswith(b"abc")
    assert exchange(connection, "/plain", b"abc", 1).response[2].endswith(b"abc")


def test_a_body_until_the_connection_ends(connection):
    parser = exchange(connection, "/close", b"abc")
    assert parser.response[2].endswith(b"abc") and not parser.reusable


def test_an_error_page_is_a_response(connection):
    parser = exchange(connection, "/missing", b"")
    assert parser.response[0] == 404 and b"404" in parser.response[2]
