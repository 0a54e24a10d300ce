"""A meter on a network, by Modbus TCP: a connection that is opened when it is needed.

It does not know what a register means, nor the envelope around the frames: that is firmware/metering/mbap.
"""

import errno

from firmware.errors import BoardError, MeteringError
from firmware.metering.mbap import Envelopes
from hal.common.streams import Network, Stream
from hal.common.ticks import between_ms, now_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEME = "tcp://"
PORT = 502


class TcpBus:
    """The bus port over one connection, which is opened when it is needed."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._network = Network(_no_tls)
        self._stream: "Stream | None" = None
        self._envelopes = Envelopes()

    async def transact(self, request: bytes, response_size: int, timeout_ms: int) -> bytes:
        """Send a request and return what came back, as `ports.MeterBus` says. Raises OSError."""
        began_ms = now_ms()
        enveloped = self._envelopes.wrap(request)
        try:
            if self._stream is None:
                self._envelopes.begin_anew()
                self._stream = await self._network.connect(self._host, self._port, None, timeout_ms)
            await self._stream.write(enveloped, timeout_ms)
            answer = await self._answer(self._stream, began_ms, timeout_ms)
        except OSError as error:
            # A connection that was left in the middle of an answer cannot be gone on with.
            self._close()
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise
        return answer[:response_size]

    async def _answer(self, stream: Stream, began_ms: int, timeout_ms: int) -> bytes:
        """Return the answer to this transaction."""
        while True:
            left_ms = max(1, timeout_ms - between_ms(began_ms, now_ms()))
            received = await stream.read(self._envelopes.missing(), left_ms)
            if not received:
                raise OSError(errno.ECONNRESET, "%s:%d hung up" % (self._host, self._port))
            try:
                answer = self._envelopes.feed(received)
            except MeteringError as error:
                raise OSError(errno.EIO, "%s:%d: %s" % (self._host, self._port, error))
            if answer is not None:
                return answer

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def open_tcp_bus(name: str) -> TcpBus:
    """Return the bus to a meter's address, as tcp://192.0.2.7 or tcp://192.0.2.7:502. Raises BoardError."""
    host, colon, port = name[len(SCHEME) :].partition(":")
    is_port = not colon or port.isdigit() and 0 < int(port) < 0x10000
    if not name.startswith(SCHEME) or not host or not is_port:
        raise BoardError("meter_port: %r is no address; use tcp://HOST or tcp://HOST:PORT" % name)
    return TcpBus(host, int(port) if colon else PORT)


def _no_tls(ca: bytes) -> "Any":
    raise BoardError("meter_port: Modbus TCP has no TLS")
