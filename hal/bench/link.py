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
        self._written = Event()
        self._writer: "Any" = None

    def tell(self, kind: str, content: "Any") -> None:
        """Say something that stays true, such as the screen: a host that comes later hears the last of it."""
        self._lasting[kind] = content
        self.mention(kind, content)

    def mention(self, kind: str, content: "Any") -> None:
        """Say something of the moment, such as a sound: a host that is not there never hears it.

        It is on its way at once: a contactor has to hear before the meter is asked what flowed.
        """
        if self._writer is not None:
            try:
                self._writer.write(_line(kind, content))
            except OSError:
                # The listening side meets the same end, and starts anew.
                pass
            self._written.set()

    async def run(self, hear: "Callable[[dict], None]") -> None:
        """Connect, hand over each message that comes, and connect again, for ever."""
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
                await self._converse(reader, writer, hear)
            except OSError:
                pass
            await pause_ms(RETRY_MS)

    async def _converse(self, reader: "Any", writer: "Any", hear: "Callable[[dict], None]") -> None:
        self._writer = writer
        for kind in sorted(self._lasting):
            self.mention(kind, self._lasting[kind])
        sender = asyncio.create_task(self._drain(writer))
        try:
            line = await reader.readline()
            # A host that died may leave half a line behind.
            while line.endswith(b"\n"):
                hear(json.loads(line))
                line = await reader.readline()
        finally:
            self._writer = None
            sender.cancel()
            hang_up(writer)

    async def _drain(self, writer: "Any") -> None:
        try:
            while True:
                await self._written.wait_ms()
                self._written.clear()
                await writer.drain()
        except OSError:
            # The listening side meets the same end, and starts anew.
            return


def _line(kind: str, content: "Any") -> bytes:
    return (json.dumps({kind: content}) + "\n").encode()
