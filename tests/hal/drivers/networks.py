"""Connects over a board's network in a process of its own. It knows no protocol."""

import asyncio
import os

from tests.hal.drivers.telling import part, say


def connect(board: str, host: str, port: str, ca: str, sent: str) -> None:
    """Send over a connection (TLS where a CA is named) and say what came back, or the error."""

    async def run() -> None:
        authority = None
        if ca:
            with open(ca, "rb") as file:
                authority = file.read()
        try:
            stream = await part(board, "networking").open_network().connect(host, int(port), authority, 3000)
            await stream.write(sent.encode(), 500)
            received = b""
            chunk = await stream.read(7, 500)
            while chunk:
                received += chunk
                chunk = await stream.read(7, 500)
            stream.close()
            stream.close()
            say(["received", received.decode()])
        except OSError as error:
            say(["OSError", error.errno])

    asyncio.run(run())


def stall(board: str, host: str, port: str, ca: str) -> None:
    """Send to somebody who reads nothing, say the error, and how many descriptors are left open then."""

    async def run() -> None:
        authority = None
        if ca:
            with open(ca, "rb") as file:
                authority = file.read()
        network = part(board, "networking").open_network()
        before = len(os.listdir("/proc/self/fd"))
        stream = None
        try:
            stream = await network.connect(host, int(port), authority, 1000)
            for _ in range(1000):
                await stream.write(bytes(65536), 500)
        except OSError as error:
            say(["OSError", error.errno])
        if stream:
            stream.close()
        await asyncio.sleep(0.2)
        say(["left open", len(os.listdir("/proc/self/fd")) - before])

    asyncio.run(run())
