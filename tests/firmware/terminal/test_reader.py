"""Holds the reader's task to one event a tap."""

from emulator.simulation.board import Antenna, Field, Life
from emulator.simulation.kernel import Kernel
from firmware.session import events
from firmware.terminal.inbox import Inbox
from firmware.terminal.reader import TAP, Reader

ALICE = bytes.fromhex("04A1B2C3D4E580")
BOB = bytes.fromhex("11223344")


class Card:
    def __init__(self, uid):
        self._uid = uid

    def present(self):
        return self._uid


class Clock:
    def __init__(self, kernel):
        self._kernel = kernel
        self.sleep_ms = kernel.sleep_ms

    def ticks_ms(self):
        return self._kernel.now_ms

    def elapsed_ms(self, since_ms):
        return self._kernel.now_ms - since_ms


class Config:
    tap_guard_ms = 2000


class Board:
    def __init__(self, kernel, reader):
        self.clock = Clock(kernel)
        self.reader = reader


def taps(script, until_ms=60000):
    """Return the UIDs that were told while a script of (at_ms, uid or None) was played on the antenna."""
    kernel = Kernel()
    antenna = Antenna(kernel)
    life = Life(kernel, None, None)
    inbox = Inbox(kernel)
    told = []

    async def play():
        for at_ms, uid in script:
            await kernel.sleep_ms(at_ms - kernel.now_ms)
            antenna.put(Card(uid) if uid else None)

    async def listen():
        while True:
            event = await inbox.take(None)
            if event[0] == TAP:
                told.append(event[1])

    kernel.spawn(listen())
    kernel.spawn(play())
    kernel.spawn(Reader(Board(kernel, Field(life, antenna)), Config, inbox).run())
    kernel.run_until(lambda: kernel.now_ms >= until_ms)
    return told


def test_a_tap_is_one_event():
    assert taps([(100, ALICE), (600, None)]) == [ALICE]


def test_a_card_left_on_the_reader_is_one_event():
    assert taps([(100, ALICE)]) == [ALICE]


def test_a_card_that_bounces_is_one_event():
    assert taps([(100, ALICE), (200, None), (300, ALICE), (500, None), (900, ALICE), (1200, None)]) == [ALICE]


def test_a_second_tap_after_the_guard_counts():
    assert taps([(100, ALICE), (600, None), (2700, ALICE), (3000, None)]) == [ALICE, ALICE]


def test_another_card_needs_no_guard():
    assert taps([(100, ALICE), (600, None), (700, BOB), (900, None)]) == [ALICE, BOB]


def test_a_reader_that_goes_away_is_a_fault_until_it_is_back():
    kernel = Kernel()
    inbox = Inbox(kernel)
    told = []

    class Broken:
        attempts = 0

        async def wait_card(self):
            self.attempts += 1
            if self.attempts < 4:
                raise OSError(19, "no such device")
            return Card2()

        async def wait_removed(self):
            await kernel.sleep_ms(1000000)

    class Card2:
        uid = ALICE

    async def listen():
        while True:
            told.append(await inbox.take(None))

    kernel.spawn(listen())
    kernel.spawn(Reader(Board(kernel, Broken()), Config, inbox).run())
    kernel.run_until(lambda: kernel.now_ms >= 60000)
    assert [event[0] for event in told] == [events.FAULT, events.FAULT_CLEARED, TAP]
    assert "plug it in" in told[0][1]["what"]
