"""The network port over asyncio streams, for CPython and MicroPython alike.

It does not know HTTP, nor how a board verifies a server: a function that makes the TLS context is handed in.
"""

import asyncio
import errno

from hal.common.waiting import MICROPYTHON, within_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

if MICROPYTHON:

    def hang_up(writer: "Any") -> None:
        """Close what an asyncio writer writes to."""
        # StreamWriter.close() does nothing there; its stream is the socket itself.
        writer.s.close()

else:

    def hang_up(writer: "Any") -> None:
        """Close what an asyncio writer writes to."""
        writer.close()


class Stream:
    """A connection."""

    def __init__(self, reader: "Any", writer: "Any") -> None:
        self._reader = reader
        self._writer = writer
        self._is_open = True

    async def write(self, content: bytes) -> None:
        """Send all of it. Raises OSError."""
        self._need_open()
        try:
            self._writer.write(content)
            await self._writer.drain()
        except ValueError as error:
            raise _distrusted(error)

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Return what is there, 1 to `limit` bytes; empty at the end. Raises OSError(ETIMEDOUT)."""
        self._need_open()
        what = "no answer"
        content: bytes = await _within(self._reader.read(limit), timeout_ms, what)
        return content

    def close(self) -> None:
        """End it; closing twice is fine."""
        if self._is_open:
            self._is_open = False
            hang_up(self._writer)

    def _need_open(self) -> None:
        if not self._is_open:
            raise OSError(errno.ENOTCONN, "the connection is closed")


class Network:
    """Opens connections; with a CA over TLS, by the context that the board makes."""

    def __init__(self, tls_context: "Callable[[bytes], Any]") -> None:
        self._tls_context = tls_context

    async def connect(self, host: str, port: int, ca: "bytes | None", timeout_ms: int) -> Stream:
        """Open a connection; with `ca` (PEM) over TLS, name and chain verified. Raises OSError."""
        what = "no connection to %s:%d" % (host, port)
        reader, writer = await _within(self._open(host, port, ca), timeout_ms, what)
        return Stream(reader, writer)

    async def _open(self, host: str, port: int, ca: "bytes | None") -> "Any":
        if ca is None:
            return await asyncio.open_connection(host, port)
        return await asyncio.open_connection(host, port, ssl=self._tls_context(ca), server_hostname=host)


async def _within(coroutine: "Coroutine[Any, Any, Any]", timeout_ms: int, what: str) -> "Any":
    """Return what the coroutine returns; too late, or a server that is not trusted, is an OSError."""
    try:
        return await within_ms(coroutine, timeout_ms)
    except asyncio.TimeoutError:
        raise OSError(errno.ETIMEDOUT, "%s within %d ms" % (what, timeout_ms))
    except ValueError as error:
        raise _distrusted(error)


def _distrusted(error: ValueError) -> OSError:
    """Return as an OSError what MicroPython's TLS says of a certificate, and CPython's in part."""
    reason = str(error).strip()
    return OSError(errno.ECONNABORTED, "the server is not the one that the CA vouches for (%s)" % reason)
