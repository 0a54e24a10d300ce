"""Plays a story with a PC/SC daemon of its own, in name spaces of its own, where nobody else's daemon is.

It knows no card. Run it as `unshare --mount --net python -m tests.hal.own_pcscd STORY`; it says its results
as JSON, a line each.
"""

import asyncio
import fcntl
import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from emulator.bench.pcsc_daemon import PcscDaemon
from emulator.bench.virtual_reader import PORT, VirtualReader
from emulator.models import cards
from hal.linux import pcsc_reader
from hal.linux.reader import open_reader

UID, OTHER_UID = bytes.fromhex("04A1B2C3D4E580"), bytes.fromhex("FB0EE20B")
UNKNOWN_APDU = bytes.fromhex("00FE000000")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


def settle() -> None:
    """Make this process's name spaces a place where a daemon can run: an empty /run/pcscd, a loopback."""
    Path("/run/pcscd").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/pcscd"], check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


async def failure(waiting: Any) -> str:
    """Return what a wait raises."""
    try:
        await asyncio.wait_for(waiting, 20)
    except OSError as error:
        return str(error)
    return ""


async def tapped(reader: Any, virtual: VirtualReader, card: cards.Card) -> Any:
    """Put a card in and return what the reader gives."""
    waiting = asyncio.create_task(reader.wait_card())
    await asyncio.sleep(0.05)
    await virtual.insert(card)
    return await asyncio.wait_for(waiting, 20)


async def restarted(kill: bool) -> None:
    """The daemon ends, in order or by a signal that nobody can handle, and is started again."""
    daemon = PcscDaemon()
    reader, virtual = open_reader("pcsc"), VirtualReader()
    say((await tapped(reader, virtual, cards.RfidCard(UID))).uid.hex())
    removing = asyncio.create_task(reader.wait_removed())
    await asyncio.sleep(0.1)
    if kill:
        daemon._process.kill()
        daemon._process.wait()
    daemon.close()
    say(await failure(removing))
    say(await failure(reader.ready()))
    say(await failure(reader.wait_card()))
    await virtual.close()
    with PcscDaemon():
        await reader.ready()
        say((await tapped(reader, virtual, cards.RfidCard(OTHER_UID))).uid.hex())
        await virtual.close()
        await asyncio.wait_for(reader.wait_removed(), 20)


