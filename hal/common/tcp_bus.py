"""A meter on a network, by Modbus TCP: a connection that is opened when it is needed.

It does not know what a register means, nor the envelope around the frames: that is firmware/metering/mbap.
"""

import asyncio
import errno
import select
import socket

from firmware.errors import BoardError, MeteringError
from firmware.metering.mbap import Envelopes
from hal.common.master import ANSWERED, Master
from hal.common.stream_port import LOOK_MS
from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import MICROPYTHON, coroutine, pause_ms, within_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

SCHEME = "tcp://"
PORT = 502
# So much is taken at a time: a whole envelope.
PIECE_BYTES = 260

if TYPE_CHECKING or not MICROPYTHON:

    async def addresses(host: str, port: int) -> "list[Any]":
        """Return what `getaddrinfo` says of a host, without stopping the other tasks."""
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    def stream_of(connection: "Any") -> "Any":
        """Return the stream of a connection, whose `readinto` and `write` give None instead of waiting."""
        stream = connection.makefile("rwb", 0)
        # It is the stream's now.
        connection.close()
        return stream

else:

    async def addresses(host, port):
        """Return what `getaddrinfo` says of a host."""
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)

    def stream_of(connection):
        """Return the stream of a connection, whose `readinto` and `write` give None instead of waiting."""
        return connection


class TcpBus(Master):
    """The bus port over one connection, which is opened when it is needed."""

    def __init__(self, host: str, port: int) -> None:
        Master.__init__(self, _Line(host, port))


class _Line:
    """What passes over the connection: `request`, and its `answer`, of which so many bytes were `received`.

    It is looked at again and again: to wait with asyncio's streams leaves a kilobyte of garbage a request.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._stream: "Any" = None
        self._envelopes = Envelopes()
        self._piece = bytearray(PIECE_BYTES)
        self._unsent: "bytes | bytearray" = b""
        self.request = b""
        self.answer = bytearray()
        self.timeout_ms = self.received = 0

    @coroutine
    def exchanges(self) -> "Generator[Any, Any, None]":
        """Yield what has to be waited for, ANSWERED when the answer is there, and so on with each request."""
        while True:
            self.received = 0
            try:
                if self._stream is None or self._unsent:
                    yield from self._connect()
                self._unsent = self._envelopes.wrap(self.request)
                began_ms = now_ms()
                while not self._has_answer() and between_ms(began_ms, now_ms()) < self.timeout_ms:
                    yield from pause_ms(LOOK_MS)
            except OSError as error:
                self._close()
                if error.errno != errno.ETIMEDOUT:
                    raise
            if not self.received:
                # A connection that was left in the middle of an answer, or that nothing comes over.
                self._close()
            yield ANSWERED

    def _has_answer(self) -> bool:
        """Send what is unsent, take what came in, and return whether that is the answer. Raises OSError."""
        if self._unsent:
            count = self._stream.write(self._unsent)
            # To cut nothing off makes garbage, too.
            self._unsent = b"" if count == len(self._unsent) else self._unsent[count or 0 :]
        count = self._stream.readinto(self._piece)
        if count == 0:
            raise OSError(errno.ECONNRESET, "%s:%d hung up" % (self._host, self._port))
        try:
            self.received = self._envelopes.feed(self._piece, count or 0, self.answer)
        except MeteringError as error:
            raise OSError(errno.EIO, str(error))
        return self.received > 0

    async def _connect(self) -> None:
        """Open the connection anew, at the first address that takes it. Raises OSError."""
        self._close()
        why = OSError(errno.ENOENT, "%s has no address" % self._host)
        found = await self._addresses()
        for family, kind, protocol, _name, address in found:
            try:
                self._stream = await self._opened((family, kind, protocol), address, len(found))
                return
            except OSError as error:
                why = error
        raise why

    async def _opened(self, kind: "tuple[Any, ...]", address: "Any", count: int) -> "Any":
        """Return the stream to an address, one of so many that share the time-out. Raises OSError."""
        # A kernel may not know the family.
        connection = socket.socket(*kind)
        is_open = False
        try:
            await self._reach(connection, address, self.timeout_ms // count)
            is_open = True
        finally:
            if not is_open:
                connection.close()
        return stream_of(connection)

    async def _addresses(self) -> "list[Any]":
        try:
            return await within_ms(addresses(self._host, self._port), self.timeout_ms)
        except asyncio.TimeoutError:
            # CPython's is an OSError without a number.
            raise OSError(errno.ETIMEDOUT, "no address of %s" % self._host)

    async def _reach(self, connection: "Any", address: "Any", timeout_ms: int) -> None:
        """Connect within so long. Raises OSError."""
        began_ms = now_ms()
        connection.setblocking(False)
        try:
            connection.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        poller = select.poll()
        poller.register(connection, select.POLLOUT)
        ready = poller.poll(0)
        while not ready:
            if between_ms(began_ms, now_ms()) >= timeout_ms:
                raise OSError(errno.ETIMEDOUT, "no connection to %s:%d" % (self._host, self._port))
            await pause_ms(LOOK_MS)
            ready = poller.poll(0)
        if ready[0][1] & (select.POLLERR | select.POLLHUP):
            # To send nothing says why.
            connection.send(b"")
            raise OSError(errno.ECONNABORTED, "no connection to %s:%d" % (self._host, self._port))

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self._unsent = None, b""
        self._envelopes.begin_anew()


def open_tcp_bus(name: str) -> TcpBus:
    """Return the bus to a meter's address, as tcp://192.0.2.7 or tcp://192.0.2.7:502. Raises BoardError."""
    host, colon, port = name[len(SCHEME) :].partition(":")
    # CPython takes other scripts' digits for digits, too.
    is_number = 0 < len(port) <= 5 and not port.strip("0123456789")
    is_port = not colon or is_number and 0 < int(port) < 0x10000
    if not name.startswith(SCHEME) or not host or not is_port:
        raise BoardError("meter_port: %r is no address; use tcp://HOST or tcp://HOST:PORT" % name)
    return TcpBus(host, int(port) if colon else PORT)
