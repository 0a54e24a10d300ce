"""Cards behind a virtual reader: against a scripted reader, and all the way through the real PC/SC daemon."""

import asyncio
import importlib
import os
import socket
import statistics
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

from emulator.bench import pcsc_daemon
from emulator.bench.virtual_reader import VirtualReader
from emulator.errors import BenchError
from emulator.models import cards
from emulator.models.prng import Prng
from firmware.cards import rfid
from tests.pcsc import one_at_a_time, require_daemon

UID = bytes.fromhex("04A1B2C3D4E580")
GET_UID = bytes.fromhex("ffca000000")
EVENT_TIMEOUT_MS = 5000


class ScriptedReader:
    """The daemon's end of the virtual reader: it sends what a test tells it, and nothing else."""

    def __init__(self) -> None:
        self.cards: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self.port = 0

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.cards.put((reader, writer))


def play(story: Callable[[ScriptedReader, VirtualReader], Awaitable[None]]) -> None:
    async def main() -> None:
        scripted = ScriptedReader()
        server = await asyncio.start_server(scripted.accept, "127.0.0.1", 0)
        reader = VirtualReader(server.sockets[0].getsockname()[1])
        try:
            await asyncio.wait_for(story(scripted, reader), 10)
        finally:
            await reader.close()
            server.close()

    asyncio.run(main())


async def ask(card: tuple[asyncio.StreamReader, asyncio.StreamWriter], body: bytes) -> bytes:
    reader, writer = card
    writer.write(len(body).to_bytes(2, "big") + body)
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))


def test_a_card_gives_its_atr_and_answers_commands():
    async def story(scripted: ScriptedReader, reader: VirtualReader) -> None:
        await reader.insert(cards.DesfireCard(UID))
        card = await scripted.cards.get()
        for control in (b"\x00", b"\x01", b"\x02"):  # off, on, reset: no answer
            card[1].write(b"\x00\x01" + control)
        assert await ask(card, b"\x04") == bytes.fromhex("3b8180018080")
        assert await ask(card, GET_UID) == UID + b"\x90\x00"
        assert await ask(card, bytes.fromhex("00a40400023f00")) == bytes.fromhex("6a82")

    play(story)


def test_a_slow_card_takes_its_time_for_a_command_and_none_for_what_the_reader_answers():
    async def story(scripted: ScriptedReader, reader: VirtualReader) -> None:
        slow = cards.DesfireCard(UID)
        slow.slow_ms = 120
        await reader.insert(slow)
        card = await scripted.cards.get()
        took_s = []
        for command in (GET_UID, bytes.fromhex("00a40400023f00")):
            began_s = time.monotonic()
            await ask(card, command)
            took_s.append(time.monotonic() - began_s)
        assert took_s[1] >= 0.12 and took_s[1] - took_s[0] > 0.08

    play(story)


def test_a_card_that_is_taken_out_hangs_up_and_the_next_one_comes():
    async def story(scripted: ScriptedReader, reader: VirtualReader) -> None:
        await reader.insert(cards.DesfireCard(UID))
        first = await scripted.cards.get()
        await reader.remove()
        assert await first[0].read() == b""
        await reader.remove()
        await reader.insert(cards.RfidCard(b"\x01\x02\x03\x04"))
        second = await scripted.cards.get()
        assert await ask(second, GET_UID) == bytes.fromhex("010203049000")

    play(story)


def test_a_bank_card_has_another_uid_at_each_insertion():
    async def story(scripted: ScriptedReader, reader: VirtualReader) -> None:
        card, seen = cards.EmvCard(Prng(1)), []
        for _ in range(2):
            await reader.insert(card)
            seen.append((await ask(await scripted.cards.get(), GET_UID))[:-2])
        assert seen[0] != seen[1]
        assert all(rfid.is_random(uid) for uid in seen)

    play(story)


def test_without_a_reader_the_mend_is_named():
    async def main() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        with pytest.raises(BenchError, match="start pcscd with vsmartcard-vpcd"):
            await VirtualReader(port).insert(cards.DesfireCard(UID))

    asyncio.run(main())


