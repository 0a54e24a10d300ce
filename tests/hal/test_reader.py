"""Holds card readers against the port: a PN532 on a serial line, and readers behind the real PC/SC daemon."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest

from emulator.bench.pn532_line import Pn532Line
from emulator.bench.virtual_reader import VirtualReader
from emulator.models import cards
from firmware.cards import apdu
from firmware.errors import BoardError
from hal.linux.reader import open_reader
from tests.hal.seats import ALL, Seat, finish, seats
from tests.hal.wire import Wire
from tests.pcsc import one_at_a_time, require_daemon

UID = bytes.fromhex("04A1B2C3D4E580")
OTHER_UID = bytes.fromhex("FB0EE20B")
# An instruction that the card does not know, and what ISO/IEC 7816-4 has it say.
UNKNOWN_APDU, NOT_SUPPORTED = "00FE000000", "6d00"


async def line_of(process: "subprocess.Popen[str]") -> str:
    """Return the next line that a driver says."""
    assert process.stdout is not None
    return (await asyncio.to_thread(process.stdout.readline)).strip()


@seats(*ALL)
def test_a_pn532_tells_card_answer_and_removal_and_finds_the_next_one(seat: Seat) -> None:
    async def play() -> "subprocess.Popen[str]":
        line = Pn532Line()
        await line.start()
        process = seat.start("readers:read_card", f"pn532:{line.path}", UNKNOWN_APDU)
        assert await line_of(process) == '"ready"'
        for uid in (UID, UID[::-1]):
            await asyncio.sleep(0.15)
            await line.insert(cards.DesfireCard(uid))
            assert json.loads(await line_of(process)) == [uid.hex(), NOT_SUPPORTED]
            await line.remove()
            assert await line_of(process) == '"removed"'
            assert await line_of(process) == '"gone"'
        await asyncio.to_thread(process.wait)
        await line.close()
        return process

    assert finish(asyncio.run(play())) == []


@seats(("cpython", "linux"), ("micropython32", "bench"))
def test_a_pn532_that_hangs_is_woken_and_one_that_is_dead_is_told(seat: Seat) -> None:
    async def play() -> None:
        line = Pn532Line()
        await line.start()
        process = seat.start("readers:read_card", f"pn532:{line.path}", UNKNOWN_APDU)
        assert await line_of(process) == '"ready"'
        for uid in (UID, UID[::-1]):
            line.hang()
            await line.insert(cards.DesfireCard(uid))
            assert json.loads(await line_of(process)) == [uid.hex(), NOT_SUPPORTED]
            line.hang()
            await line.remove()
            assert await line_of(process) == '"removed"'
            assert await line_of(process) == '"gone"'
        await asyncio.to_thread(process.wait)
        dead = seat.start("readers:read_card", f"pn532:{line.path}", UNKNOWN_APDU)
        assert await line_of(dead) == '"ready"'
        line.hang(for_ever=True)
        said, errors = await asyncio.to_thread(dead.communicate, timeout=30)
        assert "the PN532 did not answer" in said + errors
        await line.close()

    asyncio.run(play())


class Echo(cards.DesfireCard):
    """A card that says again whatever it is told."""

    def transmit(self, command: bytes) -> bytes:
        """Say it again, done."""
        return command + b"\x90\x00"


@seats(("cpython", "linux"), ("micropython32", "bench"))
def test_a_pn532_passes_on_in_parts_what_is_longer_than_its_frames(seat: Seat) -> None:
    async def play() -> None:
        line = Pn532Line()
        await line.start()
        process = seat.start("readers:read_card", f"pn532:{line.path}", "0011223344556677*88")
        assert await line_of(process) == '"ready"'
        await line.insert(Echo(UID))
        assert json.loads(await line_of(process)) == [UID.hex(), "0011223344556677" * 88 + "9000"]
        process.terminate()
        await asyncio.to_thread(process.wait)
        await line.close()

    asyncio.run(play())


@seats(("cpython", "linux"), ("micropython32", "bench"))
def test_a_pn532_that_looks_by_itself_is_silent_until_a_card_comes_and_is_woken_where_it_hangs(
    seat: Seat,
) -> None:
    async def play() -> None:
        line = Pn532Line()
        await line.start()
        asked: list[bytes] = []
        line.watch(lambda direction, content: asked.append(content) if direction == ">" else None)
        process = seat.start("readers:read_card", f"pn532-auto:{line.path}", UNKNOWN_APDU)
        assert await line_of(process) == '"ready"'
        await asyncio.sleep(0.5)
        asked.clear()
        await asyncio.sleep(1)
        # Every 600 ms it is asked again, and once for cards of other types; else there would be 20 looks.
        assert len(asked) <= 8, asked
        for uid, hangs in ((UID, False), (UID[::-1], True)):
            if hangs:
                line.hang()
            await line.insert(cards.DesfireCard(uid))
            assert json.loads(await line_of(process)) == [uid.hex(), NOT_SUPPORTED]
            await line.remove()
            assert await line_of(process) == '"removed"'
            assert await line_of(process) == '"gone"'
        await asyncio.to_thread(process.wait)
        await tell_another_type_and_two_cards(seat, line, "pn532-auto")
        await line.close()

    asyncio.run(play())


async def tell_another_type_and_two_cards(seat: Seat, line: Pn532Line, reader: str) -> None:
    """Hold up a card that has no APDUs, then two at once."""
    process = seat.start("readers:read_card", f"{reader}:{line.path}", "")
    assert await line_of(process) == '"ready"'
    await line.insert(cards.FelicaCard(bytes(8)))
    assert json.loads(await line_of(process))[0] == ""
    await line.remove()
    assert await line_of(process) == '"removed"'
    await line.insert(cards.DesfireCard(UID), cards.RfidCard(OTHER_UID))
    said, errors = await asyncio.to_thread(process.communicate, timeout=30)
    assert "several cards are at the reader at once" in said + errors


@seats(*ALL)
def test_a_pn532_tells_two_cards_and_one_of_another_type(seat: Seat) -> None:
    async def play() -> None:
        line = Pn532Line()
        await line.start()
        await tell_another_type_and_two_cards(seat, line, "pn532")
        await line.close()

    asyncio.run(play())


@seats(*ALL)
def test_a_pn532_that_does_not_answer_is_an_os_error_that_names_it(seat: Seat) -> None:
    line = Wire(1, [[]])
    process = seat.start("readers:read_card", f"pn532:{line.path}", "")
    said, errors = process.communicate(timeout=30)
    line.hang_up()
    assert process.returncode == 1
    assert "OSError" in said + errors
    assert "the PN532 did not answer" in said + errors


@pytest.mark.parametrize("name", ["", "pn532", "pn532:", "acr122", "tcp://reader"])
def test_a_reader_that_is_none_is_refused_with_the_forms_that_are(name: str) -> None:
    with pytest.raises(BoardError, match="use pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH"):
        open_reader(name)


def with_virtual_reader(story: Callable[[VirtualReader], Awaitable[None]]) -> None:
    """Play a story with a virtual reader behind the running daemon."""

    async def play() -> None:
        virtual = VirtualReader()
        try:
            await asyncio.wait_for(story(virtual), 30)
        finally:
            await virtual.close()

    with require_daemon():
        asyncio.run(play())


@one_at_a_time
def test_pcsc_tells_card_answer_and_removal_and_finds_the_next_one() -> None:
    async def story(virtual: VirtualReader) -> None:
        reader = open_reader("pcsc:Virtual")
        for uid in (UID, OTHER_UID):
            waiting = asyncio.create_task(reader.wait_card())
            await asyncio.sleep(0.05)
            await virtual.insert(cards.RfidCard(uid))
            card = await waiting
            assert (card.uid, len(card.atr)) == (uid, 20)
            assert await card.transmit(bytes.fromhex("FFCA000000")) == uid + b"\x90\x00"
            assert await card.converse(apdu.get_uid()) == uid
            removing = asyncio.create_task(reader.wait_removed())
            await asyncio.sleep(0.05)
            assert not removing.done()
            await virtual.remove()
            await removing
            with pytest.raises(OSError, match="the card does not answer"):
                await card.transmit(b"\xff\xca\x00\x00\x00")
        reader.close()

    with_virtual_reader(story)


@one_at_a_time
def test_pcsc_sees_a_swap_that_happened_between_two_waits() -> None:
    async def story(virtual: VirtualReader) -> None:
        reader = open_reader("pcsc")
        await virtual.insert(cards.RfidCard(UID))
        assert (await reader.wait_card()).uid == UID
        await virtual.insert(cards.RfidCard(OTHER_UID))
        # The daemon looks every 400 ms, and takes a card away before it finds the next one.
        await asyncio.sleep(2)
        await reader.wait_removed()
        assert (await reader.wait_card()).uid == OTHER_UID
        reader.close()

    with_virtual_reader(story)


@one_at_a_time
def test_pcsc_survives_the_daemon_going_away_and_coming_back() -> None:
    async def story() -> None:
        daemon = stack.enter_context(require_daemon())
        if daemon._process is None:
            pytest.skip("the daemon was running before: end it, and this test may end and start its own")
        reader = open_reader("pcsc")
        waiting = asyncio.create_task(reader.wait_card())
        await asyncio.sleep(0.1)
        daemon.close()
        with pytest.raises(OSError, match="cannot be watched"):
            await asyncio.wait_for(waiting, 10)
        with pytest.raises(OSError, match="no daemon answers"):
            await reader.wait_card()
        with pytest.raises(BoardError, match="no daemon answers; run: apt install pcscd"):
            open_reader("pcsc")
        with require_daemon():
            virtual = VirtualReader()
            waiting = asyncio.create_task(reader.wait_card())
            await asyncio.sleep(0.1)
            await virtual.insert(cards.RfidCard(UID))
            assert (await asyncio.wait_for(waiting, 10)).uid == UID
            await virtual.close()
        reader.close()

    # Whatever becomes of the story, no daemon is left behind.
    with contextlib.ExitStack() as stack:
        asyncio.run(story())


@one_at_a_time
def test_pcsc_without_the_reader_that_was_asked_for_names_those_there_are() -> None:
    with require_daemon(), pytest.raises(BoardError, match="no reader is named 'ACR122U'; there is: Virtual"):
        open_reader("pcsc:ACR122U")


def test_pcsc_without_pyscard_names_extra_and_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    # None among the loaded modules is what Python itself takes for "there is no such module".
    monkeypatch.setitem(sys.modules, "smartcard", None)
    monkeypatch.delitem(sys.modules, "hal.linux.pcsc_reader", raising=False)
    monkeypatch.delattr("hal.linux.pcsc_reader", raising=False)
    with pytest.raises(BoardError, match=r"run: apt install pcscd .* && pip install 'kilotap\[pcsc\]'"):
        open_reader("pcsc")
