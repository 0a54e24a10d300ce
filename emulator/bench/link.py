"""The network between a terminal and its office: a TCP proxy that can be down, slow, lossy, wrong or stuck.

It does not know the protocol that passes through, beyond telling a TLS handshake from what follows it.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable

MODES = ("up", "down", "slow", "loses_answers", "corrupts", "stalls")
CHUNK_BYTES = 16384
SLOW_PAUSE_S = 0.15
SLOW_BYTES = 1024
STALL_LOOK_S = 0.05
TLS_APPLICATION_DATA = 23
# The Finished message of TLS 1.3 is application data too, of at most 69 bytes; a request is always longer.
TLS_FINISHED_BYTES = 100


class Link:
    """A proxy on a free port of loopback; `mode` is one of MODES and may change at any time."""

    def __init__(self, host: str, port: int, seed: int = 1):
        self._target = (host, port)
        self._random = random.Random(seed)
        self._wires: set[_Wire] = set()
        self._guard = threading.Lock()
        self._mode = "up"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="link", daemon=True)
        self._thread.start()

    @property
    def mode(self) -> str:
        """Return how the network is at present."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"no such mode of a link: {mode}")
        self._mode = mode
        if mode == "down":
            self._cut()

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        with self._guard:
            wires = list(self._wires)
        for wire in wires:
            wire.reset()

    def _accept(self) -> None:
        while True:
            try:
                terminal, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            if self._mode == "down":
                _reset(terminal)
                continue
            try:
                office = socket.create_connection(self._target, timeout=5)
            except OSError:
                _reset(terminal)
                continue
            office.settimeout(None)
            corrupts_answers = self._random.random() < 0.5
            wire = _Wire(terminal, office, lambda: self._mode, corrupts_answers, self._forget)
            with self._guard:
                self._wires.add(wire)
            wire.start()

    def _forget(self, wire: "_Wire") -> None:
        with self._guard:
            self._wires.discard(wire)


class _Wire:
    """One connection: a thread each way."""

    def __init__(
        self,
        terminal: socket.socket,
        office: socket.socket,
        mode: Callable[[], str],
        corrupts_answers: bool,
        on_end: Callable[["_Wire"], None],
    ):
        self._terminal = terminal
        self._office = office
        self._mode = mode
        self._corrupts_answers = corrupts_answers
        self._on_end = on_end
        self._watch = _RequestWatch()

    def start(self) -> None:
        for step in (self._to_office, self._to_terminal):
            threading.Thread(target=self._run, args=(step,), name="link wire", daemon=True).start()

    def reset(self) -> None:
        _reset(self._terminal)
        _reset(self._office)
        self._on_end(self)

    def _run(self, step: Callable[[], bool]) -> None:
        try:
            while step():
                pass
        except OSError:
            pass  # One side is gone; the other one follows.
        self.reset()

    def _to_office(self) -> bool:
        content = self._terminal.recv(CHUNK_BYTES)
        while self._mode() == "stalls" and self._terminal.fileno() >= 0:
            # What the terminal sends meanwhile fills the buffers on the way, and then goes nowhere.
            time.sleep(STALL_LOOK_S)
        self._watch.feed(content)
        if self._mode() == "corrupts" and self._watch.has_request and not self._corrupts_answers:
            content = _flip(content)
        return self._pass_on(content, self._office)

    def _to_terminal(self) -> bool:
        content = self._office.recv(CHUNK_BYTES)
        if self._watch.has_request:
            if self._mode() == "loses_answers":
                return False
            if self._mode() == "corrupts" and self._corrupts_answers:
                content = _flip(content)
        return self._pass_on(content, self._terminal)

    def _pass_on(self, content: bytes, target: socket.socket) -> bool:
        if self._mode() != "slow":
            target.sendall(content)
            return bool(content)
        for start in range(0, len(content), SLOW_BYTES):
            time.sleep(SLOW_PAUSE_S)
            target.sendall(content[start : start + SLOW_BYTES])
        return bool(content)


class _RequestWatch:
    """Tells when a request has begun, so that an answer can be lost without the handshake before it."""

    def __init__(self) -> None:
        self.has_request = False
        self._header = b""
        self._skip = 0

    def feed(self, content: bytes) -> None:
        """Walk over the records of the stream (RFC 8446, section 5.1); what is no TLS is a request."""
        while content and not self.has_request:
            if self._skip:
                skipped = min(self._skip, len(content))
                self._skip -= skipped
                content = content[skipped:]
                continue
            wanted = 5 - len(self._header)
            self._header += content[:wanted]
            content = content[wanted:]
            if self._header[0] not in range(20, 24):
                self.has_request = True
            elif len(self._header) == 5:
                kind, size = self._header[0], int.from_bytes(self._header[3:5], "big")
                self.has_request = kind == TLS_APPLICATION_DATA and size > TLS_FINISHED_BYTES
                self._skip, self._header = size, b""


def _flip(content: bytes) -> bytes:
    """Return the bytes with one bit in the middle the other way round."""
    if not content:
        return content
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _reset(connection: socket.socket) -> None:
    """End a connection as a broken network does: with a reset, at once."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # It is gone already.
    connection.close()
