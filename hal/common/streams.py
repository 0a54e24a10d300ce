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

    abandon = hang_up

else:

    def hang_up(writer: "Any") -> None:
        """Close what an asyncio writer writes to."""
        writer.close()

    def abandon(writer: "Any") -> None:
        """Close it with what is still to be sent: close() alone would wait for that for ever."""
        writer.transport.abort()


class Stream:
    """A connection."""

    def __init__(self, reader: "Any", writer: "Any") -> None:
        self._reader = reader
        self._writer = writer
        self._is_open = True
        self._is_stuck = False

    async def write(self, content: bytes, timeout_ms: int) -> None:
        """Send all of it. Raises OSError, ETIMEDOUT where the other side takes nothing."""
        self._need_open()
        await self._bounded(self._send(content), timeout_ms, "nothing sent")

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Return what is there, 1 to `limit` bytes; empty at the end. Raises OSError(ETIMEDOUT)."""
        self._need_open()
        content: bytes = await self._bounded(self._reader.read(limit), timeout_ms, "no answer")
        return content

    def close(self) -> None:
        """End it; closing twice is fine."""
        if self._is_open:
            self._is_open = False
            if self._is_stuck:
                abandon(self._writer)
            else:
                hang_up(self._writer)

    async def _send(self, content: bytes) -> None:
        self._writer.write(content)
        await self._writer.drain()

    async def _bounded(self, coroutine: "Coroutine[Any, Any, Any]", timeout_ms: int, what: str) -> "Any":
        """Return what the coroutine returns, or remember that the connection is stuck."""
        self._is_stuck = True
        result = await _within(coroutine, timeout_ms, what)
        self._is_stuck = False
        return result

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
