"""A meter on a network, by Modbus TCP ("Messaging on TCP/IP" V1.0b): the line's frames with another envelope.

It does not know what a register means. The checksum of the serial line is taken off and put back, so that
whoever speaks with a meter need not know what carries it.
"""

import errno

from firmware.errors import BoardError
from firmware.metering import modbus
from hal.common.streams import Network, Stream
from hal.common.ticks import between_ms, now_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEME = "tcp://"
PORT = 502
CRC_BYTES = 2
# 3.1.3: transaction, protocol (0) and length, two bytes each; the unit that follows is counted as content.
HEADER_BYTES = 6
MOST_CONTENT = 254


class TcpBus:
    """The bus port over one connection, which is opened when it is needed."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._network = Network(_no_tls)
        self._stream: "Stream | None" = None
        self._transaction = 0

    async def transact(self, request: bytes, response_size: int, timeout_ms: int) -> bytes:
        """Send a request and return what came back, as `ports.MeterBus` says. Raises OSError."""
        began_ms = now_ms()
        self._transaction = (self._transaction + 1) & 0xFFFF
        content = request[:-CRC_BYTES]
        head = self._transaction.to_bytes(2, "big") + b"\0\0" + len(content).to_bytes(2, "big")
        try:
            if self._stream is None:
                self._stream = await self._network.connect(self._host, self._port, None, timeout_ms)
            await self._stream.write(head + content, timeout_ms)
            answer = await self._answer(began_ms, timeout_ms)
        except OSError as error:
            # A connection that was left in the middle of an answer cannot be gone on with.
            self._close()
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise
        return modbus.with_crc(answer)[:response_size]

    async def _answer(self, began_ms: int, timeout_ms: int) -> bytes:
        """Return the answer to this transaction; answers to earlier ones, too late, are passed over."""
        while True:
            head = await self._exactly(HEADER_BYTES, began_ms, timeout_ms)
            count = head[4] << 8 | head[5]
            if head[2:4] != b"\0\0" or not 1 <= count <= MOST_CONTENT:
                raise OSError(errno.EIO, "%s:%d speaks no Modbus TCP" % (self._host, self._port))
            content = await self._exactly(count, began_ms, timeout_ms)
            if head[0] << 8 | head[1] == self._transaction:
                return content

    async def _exactly(self, count: int, began_ms: int, timeout_ms: int) -> bytes:
        content = b""
        stream = self._stream
        while stream is not None and len(content) < count:
            left_ms = max(1, timeout_ms - between_ms(began_ms, now_ms()))
            received = await stream.read(count - len(content), left_ms)
            if not received:
                raise OSError(errno.ECONNRESET, "%s:%d hung up" % (self._host, self._port))
            content += received
        return content

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def open_tcp_bus(name: str) -> TcpBus:
    """Return the bus to a meter's address, as tcp://192.0.2.7 or tcp://192.0.2.7:502. Raises BoardError."""
    host, colon, port = name[len(SCHEME) :].partition(":")
    if not name.startswith(SCHEME) or not host or (colon and not port.isdigit()):
        raise BoardError("meter_port: %r is no address; use tcp://HOST or tcp://HOST:PORT" % name)
    return TcpBus(host, int(port) if colon else PORT)


def _no_tls(ca: bytes) -> "Any":
    raise BoardError("meter_port: Modbus TCP has no TLS")
