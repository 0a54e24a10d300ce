"""Holds the meter on a network against the port, with a scripted server.

The bytes are those of "Modbus Messaging on TCP/IP" V1.0b, 3.1.3: transaction, protocol, length, unit.
"""

import asyncio
import contextlib
import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from firmware.errors import BoardError
from firmware.metering import modbus
from hal.common import tcp_bus
from hal.common.tcp_bus import open_tcp_bus
from tests.hal.seats import ALL, Seat, seats

REQUEST = modbus.read_request(1, 4, 0x0034, 2)
CONTENT = bytes.fromhex("010404451C4000")
ANSWER = modbus.with_crc(CONTENT)
SIZE = modbus.response_size(4, 2)


class Server:
    """Answers each connection's requests with the next of the scripted (pause in seconds, bytes)."""

    def __init__(self, *connections: list[tuple[float, bytes]]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.name = "tcp://127.0.0.1:%d" % self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        threading.Thread(target=self._serve, args=(connections,), daemon=True).start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self, connections: tuple[list[tuple[float, bytes]], ...]) -> None:
        for answers in connections:
            client, _ = self._listener.accept()
            with client:
                for pause_s, content in answers:
                    self.heard.append(client.recv(260))
                    time.sleep(pause_s)
                    client.sendall(content)
                if answers and not answers[-1][1]:
                    client.recv(260)


def envelope(transaction: int, content: bytes = CONTENT) -> bytes:
    return transaction.to_bytes(2, "big") + b"\0\0" + len(content).to_bytes(2, "big") + content


def asked(seat: Seat, server: Server, *requests: tuple[int, int]) -> list:
    words = [f"{REQUEST.hex()},{SIZE},{timeout_ms},{pause_ms}" for timeout_ms, pause_ms in requests]
    return [first for first, _ in seat.results("buses:bus", server.name, 9600, 0, *words)]


@seats(*ALL)
def test_answers_come_over_one_connection_and_look_like_the_lines(seat: Seat) -> None:
    with Server([(0, envelope(1)), (0.02, envelope(2))]) as server:
        assert asked(seat, server, (500, 0), (500, 0)) == [ANSWER.hex()] * 2
        assert server.heard == [envelope(1, REQUEST[:-2]), envelope(2, REQUEST[:-2])]


@seats(*ALL)
def test_an_answer_to_an_earlier_question_is_passed_over(seat: Seat) -> None:
    late = envelope(9, bytes.fromhex("01040400000000"))
    with Server([(0, late + envelope(1)[:9]), (0, b"")]) as server:
        # The rest of the answer never comes, so the time passes.
        assert asked(seat, server, (300, 0)) == [""]
    with Server([(0, late + envelope(1))]) as server:
        assert asked(seat, server, (500, 0)) == [ANSWER.hex()]


@seats(*ALL)
def test_silence_and_a_hang_up_lead_to_a_new_connection(seat: Seat) -> None:
    with Server([(0, b"")], [(0, envelope(2))], [(0, envelope(4))]) as server:
        said = asked(seat, server, (200, 0), (500, 0), (500, 100), (500, 0))
        assert said == ["", ANSWER.hex(), "OSError", ANSWER.hex()]


@seats(*ALL)
def test_what_speaks_another_protocol_is_an_os_error(seat: Seat) -> None:
    with Server([(0, b"HTTP/1.1 400 Bad Request\r\n\r\n")]) as server:
        assert asked(seat, server, (500, 0)) == ["OSError"]


@seats(*ALL)
def test_a_request_that_was_cancelled_leaves_the_connection_to_the_next_one(seat: Seat) -> None:
    late = bytes.fromhex("01040400000000")
    with Server([(0.2, envelope(1, late)), (0, envelope(2))]) as server:
        words = [f"{REQUEST.hex()},{SIZE},2000,0,50", f"{REQUEST.hex()},{SIZE},2000,0"]
        said = seat.results("buses:bus", server.name, 9600, 0, *words)
        assert [first for first, _ in said] == ["cancelled", ANSWER.hex()]


@seats(*ALL)
def test_nobody_at_the_address_is_an_os_error_that_says_why(seat: Seat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        name = "tcp://127.0.0.1:%d" % nobody.getsockname()[1]
    said = seat.results("buses:bus", name, 9600, 0, *[f"{REQUEST.hex()},{SIZE},500,0"] * 2)
    assert said == [["OSError", errno.ECONNREFUSED]] * 2


@contextlib.contextmanager
def not_taking() -> Iterator[tuple[str, int]]:
    """Give an address that says nothing to whoever connects."""
    with socket.socket() as listener, contextlib.ExitStack() as full:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # Linux drops whoever wants to be one more than the queue holds.
        for _ in range(2):
            waiting = full.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()


@seats(*ALL)
def test_a_connection_that_is_not_taken_is_silence_within_the_time_out(seat: Seat) -> None:
    with not_taking() as address:
        name = "tcp://127.0.0.1:%d" % address[1]
        ((answer, took_ms),) = seat.results("buses:bus", name, 9600, 0, f"{REQUEST.hex()},{SIZE},200,0")
        assert answer == ""
        assert 200 <= took_ms < 1000


def test_an_address_that_leads_nowhere_leaves_time_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def addresses(host: str, port: int) -> list[Any]:
        return [(family, socket.SOCK_STREAM, 0, "", address) for family, address in found]

    async def ask() -> bytes:
        bus, answer = open_tcp_bus("tcp://meter.example"), bytearray(SIZE)
        await bus.transact(REQUEST, answer, 600)
        return bytes(answer[: bus.received])

    monkeypatch.setattr(tcp_bus, "addresses", addresses)
    with Server([(0, envelope(1))], [(0, envelope(1))]) as server, not_taking() as silent:
        good = socket.AF_INET, ("127.0.0.1", int(server.name.rpartition(":")[2]))
        # A family that the kernel does not know, as IPv6 may be, and a network that nothing comes back from.
        for bad in ((socket.AF_UNSPEC, ("::1", 502)), (socket.AF_INET, silent)):
            found = [bad, good]
            assert asyncio.run(ask()) == ANSWER, bad


def test_connections_that_failed_leave_nothing_open() -> None:
    async def ask(name: str) -> None:
        bus = open_tcp_bus(name)
        for _ in range(3):
            with contextlib.suppress(OSError):
                await bus.transact(REQUEST, bytearray(SIZE), 100)

    with Server([(0, b"HTTP/1.1")], [(0, b"")]) as server:
        before = len(os.listdir("/proc/self/fd"))
        asyncio.run(ask(server.name))
    asyncio.run(ask(server.name))
    # The listener is closed, and the connections that the server has taken are.
    deadline_s = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) >= before and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert len(os.listdir("/proc/self/fd")) < before


@pytest.mark.parametrize("name", ["tcp://", "tcp://:502", "tcp://meter:x", "udp://meter"])
def test_an_address_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BoardError, match="use tcp://HOST or tcp://HOST:PORT"):
        open_tcp_bus(name)
