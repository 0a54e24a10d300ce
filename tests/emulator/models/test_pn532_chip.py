"""The emulated PN532 under the terminal's own dialogues, and where it has to refuse."""

from emulator.models import cards
from emulator.models.pn532_chip import Pn532Chip
from emulator.models.prng import Prng
from firmware.cards import pn532
from firmware.errors import CardError
from tests.portable import raises


def run(chip, dialogue):
    """Drive a dialogue against the chip and return its result."""
    event = None
    try:
        while True:
            sent, _ = dialogue.send(event)
            events = pn532.Decoder().feed(chip.feed(sent))
            answers = [heard for heard in events if heard != ("ack",)]
            assert len(answers) <= 1
            event = answers[0] if answers else None
    except StopIteration as end:
        return end.value


def awake():
    chip = Pn532Chip()
    assert run(chip, pn532.wake()) == "1.6"
    return chip


def test_it_sleeps_until_it_is_woken():
    chip = Pn532Chip()
    raises(CardError, run, chip, pn532.poll())
    assert run(chip, pn532.wake()) == "1.6"
    assert run(chip, pn532.poll()) is None


def test_it_looks_by_itself_until_a_card_comes_or_it_has_looked_often_enough():
    chip = awake()
    asked = pn532.frame(pn532.AUTO_POLL)
    answers = lambda sent: [event for event in pn532.Decoder().feed(sent) if event != ("ack",)]  # noqa: E731
    assert answers(chip.feed(asked)) == [] and chip.patience_ms == 600
    assert answers(chip.give_up()) == [("response", bytes.fromhex("6100"))] and chip.give_up() == b""
    chip.feed(asked)
    came = answers(chip.field(cards.DesfireCard(bytes.fromhex("04a1b2c3d4e580"))))
    assert came == [
        ("response", bytes.fromhex("61012012" + "0103442007" + "04a1b2c3d4e580" + "067577810280"))
    ]
    # It is selected: commands reach it. An ACK ends the waiting.
    assert run(chip, pn532.exchange(bytes.fromhex("00a4040000"))) == bytes.fromhex("6a82")
    assert run(chip, pn532.auto_poll()).uid.hex() == "04a1b2c3d4e580"
    chip.field(cards.RfidCard(bytes.fromhex("fb0ee20b")), cards.RfidCard(bytes.fromhex("01020304")))
    raises(pn532.SeveralCards, run, chip, pn532.auto_poll())
    chip.field()
    chip.feed(asked + pn532.ACK)
    assert chip.field(cards.RfidCard(bytes.fromhex("fb0ee20b"))) == b""


def test_a_card_is_found_and_gone():
    chip = awake()
    assert chip.field(cards.RfidCard(bytes.fromhex("fb0ee20b"))) == b""
    target = run(chip, pn532.poll())
    assert (target.uid, target.sens_res, target.sel_res, target.ats) == (
        bytes.fromhex("fb0ee20b"),
        b"\x00\x04",
        8,
        b"",
    )
    assert run(chip, pn532.is_gone()) is False
    chip.field()
    assert run(chip, pn532.is_gone()) is True


def test_an_iso_dep_card_answers_commands_and_a_storage_card_does_not():
    chip = awake()
    select = bytes.fromhex("00a4040007d276000085010100")
    chip.field(cards.DesfireCard(bytes.fromhex("04a1b2c3d4e580")))
    assert run(chip, pn532.poll()).ats == bytes.fromhex("067577810280")
    assert run(chip, pn532.exchange(select)) == bytes.fromhex("6a82")
    chip.field(cards.RfidCard(bytes.fromhex("fb0ee20b")))
    assert "status 27" in str(raises(CardError, run, chip, pn532.exchange(select)))
    run(chip, pn532.poll())
    assert "status 01" in str(raises(CardError, run, chip, pn532.exchange(select)))