def test_listening_ports_are_seen_without_connecting():
    async def main() -> None:
        called = []
        server = await asyncio.start_server(lambda *_: called.append(1), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert pcsc_daemon.listens(port)
        server.close()
        await server.wait_closed()
        assert not pcsc_daemon.listens(port)
        assert not called

    asyncio.run(main())


def test_a_port_that_a_connection_has_is_waited_for_and_then_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = socket.create_connection(server.getsockname())
        monkeypatch.setattr(pcsc_daemon, "PORTS", (taken.getsockname()[1],))
        with pytest.raises(BenchError, match="is taken by a connection"):
            pcsc_daemon._wait_until_free(0.05)
        # Whoever hangs up last has none to wait for.
        server.accept()[0].close()
        threading.Timer(0.2, taken.close).start()
        pcsc_daemon._wait_until_free(10)


@one_at_a_time
def test_a_daemon_that_was_there_is_left_running():
    with require_daemon():
        with pcsc_daemon.PcscDaemon():
            assert pcsc_daemon.listens(pcsc_daemon.PORT)
        assert pcsc_daemon.listens(pcsc_daemon.PORT)


@one_at_a_time
def test_a_card_is_read_through_the_daemon_without_delayed_acknowledgements():
    smartcard = scard()
    with require_daemon():
        uid, atr, apdu_s, was_removed = asyncio.run(_insert_read_remove(smartcard))
    assert uid == UID + b"\x90\x00"
    assert atr == bytes.fromhex("3b8180018080")
    assert was_removed
    # Without TCP_QUICKACK on the card's side each APDU waits 40 ms for an acknowledgement.
    assert statistics.median(apdu_s) < 0.03


def scard():
    """Return pyscard's plain PC/SC calls; without them skip, or fail where they could be had."""
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        if os.environ.get("CI") == "true" or os.geteuid() == 0:
            pytest.fail("pyscard is not installed: make setup-test builds it", pytrace=False)
        pytest.skip("pyscard is not installed")


async def _insert_read_remove(smartcard) -> tuple[bytes, bytes, list[float], bool]:
    reader = VirtualReader()
    try:
        await reader.insert(cards.DesfireCard(UID))
        read = await asyncio.to_thread(_read, smartcard)
        await reader.remove()
        return (*read, await asyncio.to_thread(_wait_removed, smartcard))
    finally:
        await reader.close()


def _read(smartcard) -> tuple[bytes, bytes, list[float]]:
    context = _right(smartcard, smartcard.SCardEstablishContext(smartcard.SCARD_SCOPE_USER))
    name = _right(smartcard, smartcard.SCardListReaders(context, []))[0]
    state = _wait_change(smartcard, context, name, smartcard.SCARD_STATE_EMPTY)
    card, protocol = _right(
        smartcard,
        smartcard.SCardConnect(context, name, smartcard.SCARD_SHARE_SHARED, smartcard.SCARD_PROTOCOL_ANY),
    )
    header = smartcard.SCARD_PCI_T1 if protocol == smartcard.SCARD_PROTOCOL_T1 else smartcard.SCARD_PCI_T0
    apdu_s = []
    for _ in range(15):
        begun_s = time.monotonic()
        response = _right(smartcard, smartcard.SCardTransmit(card, header, list(GET_UID)))
        apdu_s.append(time.monotonic() - begun_s)
    smartcard.SCardDisconnect(card, smartcard.SCARD_LEAVE_CARD)
    smartcard.SCardReleaseContext(context)
    return bytes(response), bytes(state[2]), apdu_s


def _wait_removed(smartcard) -> bool:
    context = _right(smartcard, smartcard.SCardEstablishContext(smartcard.SCARD_SCOPE_USER))
    name = _right(smartcard, smartcard.SCardListReaders(context, []))[0]
    state = _wait_change(smartcard, context, name, smartcard.SCARD_STATE_PRESENT)
    smartcard.SCardReleaseContext(context)
    return bool(state[1] & smartcard.SCARD_STATE_EMPTY)


def _wait_change(smartcard, context, name, known):
    """Wait until the reader's state is another than the known one and return it."""
    return _right(smartcard, smartcard.SCardGetStatusChange(context, EVENT_TIMEOUT_MS, [(name, known)]))[0]


def _right(smartcard, answer):
    """Return what a PC/SC call gave beside its result code, which has to be success."""
    assert answer[0] == smartcard.SCARD_S_SUCCESS, smartcard.SCardGetErrorMessage(answer[0])
    return answer[1] if len(answer) == 2 else tuple(answer[1:])
