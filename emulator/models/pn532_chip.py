"""A PN532 as its serial line shows it (UM0701-02): bytes in, bytes out, and a card or none in its field.

It does not know wires or time: it answers at once, or, asked to wait for a card for ever, when one comes.
"""

from emulator.models.cards import Card
from firmware.cards import pn532

# IC, version, revision, support: a PN532 with firmware 1.6 (7.2.2).
FIRMWARE_VERSION = bytes.fromhex("32010607")
# MaxRetries item of RFConfiguration: look for a card for ever, as after power-up (7.3.1).
FOR_EVER = 0xFF

WAKING_BYTE = 0x55
ISO_DEP = 0x20


class UnknownCommand(Exception):
    """A command that the chip answers with an error frame."""


class Pn532Chip:
    """The chip: `feed` takes bytes, `field` puts a card on the antenna; both return what the chip sends."""

    __slots__ = ("_awake", "_card", "_decoder", "_last", "_retries", "_selected", "_waiting")

    def __init__(self) -> None:
        self._decoder = pn532.Decoder(pn532.TO_CHIP)
        self._card: "Card | None" = None
        self._awake = False
        self._selected = False
        self._waiting = False
        self._retries = FOR_EVER
        self._last = b""

    def field(self, card: "Card | None") -> bytes:
        """Put a card (or None) on the antenna, in place of the one before."""
        self._card = card
        self._selected = False
        if card is None:
            return b""
        card.present()
        if not self._waiting:
            return b""
        self._waiting = False
        return self._respond(b"\x4b" + self._select(card))

    def feed(self, received: bytes) -> bytes:
        """Take bytes from the terminal."""
        if not self._awake:
            # Asleep it hears nothing up to the byte that wakes it.
            if WAKING_BYTE not in received:
                return b""
            self._awake = True
        sent = b""
        for event in self._decoder.feed(received):
            if event[0] == "ack":
                self._waiting = False
            elif event[0] == "nack":
                sent += self._last
            elif event[0] == "response":
                sent += pn532.ACK + self._execute(event[1])
        return sent

    def _execute(self, command: bytes) -> bytes:
        """Return the frame that answers a command; nothing yet where it waits for a card."""
        self._waiting = False
        try:
            answer = self._perform(command[0], command[1:])
        except UnknownCommand:
            self._last = pn532.ERROR
            return self._last
        return b"" if answer is None else self._respond(bytes((command[0] + 1,)) + answer)

    def _respond(self, response: bytes) -> bytes:
        self._last = pn532.frame(response, pn532.FROM_CHIP)
        return self._last

    def _perform(self, code: int, parameters: bytes) -> "bytes | None":
        if code == 0x02 and not parameters:  # GetFirmwareVersion
            return FIRMWARE_VERSION
        if code == 0x14 and 1 <= len(parameters) <= 3 and 1 <= parameters[0] <= 4:  # SAMConfiguration
            return b""
        if code == 0x32 and parameters:  # RFConfiguration
            if parameters[0] == 5 and len(parameters) == 4:
                self._retries = parameters[3]
            return b""
        if code == 0x4A and parameters[:2] in (b"\x01\x00", b"\x02\x00"):  # InListPassiveTarget, type A
            return self._list_passive_target()
        if code == 0x40 and parameters:  # InDataExchange
            return self._data_exchange(parameters[0], parameters[1:])
        if code == 0x52 and len(parameters) == 1:  # InRelease
            self._selected = False
            return bytes((pn532.STATUS_OK,))
        raise UnknownCommand()

    def _list_passive_target(self) -> "bytes | None":
        if self._card is not None:
            return self._select(self._card)
        self._selected = False
        self._waiting = self._retries == FOR_EVER
        return None if self._waiting else b"\x00"

    def _select(self, card: Card) -> bytes:
        """Return the description of the card in the field (7.3.5): one target, number 1."""
        self._selected = True
        return b"\x01\x01" + card.sens_res + bytes((card.sel_res, len(card.uid))) + card.uid + card.ats

    def _data_exchange(self, target: int, command: bytes) -> bytes:
        if target != 1 or not self._selected or self._card is None:
            return bytes((pn532.STATUS_WRONG_CONTEXT,))
        if not self._card.sel_res & ISO_DEP:
            # A storage card does not know ISO/IEC 7816 and keeps silent.
            return bytes((pn532.STATUS_TIMEOUT,))
        return bytes((pn532.STATUS_OK,)) + self._card.transmit(command)
