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
    """One connection's transactions: a request at a time, and the bytes that come back.

    What goes out and what comes in lie in bytes that stay: a small board makes no garbage of them.
    """

    __slots__ = ("_end", "_incoming", "_outgoing", "_transaction")

    def __init__(self) -> None:
        self._transaction = 0
        self._outgoing = bytearray()
        self._incoming = bytearray(HEADER_SIZE + MOST_CONTENT)
        self._end = 0

    def wrap(self, request: bytes) -> bytearray:
        """Return a frame of the serial line as this connection's next transaction, until the next one."""
        self._transaction = (self._transaction + 1) & 0xFFFF
        size = len(request) - CRC_SIZE
        if len(self._outgoing) != HEADER_SIZE + size:
            self._outgoing = bytearray(HEADER_SIZE + size)
        outgoing = self._outgoing
        outgoing[0], outgoing[1] = self._transaction >> 8, self._transaction & 0xFF
        outgoing[4], outgoing[5] = size >> 8, size & 0xFF
        for i in range(size):
            outgoing[HEADER_SIZE + i] = request[i]
        return outgoing

    def begin_anew(self) -> None:
        """Forget what came over a connection that is gone."""
        self._end = 0

    def feed(self, piece: "bytes | bytearray", count: int, answer: bytearray) -> int:
        """Take the first `count` bytes of a piece; return how many of the answer to the last request are
        in `answer` now, 0 while it is not there.

        It is put there as the serial line would bring it, as far as there is room.

        Answers to earlier requests, too late, are passed over. Raises MeteringError for no Modbus TCP.
        """
        size = 0
        for i in range(count):
            self._incoming[self._end] = piece[i]
            self._end += 1
            if self._end == HEADER_SIZE:
                self._check_header()
            elif self._end > HEADER_SIZE and self._end == HEADER_SIZE + self._size():
                size = self._put(answer) or size
                self._end = 0
        return size

    def _check_header(self) -> None:
        incoming = self._incoming
        if incoming[2] or incoming[3] or not 1 <= self._size() <= MOST_CONTENT:
            raise MeteringError("what answers speaks no Modbus TCP")

    def _put(self, answer: bytearray) -> int:
        """Put the content of what came in there, with its checksum; return its size, 0 of another answer."""
        incoming = self._incoming
        if incoming[0] << 8 | incoming[1] != self._transaction:
            return 0
        # The checksum is the line's alone: it takes the place of what came before the content.
        count = self._size()
        for i in range(count):
            incoming[i] = incoming[HEADER_SIZE + i]
        crc = modbus.crc16(incoming, count)
        incoming[count], incoming[count + 1] = crc & 0xFF, crc >> 8
        size = min(count + CRC_SIZE, len(answer))
        for i in range(size):
            answer[i] = incoming[i]
        return size

    def _size(self) -> int:
        return self._incoming[4] << 8 | self._incoming[5]
