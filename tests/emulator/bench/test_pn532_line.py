"""The emulated PN532 over a real serial port, spoken to by the terminal's own dialogues."""

import asyncio
import time
from collections.abc import Callable, Generator

import serial

from emulator.bench.pn532_line import Pn532Line
from emulator.models import cards
from firmware.cards import pn532

DESFIRE = cards.DesfireCard(bytes.fromhex("04A1B2C3D4E580"))
CLASSIC = cards.RfidCard(bytes.fromhex("FB0EE20B"))


def run(port: serial.Serial, dialogue: Generator) -> object:
    """Drive a dialogue over the port and return its result."""
    event = None
    try:
        while True:
            sent, timeout_ms = dialogue.send(event)
            port.timeout = timeout_ms / 1000
            port.write(sent)
            event = hear(port)
    except StopIteration as end:
        return end.value


def hear(port: serial.Serial, *ends: str) -> tuple | None:
    """Return the first event of these kinds, a response or an error where none is named."""
    decoder = pn532.Decoder()
    while True:
        received = port.read(1)
        if not received:
            return None
        for event in decoder.feed(received):
            if event[0] in (ends or ("response", "error")):
                return event


def test_a_slow_card_takes_its_time_for_a_command_and_none_for_a_look() -> None:
    slow = cards.DesfireCard(bytes.fromhex("04A1B2C3D4E580"))
    slow.slow_ms = 120

    def client(port: serial.Serial, hold: Callable) -> list[float]:
        run(port, pn532.wake())
        hold(slow)
        told = []
        for dialogue in (pn532.poll(), pn532.exchange(bytes.fromhex("00a4040007d276000085010100"))):
            began_s = time.monotonic()
            run(port, dialogue)
            told.append(time.monotonic() - began_s)
        return told

    look_s, command_s = play(client)
    assert command_s >= 0.12 and command_s - look_s > 0.08


def play(client: Callable[[serial.Serial, Callable], object]) -> object:
    """Run a blocking client beside the line; it gets the port and a way to hold a card to the reader."""

    async def main() -> object:
        loop = asyncio.get_running_loop()
        line = Pn532Line()
        await line.start()

        def hold(card: cards.Card | None) -> None:
            change = line.insert(card) if card else line.remove()
            asyncio.run_coroutine_threadsafe(change, loop).result(5)

        def in_thread() -> object:
            with serial.Serial(line.path, 115200) as port:
                return client(port, hold)

        try:
            return await asyncio.to_thread(in_thread)
        finally:
            await line.close()

    return asyncio.run(main())


def test_a_reader_is_woken_and_sees_cards_come_and_go():
    def client(port: serial.Serial, hold: Callable) -> list:
        seen = [run(port, pn532.wake()), run(port, pn532.poll())]
        hold(DESFIRE)
        seen += [
            run(port, pn532.poll()).uid,
            run(port, pn532.exchange(bytes.fromhex("00a40400023f00"))),
            run(port, pn532.is_gone()),
        ]
        hold(CLASSIC)
        seen += [run(port, pn532.poll()).uid]
        hold(None)
        return [*seen, run(port, pn532.is_gone())]

    assert play(client) == [
        "1.6",
        None,
        bytes.fromhex("04A1B2C3D4E580"),
        bytes.fromhex("6a82"),
        False,
        bytes.fromhex("FB0EE20B"),
        True,
    ]


def test_a_reader_that_waits_for_ever_answers_when_the_card_comes():
    def client(port: serial.Serial, hold: Callable) -> tuple | None:
        port.timeout = 2
        port.write(pn532.WAKE_UP + pn532.frame(pn532.SAM_CONFIGURATION))
        assert hear(port) == ("response", b"\x15")
        port.write(pn532.frame(pn532.LIST_PASSIVE_TARGET))
        assert hear(port, "ack") == ("ack",)
        hold(CLASSIC)
        return hear(port)

    assert play(client) == ("response", bytes.fromhex("4b010100040804fb0ee20b"))
