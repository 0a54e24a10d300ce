"""Uses one port of one board in a process of its own, and prints what came of it, a JSON value a line.

It runs on every interpreter and knows no test; it is started as `-m tests.hal.driver BOARD PORT WORDS…`.
"""

import asyncio
import json
import os
import sys

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms, within_ms
from tests.hal import contract_storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def say(result: "Any") -> None:
    """Print a result; bytes as hex."""
    print(json.dumps(result.hex() if isinstance(result, (bytes, bytearray)) else result))


def part(board: str, name: str) -> "Any":
    """Import one module of a board."""
    return __import__("hal.%s.%s" % (board, name), None, None, ("x",))


def open_storage(board: str, directory: str) -> "Any":
    """Open the storage of a board; an ESP32's lies on LittleFS in memory."""
    module = part(board, "storage")
    return module.open_storage(directory) if board == "linux" else module.Storage(directory)


def mount_littlefs(blocks: int = 64) -> None:
    """Put a LittleFS into memory, mounted at /flash, as the flash of an ESP32 is."""
    import vfs

    block_bytes = 4096

    class Flash:
        def __init__(self):
            self.content = bytearray(blocks * block_bytes)

        def readblocks(self, block, buffer, offset=0):
            at = block * block_bytes + offset
            buffer[:] = self.content[at : at + len(buffer)]

        def writeblocks(self, block, buffer, offset=0):
            at = block * block_bytes + offset
            self.content[at : at + len(buffer)] = buffer

        def ioctl(self, operation, argument):
            return {4: blocks, 5: block_bytes}.get(operation, 0)

    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/flash")


def storage(board: str, directory: str) -> None:
    """Hold a storage against its contract."""
    if board == "esp32":
        mount_littlefs()
    contract_storage.check(open_storage(board, directory))
    say("holds")


def reopened(board: str, directory: str) -> None:
    """Hold the storage of an earlier process against what it left."""
    contract_storage.check_reopened(open_storage(board, directory))
    say("holds")


def twice(board: str, directory: str) -> None:
    """Open a storage twice."""
    first = open_storage(board, directory)
    try:
        open_storage(board, directory)
    except Exception as error:
        say([type(error).__name__, str(error)])
    first.append("still-mine", b"1")


def missing(board: str, directory: str) -> None:
    """Open a storage that cannot be had."""
    try:
        open_storage(board, directory)
    except Exception as error:
        say([type(error).__name__, str(error)])


