"""The one socket between the emulated charger and whoever plays the world: a line of JSON a message.

It does not know what the messages mean. While nobody is there everything stays as it was, and it asks again
each second.
"""

import asyncio
import json

from hal.common.streams import hang_up
from hal.common.tasks import Event
from hal.common.waiting import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

RETRY_MS = 1000


class Link:
    """A connection that comes back by itself; what is lasting is told again, the rest of a gap is lost."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lasting: "dict[str, Any]" = {}
        self._waiting: "list[bytes]" = []
        self._ready = Event()
        self._is_up = False

    def tell(self, kind: str, content: "Any") -> None:
        """Say something that stays true, such as the screen: a host that comes later hears the last of it."""
        self._lasting[kind] = content
        self.mention(kind, content)

    def mention(self, kind: str, content: "Any") -> None:
        """Say something of the moment, such as a sound: a host that is not there never hears it."""
        if self._is_up:
            self._waiting.append(_line(kind, content))
            self._ready.set()

    async def run(self, hear: "Callable[[dict], None]") -> None:
        """Connect, hand over each message that comes, and connect again, for ever."""
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
                await self._converse(reader, writer, hear)
            except OSError:
                pass
            self._is_up = False
            await pause_ms(RETRY_MS)

    async def _converse(self, reader: "Any", writer: "Any", hear: "Callable[[dict], None]") -> None:
        self._waiting = [_line(kind, self._lasting[kind]) for kind in sorted(self._lasting)]
        self._ready.set()
        self._is_up = True
        sender = asyncio.create_task(self._send(writer))
        try:
            line = await reader.readline()
            # A host that died may leave half a line behind.
            while line.endswith(b"\n"):
                hear(json.loads(line))
                line = await reader.readline()
        finally:
            sender.cancel()
            hang_up(writer)

    async def _send(self, writer: "Any") -> None:
        try:
            while True:
                await self._ready.wait_ms()
                self._ready.clear()
                lines, self._waiting = self._waiting, []
                for line in lines:
                    writer.write(line)
                    await writer.drain()
        except OSError:
            # The listening side meets the same end, and starts anew.
            return


def _line(kind: str, content: "Any") -> bytes:
    return (json.dumps({kind: content}) + "\n").encode()
