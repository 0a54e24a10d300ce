"""Holds the reader's task to one event a tap."""

from emulator.simulation.board import Antenna, Field
from firmware.errors import CardError
from firmware.session import events
from firmware.terminal.reader import TAP, Reader
from tests.firmware.terminal.desk import Desk

ALICE = bytes.fromhex("04A1B2C3D4E580")
BOB = bytes.fromhex("11223344")


class Card:
    ats = b""

    def __init__(self, uid):
        self._uid = uid

    def present(self):
        return self._uid


class Config:
    tap_guard_ms = 2000
    card_order = "rfid"


def taps(script, until_ms=60000):
    """Return the UIDs that were told while a script of (at_ms, uid or None) was played on the antenna."""
    desk = Desk()
    antenna = Antenna(desk.kernel)

    async def play():
        for at_ms, uid in script:
            await desk.kernel.sleep_ms(at_ms - desk.kernel.now_ms)
            antenna.put(Card(uid) if uid else None)

    reader = Reader(desk.board(Field(desk.life, antenna)), Config, desk.inbox)
    told = desk.run(play(), reader.run(), until_ms=until_ms)
    return [bytes.fromhex(event[1]["token"]["uid"]) for _at, event in told if event[0] == TAP]


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


class TalkingCard:
    """A card with APDUs that is pulled away at one of them, again and again."""

    ats = bytes.fromhex("067577810280")
    slow_ms = 0

    def present(self):
        return ALICE

    def transmit(self, _command):
        raise OSError(19, "the card was taken away")


def test_a_card_pulled_away_starts_nothing_and_may_be_held_up_again_at_once():
    desk = Desk()
    antenna = Antenna(desk.kernel)

    class Order:
        tap_guard_ms = 2000
        card_order = "emv rfid"

    async def play():
        for at_ms, card in ((100, TalkingCard()), (300, None), (700, TalkingCard()), (900, None)):
            await desk.kernel.sleep_ms(at_ms - desk.kernel.now_ms)
            antenna.put(card)

    reader = Reader(desk.board(Field(desk.life, antenna)), Order, desk.inbox)
    told = [event[1] for _at, event in desk.run(play(), reader.run(), until_ms=5000) if event[0] == TAP]
    assert told == [{"reason": "card_error"}, {"reason": "card_error"}]


class Found:
    def __init__(self, uid, atr=b""):
        self.uid, self.atr = uid, atr


def told_of(card):
    """Return what is told of a card that lies on the reader, or of a wait for one that raises."""
    desk = Desk()

    class Field:
        waits = 0

        async def ready(self):
            pass

        async def wait_card(self):
            self.waits += 1
            if self.waits > 1:
                await desk.kernel.sleep_ms(1000000)
            if isinstance(card, Exception):
                raise card
            return card

        async def wait_removed(self):
            await desk.kernel.sleep_ms(500)

    reader = Reader(desk.board(Field()), Config, desk.inbox)
    return [event[1] for _at, event in desk.run(reader.run(), until_ms=5000) if event[0] == TAP]


def test_several_cards_at_once_start_nothing_and_are_told_once():
    assert told_of(CardError("several cards")) == [{"reason": "several_cards"}]


class Mute:
    """A card that is held badly: it answers nothing."""

    @property
    def uid(self):
        raise OSError(5, "the card does not answer")

    atr = b""


def test_a_card_that_does_not_answer_may_be_held_up_again():
    assert told_of(Mute()) == [{"reason": "card_error"}]


def test_cards_without_a_uid_of_type_a_are_not_known():
    # None of type B over a PN532; FeliCa and ISO/IEC 15693 have 8 bytes (PC/SC part 3, 3.2.2.1.3).
    for uid in (b"", bytes(8), bytes.fromhex("e007000012345678")):
        assert told_of(Found(uid)) == [{"reason": "unknown_card"}]
    assert told_of(Found(bytes.fromhex("08112233"))) == [{"reason": "random_uid"}]
    assert told_of(Found(bytes.fromhex("88112233"))) == [{"reason": "card_error"}]


def test_a_reader_that_goes_away_is_a_fault_until_it_is_back():
    desk = Desk()

    class Broken:
        attempts = 0

        async def ready(self):
            self.attempts += 1
            if self.attempts < 4:
                raise OSError(19, "no such device")

        async def wait_card(self):
            await desk.kernel.sleep_ms(10000)
            return Found(ALICE)

        async def wait_removed(self):
            await desk.kernel.sleep_ms(1000000)

    reader = Reader(desk.board(Broken()), Config, desk.inbox)
    told = desk.run(reader.run(), until_ms=60000)
    assert [event[0] for _at, event in told] == [events.FAULT, events.FAULT_CLEARED, TAP]
    assert "plug it in" in told[0][1][1]["what"]
    # It is back before anybody holds up a card.
    assert [at for at, _event in told] == [0, 3000, 13000]