def overfill(board: str, directory: str, count: str) -> None:
    """Append blobs until one does not fit, and say what is left; then go on with a small one."""
    if board == "esp32":
        mount_littlefs(16)
    blobs = open_storage(board, directory)
    try:
        while True:
            blobs.append("log", b"x" * int(count))
    except OSError as error:
        say(error.errno)
    left = blobs.size("log")
    say([left % int(count), left > 0, blobs.read("log") == b"x" * left])
    try:
        blobs.replace("slot", b"y" * 2 * int(count) * (left // int(count) + 1))
    except OSError as error:
        say(error.errno)
    say(sorted(blobs.names()))


def full(board: str, directory: str) -> None:
    """Fill a storage whose free bytes were limited."""
    blobs = open_storage(board, directory)
    blobs.append("log", b"12345")
    blobs.limit_free_bytes(8)
    blobs.append("log", b"678")
    for verb in (blobs.append, blobs.replace):
        try:
            verb("log", b"123456")
        except OSError as error:
            say(error.errno)
    say([blobs.read("log").decode(), blobs.free_bytes(), sorted(blobs.names())])


def cut(board: str, directory: str, count: str) -> None:
    """Lose power at a write: first two appends, then two replacements."""
    blobs = open_storage(board, directory)
    blobs.replace("slot", b"old slot")
    blobs.cut_at_write(int(count))
    for content in (b"first;", b"second;"):
        blobs.append("log", content)
        say("appended")
    for content in (b"new slot", b"newer slot"):
        blobs.replace("slot", content)
        say("replaced")


def open_whole(board: str, path: str) -> None:
    """Open a whole board by a configuration, and say which ports it has, or what is missing."""
    from firmware import config
    from firmware.crypto import jsontext

    with open(path, "rb") as file:
        settings = config.from_document(jsontext.parse(file.read()))
    try:
        opened = part(board, "board").open_board(settings)
    except Exception as error:
        say([type(error).__name__, str(error)])
        return
    say(sorted([name for name in dir(opened) if not name.startswith("_")]))


async def _transact(bus: "Any", request: bytes, size: int, timeout_ms: int) -> "bytes | bytearray":
    # What lies behind the answer may be anything.
    answer = bytearray(b"\x5a" * size)
    await bus.transact(request, answer, timeout_ms)
    return answer[: bus.received]


async def _bus(board: str, path: str, baud: str, idle_ms: str, requests: "tuple[str, ...]") -> None:
    speed, _, parity = baud.partition("/")
    bus = part(board, "meter_bus").open_meter_bus(path, int(speed), parity or "N", int(idle_ms))
    for words in requests:
        request, size, timeout_ms, pause, cancelled_ms = (words + ",").split(",")[:5]

        await pause_ms(int(pause))
        began_ms = now_ms()
        try:
            asked = _transact(bus, bytes.fromhex(request), int(size), int(timeout_ms))
            answer = await within_ms(asked, int(cancelled_ms or 60000))
            say([answer.hex(), between_ms(began_ms, now_ms())])
        except asyncio.TimeoutError:
            say(["cancelled", between_ms(began_ms, now_ms())])
        except OSError as error:
            say(["OSError", error.errno])


def bus(board: str, path: str, baud: str, idle_ms: str, *requests: str) -> None:
    """Send requests (`hex,response size,time-out,pause before`, and after how long one is cancelled) and say
    answers with their times.
    """
    asyncio.run(_bus(board, path, baud, idle_ms, requests))


def sign(board: str, path: str, digest: str) -> None:
    """Say public key and signature."""

    async def run() -> None:
        try:
            signer = part(board, "signer").open_signer(path)
        except Exception as error:
            say([type(error).__name__, str(error)])
            return
        say(signer.public_key())
        say(await signer.sign(bytes.fromhex(digest)))

    asyncio.run(run())


def rotate(board: str, path: str, digest: str) -> None:
    """Say the key, the one that waits before and after it is made, and what signs after it took its place."""

    async def run() -> None:
        signer = part(board, "signer").open_signer(path)
        say([signer.public_key().hex(), signer.successor(False)])
        made = signer.successor(True)
        say([other.public_key().hex() for other in (made, signer.successor(True), signer.successor(False))])
        signer.adopt()
        again = part(board, "signer").open_signer(path)
        say([again.public_key().hex(), again.successor(False)])
        for one in (made, again):
            say(await one.sign(bytes.fromhex(digest)))

    asyncio.run(run())


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


def clock(board: str) -> None:
    """Let a bench's clock run a tenth of a second, be shifted, unset and set again."""

    async def run() -> None:
        story = part(board, "clock").Clock(1774716000, 0, 600, True)
        ticks, wall = story.ticks_ms(), story.utc_s()
        await story.sleep_ms(60000)
        say([60000 <= story.elapsed_ms(ticks) < 60000 + 600000, 60 <= story.utc_s() - wall < 660])
        before = story.utc_s()
        story.step(-3600)
        say(-3600 <= story.utc_s() - before < -3000)
        story.unset()
        say([story.utc_s(), story.status()])
        story.set_utc(1800000000)
        say([0 <= story.utc_s() - 1800000000 < 600, story.status()])

    asyncio.run(run())


def tasks(board: str) -> None:
    """Wait for events, in time and in vain; a board's own service starts with the first task."""

    async def run() -> None:
        scheduler = part(board, "tasks").Tasks()
        served = []

        async def serve() -> None:
            served.append(True)

        scheduler.serve(serve)
        flag, back = scheduler.event(), scheduler.event()

        async def answer() -> None:
            await flag.wait_ms()
            back.set()

        task = scheduler.spawn(answer())
        say(await flag.wait_ms(20))
        flag.set()
        say([await flag.wait_ms(0), await back.wait_ms(1000), await back.wait_ms()])
        await pause_ms(1)
        say([task.done(), served])
        flag.clear()
        say(await flag.wait_ms(10))
        endless = scheduler.spawn(answer())
        await pause_ms(1)
        endless.cancel()
        await pause_ms(1)
        say(endless.done())

    asyncio.run(run())


def flags(board: str) -> None:
    """Set, clear and cancel around a wait within one turn, in every order, and say how each wait ended."""

    async def run() -> None:
        flag = part(board, "tasks").Tasks().event()
        ended = []

        async def wait(timeout_ms: "int | None") -> None:
            began_ms = now_ms()
            try:
                ended.append(await flag.wait_ms(timeout_ms))
            except asyncio.CancelledError:
                # What it does next is nobody's to shorten.
                await pause_ms(50)
                ended.append(["cancelled", between_ms(began_ms, now_ms()) >= 50])

        async def play(timeout_ms: "int | None", *verbs: str) -> None:
            task = asyncio.create_task(wait(timeout_ms))
            await pause_ms(5)
            for verb in verbs:
                if verb == "pause":
                    await pause_ms(5)
                elif verb == "cancel":
                    task.cancel()
                else:
                    getattr(flag, verb)()
            await pause_ms(100)
            flag.clear()

        for timeout_ms in (60000, None):
            await play(timeout_ms, "set")
            await play(timeout_ms, "set", "cancel")
            await play(timeout_ms, "cancel", "set")
            await play(timeout_ms, "cancel", "pause", "set")
        await play(60000, "set", "clear")
        await play(10, "pause")
        say(ended)

    asyncio.run(run())


def panel(board: str, port: str, directory: str) -> None:
    """Run the ports behind the bench's link, and say what the host brings about."""
    from hal.bench.contactor import Contactor
    from hal.bench.link import Link
    from hal.bench.panel import Panel
    from hal.bench.plug import Plug
    from hal.bench.world import World

    async def run() -> None:
        story = part(board, "clock").Clock(1774716000, 0, 1, True)
        blobs = open_storage(board, directory)
        link = Link("127.0.0.1", int(port))
        relay, screen, pilot = Contactor(link), Panel(link), Plug()
        world = World(pilot, relay, screen, story, blobs)
        link.tell("hello", {"pid": 1})
        asyncio.create_task(link.run(world.obey))
        state = await pilot.wait_change("A")
        say(["plug", state])
        screen.show({"id": "idle", "lines": ["Hold your card here", "0.49 €/kWh"]})
        screen.signal("accepted")
        relay.close()
        while relay.is_closed():
            await pause_ms(5)
        say(["contactor", relay.is_closed()])
        say(["button", await screen.wait_button(), await screen.wait_button()])
        say(["clock", story.utc_s(), story.status()])
        say(["free", blobs.free_bytes()])
        # The host goes away here, and comes back: nothing changes meanwhile.
        say(["plug", await within_ms(pilot.wait_change("C"), 10000), relay.is_closed()])

    asyncio.run(run())


def said(command: str):
    """Say one command, octets in hex or so many times the same ("00ff*9"); return the response."""
    octets, _, times = command.partition("*")
    return (yield bytes.fromhex(octets) * int(times or "1"))


def read_card(board: str, name: str, apdu: str) -> None:
    """Wait for a card twice; say UID, an answer, and that it went."""

    async def run() -> None:
        reader = part(board, "reader").open_reader(name)
        say("ready")
        for _ in range(2):
            card = await reader.wait_card()
            say([card.uid.hex(), (await card.converse(said(apdu))).hex() if apdu else ""])
            await reader.wait_removed()
            say("removed")
            if apdu:
                try:
                    await card.transmit(bytes.fromhex(apdu))
                except OSError:
                    say("gone")

    asyncio.run(run())


if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1], *sys.argv[3:])
