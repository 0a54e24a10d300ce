"""A serial port over a byte stream of MicroPython: a UART, or a device file that does not block.

It does not know what the bytes mean, nor how the stream was opened.
"""

import errno

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

READ_BYTES = 256
# It is looked again so often: to wait with asyncio's stream and time-out leaves a kilobyte of garbage each
# time, a pause none. Two bytes at 9600 baud take as long.
LOOK_MS = 2
# Of what follows the first piece, so much is taken at a time.
PIECE_BYTES = 64


class StreamPort:
    """The port of `hal.common.rtu_bus`, for one task at a time."""

    def __init__(self, stream: "Any") -> None:
        self._stream = stream
        self._piece = bytearray(PIECE_BYTES)

    def read_now(self) -> bytes:
        """Return what has come in. Raises OSError when the stream is gone."""
        return self._checked(self._stream.read(READ_BYTES))

    def fill(self, content: bytearray, begin: int) -> int:
        """Put what has come in from `begin` on, as far as there is room; return where it ends."""
        if not begin:
            return self._count(self._stream.readinto(content))
        # No view of what is behind `begin` is made, for that would be garbage.
        count = PIECE_BYTES
        while count == PIECE_BYTES and begin < len(content):
            count = self._count(self._stream.readinto(self._piece, len(content) - begin))
            for i in range(count):
                content[begin + i] = self._piece[i]
            begin += count
        return begin

    def wait(self, wanted: int, timeout_ms: int) -> "Coroutine[Any, Any, None]":
        """Wait until it is time to look again."""
        return pause_ms(min(LOOK_MS, timeout_ms))

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""
        began_ms = now_ms()
        while True:
            content = self._checked(self._stream.read(limit))
            if content or between_ms(began_ms, now_ms()) >= timeout_ms:
                return content
            await self.wait(limit, LOOK_MS)

    def write(self, content: bytes) -> None:
        """Send. Raises OSError when the stream is gone or does not take it."""
        if self._stream.write(content) != len(content):
            raise OSError(errno.EIO, "the port did not take all bytes")

    def _count(self, count: "int | None") -> int:
        if count == 0:
            raise OSError(errno.ENODEV, "the port was unplugged")
        return count or 0

    def _checked(self, content: "bytes | None") -> bytes:
        if content == b"":
            raise OSError(errno.ENODEV, "the port was unplugged")
        return content or b""