async def replugged() -> None:
    """The reader goes while the daemon stays, as far as anybody behind the daemon sees; then it is back."""
    configuration = Path("/etc/reader.conf.d")
    empty = Path("/run/pcscd/empty")
    empty.mkdir()
    daemon = PcscDaemon()
    reader, virtual = open_reader("pcsc"), VirtualReader()
    waiting = asyncio.create_task(reader.wait_card())
    await asyncio.sleep(0.1)
    daemon.close()
    say(await failure(waiting))
    subprocess.run(["mount", "--bind", str(empty), str(configuration)], check=True)
    bare = subprocess.Popen(["pcscd", "--foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not Path("/run/pcscd/pcscd.comm").exists():
        time.sleep(0.02)
    await asyncio.sleep(0.3)
    say(await failure(reader.ready()))
    bare.terminate()
    bare.wait()
    subprocess.run(["umount", str(configuration)], check=True)
    with PcscDaemon():
        say((await tapped(reader, virtual, cards.RfidCard(UID))).uid.hex())
        await virtual.close()


class Silent(cards.DesfireCard):
    """A card at which a reader hangs: it never answers a command, or not even tells its UID."""

    tells_uid = True

    def transmit(self, command: bytes) -> Any:
        return super().transmit(command) if command[0] == 0xFF and self.tells_uid else None


async def hung() -> None:
    """A reader that hangs in a command, and works again once it is free."""
    pcsc_reader.HANG_S = 0.5
    with PcscDaemon():
        reader, virtual = open_reader("pcsc"), VirtualReader()
        card = await tapped(reader, virtual, Silent(UID))
        began_s = time.monotonic()
        say(await failure(card.transmit(UNKNOWN_APDU)))
        say(time.monotonic() - began_s < 2)
        say(await failure(reader.wait_removed()))
        await virtual.remove()
        await asyncio.sleep(1)
        await reader.ready()
        card = await tapped(reader, virtual, cards.DesfireCard(OTHER_UID + b"\0\0\0"))
        say((await card.transmit(UNKNOWN_APDU)).hex())
        await virtual.remove()
        await asyncio.wait_for(reader.wait_removed(), 20)
        await with_power_anew(reader, virtual)
        await virtual.close()


async def with_power_anew(reader: Any, virtual: VirtualReader) -> None:
    """Let it hang once more, this time as one whose place on USB is known; the virtual one has none."""
    card = await tapped(reader, virtual, Silent(UID))
    reader._watch.channel = (1, 5)
    pcsc_reader.usb_power.power_cycle = lambda bus, address: f"USB device {bus}:{address} was reset"
    say(await failure(card.transmit(UNKNOWN_APDU)))
    await virtual.remove()
    await asyncio.sleep(1)
    silent = Silent(UID)
    silent.tells_uid = False
    waiting = asyncio.create_task(reader.wait_card())
    await asyncio.sleep(0.1)
    await virtual.insert(silent)
    reader._watch.channel = (1, 5)
    say(await failure(waiting))


async def longest_pause(seconds: list[float]) -> None:
    """Keep the longest time for which the event loop did nothing."""
    last_s = time.monotonic()
    while True:
        await asyncio.sleep(0.02)
        seconds[0], last_s = max(seconds[0], time.monotonic() - last_s), time.monotonic()


async def hung_for_long() -> None:
    """A reader that hangs while it is looked for again and again, as the terminal does, and then is free."""
    pcsc_reader.HANG_S = 0.5
    with PcscDaemon():
        reader, virtual = open_reader("pcsc"), VirtualReader()
        paused_s = [0.0]
        beating = asyncio.create_task(longest_pause(paused_s))
        card = await tapped(reader, virtual, Silent(UID))
        say(await failure(card.transmit(UNKNOWN_APDU)))
        say(await failure(reader.ready()))
        for _ in range(3):
            say(await failure(reader.ready()))
        await virtual.remove()
        await asyncio.sleep(1)
        while await failure(reader.ready()):
            await asyncio.sleep(0.1)
        say((await tapped(reader, virtual, cards.DesfireCard(OTHER_UID + b"\0\0\0"))).uid.hex())
        beating.cancel()
        say(paused_s[0])
        await virtual.close()


class Gone(cards.DesfireCard):
    """A card that is pulled away when it is asked something."""

    def transmit(self, command: bytes) -> bytes:
        if command[0] != 0xFF:
            raise OSError("pulled away")
        return super().transmit(command)


async def pulled() -> None:
    """A card that goes in mid-command: a virtual reader's driver calls that a success without an answer."""
    with PcscDaemon():
        reader, virtual = open_reader("pcsc"), VirtualReader()
        card = await tapped(reader, virtual, Gone(UID))
        say(await failure(card.transmit(UNKNOWN_APDU)))
        await asyncio.wait_for(reader.wait_removed(), 20)
        say((await tapped(reader, virtual, cards.RfidCard(OTHER_UID))).uid.hex())
        await virtual.close()


async def mute() -> None:
    """A card that is held badly: the reader sees it and makes nothing of its answer; then it is held well."""
    badly = cards.RfidCard(UID)
    badly.atr = b"\x3b"
    with PcscDaemon():
        reader, virtual = open_reader("pcsc"), VirtualReader()
        card = await tapped(reader, virtual, badly)
        try:
            say(card.uid.hex())
        except OSError as error:
            say(str(error))
        say(await failure(card.transmit(UNKNOWN_APDU)))
        await virtual.remove()
        await asyncio.wait_for(reader.wait_removed(), 20)
        say((await tapped(reader, virtual, cards.RfidCard(UID))).uid.hex())
        await virtual.close()


async def two_readers() -> None:
    """Two readers: one is chosen by its name; without a name it is the first of the daemon's list."""
    with PcscDaemon():
        first, second = VirtualReader(), VirtualReader(PORT + 1)
        say((await tapped(open_reader("pcsc:00 01"), second, cards.RfidCard(OTHER_UID))).uid.hex())
        say((await tapped(open_reader("pcsc"), first, cards.RfidCard(UID))).uid.hex())
        await first.close()
        await second.close()


STORIES = {
    "restarted": lambda: restarted(False),
    "killed": lambda: restarted(True),
    "replugged": replugged,
    "hung": hung,
    "hung_for_long": hung_for_long,
    "pulled": pulled,
    "mute": mute,
    "two_readers": two_readers,
}


if __name__ == "__main__":
    settle()
    asyncio.run(STORIES[sys.argv[1]]())
