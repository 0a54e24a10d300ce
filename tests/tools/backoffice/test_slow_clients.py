"""What becomes of the office when those who call it stop in the middle, over real wires. It knows no page."""

import contextlib
import itertools
import socket
import sqlite3
import sys
import time

import httpx
import pytest

from tests.tools.backoffice.conftest import kilotap, running
from tests.tools.backoffice.terminals import Terminal
from tools.backoffice.serve import THREADS

# The office as it is served, with less patience: a test has not two minutes.
IMPATIENT = """
import sys
from tools.backoffice import worker
worker.HEAD_S, worker.SILENCE_S, worker.REQUEST_S = 2, 2, 4
from tools.__main__ import main
main()
"""

# The office as it is served, killed after so many statements to its database as a file says; 0: never.
MORTAL = """
import os, signal, sys
from django.db.backends.utils import CursorWrapper
left = sys.argv.pop(1)

def dying(execute):
    def run(*words):
        told = execute(*words)
        count = int(open(left).read())
        if count:
            open(left, "w").write(str(count - 1))
        if count == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return told
    return run

CursorWrapper.execute = dying(CursorWrapper.execute)
CursorWrapper.executemany = dying(CursorWrapper.executemany)
from tools.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """Run an office that waits two seconds for a head or a byte, and four for a request."""
    with running(tmp_path_factory.mktemp("hasty"), by=(sys.executable, "-c", IMPATIENT)) as office:
        yield office


NUMBERS = itertools.count(1)


@pytest.fixture
def terminal(hasty):
    """Return a terminal of this test's own, enrolled."""
    number = next(NUMBERS)
    terminal = Terminal(f"KT-{number:04}", scalar=number)
    code = kilotap("enrol", terminal.identity, data=hasty.data).stdout.strip()
    wish = {"code": code, "key": terminal.jwk}
    assert hasty.client.post(f"/api/terminals/{terminal.identity}/enrol", json=wish).status_code == 200
    return terminal


def connected(office, is_tls=True):
    plain = socket.create_connection(("127.0.0.1", httpx.URL(office.url).port), timeout=15)
    return office.trust.wrap_socket(plain, server_hostname="localhost") if is_tls else plain


def head(terminal, length):
    return (
        f"POST /api/terminals/{terminal.identity}/records HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def taken(office, terminal, lines):
    path = f"/api/terminals/{terminal.identity}/records"
    return httpx.post(office.url + path, content="\n".join(lines), verify=office.trust, timeout=30).json()


def read_all(stream):
    """Return what comes until the other side ends it."""
    content = b""
    with contextlib.suppress(OSError):
        while part := stream.recv(4096):
            content += part
    return content


@pytest.mark.parametrize("stage", ["hello", "head", "body"])
def test_those_who_stop_in_the_middle_hold_nobody_up(hasty, terminal, stage):
    lines = terminal.records(3)
    body = "\n".join(lines).encode()
    streams = []
    for _ in range(THREADS + 2):
        stream = connected(hasty, is_tls=stage != "hello")
        begun = {"hello": b"\x16\x03\x01", "head": head(terminal, len(body))[:40]}
        stream.sendall(begun.get(stage) or head(terminal, len(body)) + body[: len(body) // 2])
        streams.append(stream)
    began_s = time.monotonic()
    # Others wait until two rounds of them had their time, and no longer.
    assert taken(hasty, terminal, lines) == {"next_seq": 4}
    assert time.monotonic() - began_s < 20
    for stream in streams:
        with stream:
            answer = read_all(stream)
            assert (b"400 Bad Request" in answer and b"ended early" in answer) or stage != "body"
            assert b"200" not in answer
    assert kilotap("dump", terminal.identity, data=hasty.data).stdout.splitlines() == lines


def test_who_sends_a_byte_now_and_then_is_hung_up_on(hasty, terminal):
    line = terminal.records(1)[0].encode()
    with connected(hasty) as stream, contextlib.suppress(OSError):
        stream.sendall(head(terminal, len(line)))
        began_s = time.monotonic()
        for place in range(len(line)):
            stream.sendall(line[place : place + 1])
            time.sleep(0.2)
            assert time.monotonic() - began_s < 30
        pytest.fail("the office took all of it")
    assert kilotap("dump", terminal.identity, data=hasty.data).stdout == ""


def test_a_body_that_ends_early_stores_nothing(hasty, terminal):
    lines = terminal.records(3)
    body = "\n".join(lines).encode()
    with connected(hasty) as stream:
        # All of it but the last character, and no more to come.
        stream.sendall(head(terminal, len(body)) + body[:-1])
        socket.socket.shutdown(stream, socket.SHUT_WR)
        assert b"200" not in read_all(stream)
    assert kilotap("dump", terminal.identity, data=hasty.data).stdout == ""
    assert taken(hasty, terminal, lines) == {"next_seq": 4}


def test_an_office_that_is_killed_after_any_statement_of_a_batch_has_all_of_it_or_nothing(tmp_path):
    terminal = Terminal()
    lines = terminal.records(3)
    left = tmp_path / "left"
    left.write_text("0")
    with running(tmp_path, by=(sys.executable, "-c", MORTAL, str(left))) as office:
        code = kilotap("enrol", terminal.identity, data=tmp_path).stdout.strip()
        office.client.post("/api/terminals/KT-0001/enrol", json={"code": code, "key": terminal.jwk})
        for statements in itertools.count(1):
            left.write_text(str(statements))
            with contextlib.suppress(httpx.TransportError):
                assert taken(office, terminal, lines) == {"next_seq": 4}
                break
            assert left.read_text() == "0"
            # gunicorn puts another process in the place of each, and the terminal brings them again.
            assert kept(tmp_path) in ([], lines), statements
    # It is asked who the terminal is, the terminal is moved, and its records are stored.
    assert statements > 3
    assert kilotap("dump", "KT-0001", data=tmp_path).stdout.splitlines() == lines


def kept(data):
    """Return the records that an office holds, in their order."""
    with contextlib.closing(sqlite3.connect(data / "office.sqlite3")) as database:
        return [compact for (compact,) in database.execute("SELECT compact FROM records_record ORDER BY seq")]
