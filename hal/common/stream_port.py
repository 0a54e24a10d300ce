"""A serial port over a byte stream of MicroPython: a UART, or a device file that does not block.

It does not know what the bytes mean, nor how the stream was opened.
"""

import asyncio
import errno

from hal.common.waiting import within_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

READ_BYTES = 256


class StreamPort:
    """A port with `read_now`, `read` and `write`, for one task at a time."""

    def __init__(self, stream: "Any") -> None:
        self._stream = stream
        self._reader = asyncio.StreamReader(stream)

    def read_now(self) -> bytes:
        """Return what has come in. Raises OSError when the stream is gone."""
        return self._checked(self._stream.read(READ_BYTES))

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""
        try:
            return self._checked(await within_ms(self._reader.read(limit), timeout_ms))
        except asyncio.TimeoutError:
            return b""

    def write(self, content: bytes) -> None:
        """Send. Raises OSError when the stream is gone or does not take it."""
        if self._stream.write(content) != len(content):
            raise OSError(errno.EIO, "the port did not take all bytes")

    def _checked(self, content: "bytes | None") -> bytes:
        if content == b"":
            raise OSError(errno.ENODEV, "the port was unplugged")
        return content or b""
