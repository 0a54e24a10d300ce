"""Modbus TCP ("Messaging on TCP/IP" V1.0b): the frames of the serial line in another envelope, and out of it.

It does not know connections. The line's checksum is taken off and put back, so that whoever speaks with a
meter need not know what carries it; an answer is known by its transaction.
"""

from ..errors import MeteringError
from . import modbus

CRC_SIZE = 2
# 3.1.3: transaction, protocol (0) and length, two bytes each; the unit that follows is counted as content.
HEADER_SIZE = 6
MOST_CONTENT = 254


class Envelopes:
    """One connection's transactions: a request at a time, and the bytes that come back."""

    __slots__ = ("_received", "_transaction")

    def __init__(self) -> None:
        self._transaction = 0
        self._received = b""

    def wrap(self, request: bytes) -> bytes:
        """Return a frame of the serial line as this connection's next transaction."""
        self._transaction = (self._transaction + 1) & 0xFFFF
        content = request[:-CRC_SIZE]
        return self._transaction.to_bytes(2, "big") + b"\0\0" + len(content).to_bytes(2, "big") + content

    def begin_anew(self) -> None:
        """Forget what came over a connection that is gone."""
        self._received = b""

    def missing(self) -> int:
        """Return how many bytes are still to come of what is coming in; at least 1."""
        if len(self._received) < HEADER_SIZE:
            return HEADER_SIZE - len(self._received)
        return max(1, HEADER_SIZE + self._size() - len(self._received))

    def feed(self, received: bytes) -> "bytes | None":
        """Take bytes; return the answer to the last request as the serial line would bring it, or None.

        Answers to earlier requests, too late, are passed over. Raises MeteringError for no Modbus TCP.
        """
        self._received += received
        while len(self._received) >= HEADER_SIZE:
            size = self._size()
            if self._received[2:4] != b"\0\0" or not 1 <= size <= MOST_CONTENT:
                raise MeteringError("what answers speaks no Modbus TCP; check address and port")
            if len(self._received) < HEADER_SIZE + size:
                return None
            transaction = self._received[0] << 8 | self._received[1]
            content = self._received[HEADER_SIZE : HEADER_SIZE + size]
            self._received = self._received[HEADER_SIZE + size :]
            if transaction == self._transaction:
                return modbus.with_crc(content)
        return None

    def _size(self) -> int:
        return self._received[4] << 8 | self._received[5]
