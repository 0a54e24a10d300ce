"""Cards behind the real PC/SC daemon: the card's side of vsmartcard's virtual reader (vpcd), over TCP.

It does not know who asks: the daemon passes on what a terminal sends.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from emulator.errors import BenchError
from emulator.models.cards import Card

Seen = Callable[[str, bytes], None]

HOST = "127.0.0.1"
PORT = 35963

# A message is its length in two bytes and a body: one byte is a control, more are a command APDU.
CONTROL_SIZE = 1
GET_ATR = b"\x04"
# The class of commands that a reader answers by itself (PC/SC part 3, 3.2).
READERS_OWN = 0xFF


class VirtualReader:
    """A reader into which cards are put; the daemon looks for one every 400 ms."""

    def __init__(self, port: int = PORT):
        self._port = port
        self._card: asyncio.Task[None] | None = None
        self._seen: Seen = lambda direction, content: None

    def watch(self, seen: Seen) -> None:
        """Show the commands (`>`) to the card and its responses (`<`)."""
        self._seen = seen

    async def insert(self, card: Card) -> None:
        """Put a card into the reader, in place of the one before. Raises BenchError without a reader."""
        await self.remove()
        try:
            reader, writer = await asyncio.open_connection(HOST, self._port)
        except OSError as error:
            raise BenchError(
                f"no virtual reader listens on port {self._port} ({error}): start pcscd with vsmartcard-vpcd"
            ) from error
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        card.present()
        self._card = asyncio.create_task(_serve(card, reader, writer, self._seen))

    async def remove(self) -> None:
        """Take the card out."""
        if self._card:
            self._card.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._card
            self._card = None

    async def close(self) -> None:
        """Leave the reader empty."""
        await self.remove()


async def _serve(card: Card, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
    """Answer the reader until it hangs up or the card is taken out."""
    try:
        while True:
            body = await _receive(reader, writer)
            if len(body) > CONTROL_SIZE:
                if card.slow_ms and body[0] != READERS_OWN:
                    await asyncio.sleep(card.slow_ms / 1000)
                response = card.transmit(body)
                seen(">", body)
                if response is None:
                    # At such a card a reader hangs.
                    continue
                seen("<", response)
                _send(writer, response)
            elif body == GET_ATR:
                _send(writer, card.atr)
            # Power off, on and reset (0, 1, 2) change nothing in these cards and have no answer.
    except (asyncio.IncompleteReadError, OSError):
        return
    finally:
        writer.close()


async def _receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    size = int.from_bytes(await _exactly(reader, writer, 2), "big")
    return await _exactly(reader, writer, size)


async def _exactly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int) -> bytes:
    received = await reader.readexactly(size)
    # The reader sends length and body apart and holds the body back until the length is acknowledged, for
    # which the kernel takes 40 ms unless it is told otherwise, after each receive anew.
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    return received


def _send(writer: asyncio.StreamWriter, body: bytes) -> None:
    writer.write(len(body).to_bytes(2, "big") + body)
