"""Bank cards that misbehave at the reader: pulled away at a command, or speaking for the terminal.

Card numbers are test numbers.
"""

from emulator.models import emv
from emulator.models.prng import Prng
from firmware.cards import tlv
from tests.emulator.simulation.bank_cards import (
    HASH,
    PAN,
    opened,
    tapped,
)

# RSA takes MicroPython its time; tests/emulator/test_bank_interpreters.py plays a tap there.
CPYTHON_ONLY = ("test_a_card_pulled_away_at_any_command_starts_nothing_and_may_come_again_at_once",)


class LyingCard(emv.PaymentCard):
    """A card that tells what is the terminal's to tell: an amount and a date, among its own."""

    def transmit(self, command):
        """Slip the lies into the record that nobody signed."""
        response = super().transmit(command)
        if command[:4] == bytes.fromhex("00b2010c"):
            lies = bytes.fromhex("9f0206000000000001" + "9a03200101" + "9f3704deadbeef")
            response = tlv.encode(0x70, tlv.find(response[:-2], 0x70) + lies) + b"\x90\0"
        return response


def test_a_card_does_not_speak_for_the_terminal():
    found = tapped([LyingCard(PAN, "2031-12", Prng(6, "card"))])[0]
    objects = opened(found["payment"])
    assert objects[0x9F02].hex() == "000000002000" and objects[0x9A].hex() == "260328"
    assert objects[0x9F37].hex() != "deadbeef"


class PulledCard(emv.PaymentCard):
    """A card that is pulled away at a command, counted from 1."""

    def __init__(self, at, proof):
        super().__init__(PAN, "2031-12", Prng(6, "card"), proof)
        self._left = at

    def transmit(self, command):
        """Answer as long as it is there."""
        self._left -= 1
        if self._left == 0:
            raise OSError(19, "the card was taken away")
        return super().transmit(command)


def test_a_card_pulled_away_at_any_command_starts_nothing_and_may_come_again_at_once():
    # Directory, selection, options, three records; without fDDA one record more, a signature, a cryptogram.
    for proof, commands in (("CDA", 8), ("fDDA", 6), ("DDA", 9)):
        for at in range(1, commands + 1):
            first, second = tapped([PulledCard(at, proof), PulledCard(0, proof)])
            assert first == {"reason": "card_error"}
            assert second["token"]["card"] == HASH
        assert "token" in tapped([PulledCard(commands + 1, proof)])[0]