def test_a_bank_card_shows_another_uid_at_each_presentation():
    chip, card = awake(), cards.EmvCard(Prng(6))
    chip.field(card)
    first = run(chip, pn532.poll()).uid
    assert first == run(chip, pn532.poll()).uid
    chip.field()
    chip.field(card)
    assert first != run(chip, pn532.poll()).uid


def test_asked_to_wait_for_ever_it_answers_when_a_card_comes():
    chip = Pn532Chip()
    chip.feed(b"\x55")
    assert chip.feed(pn532.frame(pn532.LIST_PASSIVE_TARGET)) == pn532.ACK
    come = chip.field(cards.RfidCard(bytes.fromhex("01020304")))
    assert pn532.Decoder().feed(come) == [
        ("response", bytes.fromhex("4b010100040804") + bytes.fromhex("01020304"))
    ]


def test_an_ack_of_the_host_ends_the_waiting():
    chip = Pn532Chip()
    chip.feed(b"\x55")
    chip.feed(pn532.frame(pn532.LIST_PASSIVE_TARGET))
    chip.feed(pn532.ACK)
    assert chip.field(cards.RfidCard(bytes.fromhex("01020304"))) == b""


def test_a_nack_of_the_host_brings_the_last_answer_again():
    chip = awake()
    answer = chip.feed(pn532.frame(pn532.GET_FIRMWARE_VERSION))
    assert pn532.ACK + chip.feed(pn532.NACK) == answer


def test_what_it_does_not_know_is_answered_with_an_error_frame():
    chip = awake()
    for command in (
        b"\x99",
        b"\x14",
        b"\x14\x05\x00\x00",
        b"\x4a\x01\x01",
        b"\x4a\x03\x00",
        b"\x40",
        b"\x02\x00",
    ):
        assert chip.feed(pn532.frame(command)) == pn532.ACK + pn532.ERROR


def test_a_damaged_command_is_not_acknowledged():
    chip = awake()
    damaged = bytearray(pn532.frame(pn532.GET_FIRMWARE_VERSION))
    damaged[-2] ^= 1
    assert chip.feed(bytes(damaged)) == b""
    assert chip.feed(pn532.frame(pn532.GET_FIRMWARE_VERSION)) != b""


class Talkative(cards.DesfireCard):
    """A card that says back what it is told, as long as it is."""

    def transmit(self, command):
        return command + b"\x90\x00"


def test_long_commands_and_responses_pass_in_parts():
    chip = awake()
    chip.field(Talkative(bytes.fromhex("04a1b2c3d4e580")))
    run(chip, pn532.poll())
    for size in (1, 261, 262, 263, 524, 525, 1000):
        apdu = bytes([number % 251 for number in range(size)])
        assert run(chip, pn532.exchange(apdu)) == apdu + b"\x90\x00"


def test_two_cards_are_told_as_two():
    chip = awake()
    chip.field(cards.RfidCard(bytes.fromhex("fb0ee20b")), cards.DesfireCard(bytes.fromhex("04a1b2c3d4e580")))
    raises(pn532.SeveralCards, run, chip, pn532.poll())
    chip.field(cards.DesfireCard(bytes.fromhex("04a1b2c3d4e580")))
    assert run(chip, pn532.poll()).uid == bytes.fromhex("04a1b2c3d4e580")


def test_cards_of_type_b_and_felica_are_heard_by_their_own_polling_alone():
    for card in (
        cards.TypeBCard(bytes.fromhex("11223344")),
        cards.FelicaCard(bytes.fromhex("0123456789abcdef")),
    ):
        chip = awake()
        chip.field(card)
        assert run(chip, pn532.poll()) is None
        assert run(chip, pn532.poll_others()).uid == b""


def test_a_chip_that_hangs_hears_nothing_until_it_is_woken():
    chip = awake()
    chip.hang()
    raises(CardError, run, chip, pn532.poll())
    assert run(chip, pn532.wake()) == "1.6"
    chip.hang(for_ever=True)
    raises(CardError, run, chip, pn532.wake())
