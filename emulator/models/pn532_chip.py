"""A PN532 as its serial line shows it (UM0701-02): bytes in, bytes out, and a card or none in its field.

It does not know wires or time: it answers at once, or, asked to wait for a card, when one comes or `give_up`
says that it waited long enough. It can be made to hang, as such chips do: then it hears nothing until it is
woken, or nothing at all.
"""

from emulator.models.cards import FELICA, TYPE_A, TYPE_B, Card
from firmware.cards import pn532

# IC, version, revision, support: a PN532 with firmware 1.6 (7.2.2).
FIRMWARE_VERSION = bytes.fromhex("32010607")
# MaxRetries item of RFConfiguration: look for a card for ever, as after power-up (7.3.1).
FOR_EVER = 0xFF

# InAutoPoll: its number, the unit of its periods, kinds of cards (7.3.13).
AUTO_POLL, PERIOD_MS = 0x60, 150
GENERIC_A, MIFARE = 0x00, 0x10
WAKING_BYTE = 0x55
ISO_DEP = 0x20
TARGET_MASK = 0x3F
# What a list of each technology has to be told at least (7.3.5): AFI for type B, a polling for FeliCa.
NEEDED_DATA = {TYPE_A: 0, TYPE_B: 1, FELICA: 5}


class UnknownCommand(Exception):
    """A command that the chip answers with an error frame."""


class Pn532Chip:
    """The chip: `feed` takes bytes, `field` puts cards on the antenna; both return what the chip sends."""

    __slots__ = (
        "_awake", "_cards", "_dead", "_decoder", "_last", "_parts", "_rest", "_retries", "_selected",
        "_waiting", "patience_ms",
    )  # fmt: skip

    def __init__(self) -> None:
        self._decoder = pn532.Decoder(pn532.TO_CHIP)
        self._cards: "tuple[Card, ...]" = ()
        self._awake = False
        self._dead = False
        # What the terminal has sent of a command, and what it has still to fetch of a response.
        self._parts = self._rest = b""
        self._selected = False
        # The command by which it waits for a card, or None; and how long at most (0: for ever).
        self._waiting: "int | None" = None
        self.patience_ms = 0
        self._retries = FOR_EVER
        self._last = b""

    def field(self, *cards: "Card") -> bytes:
        """Put cards (or none) on the antenna, in place of those before."""
        self._cards = cards
        self._selected = False
        for card in cards:
            card.present()
        waiting = self._waiting
        if waiting is None or not self._answering(TYPE_A):
            return b""
        self._waiting = None
        if waiting == AUTO_POLL:
            return self._respond(bytes((AUTO_POLL + 1,)) + self._polled())
        return self._respond(b"\x4b" + self._select(self._answering(TYPE_A)[:1]))

    def give_up(self) -> bytes:
        """Have waited as long as it was told to; return what it says then."""
        if self._waiting != AUTO_POLL:
            return b""
        self._waiting = None
        return self._respond(bytes((AUTO_POLL + 1, 0)))

    def slow_ms(self) -> int:
        """Return how long the card in the field takes for a command."""
        return self._cards[0].slow_ms if self._cards else 0

    def hang(self, for_ever: bool = False) -> None:
        """Stop hearing, until the wake-up or for ever."""
        self._awake = False
        self._waiting = None
        self._dead = for_ever

    def feed(self, received: bytes) -> bytes:
        """Take bytes from the terminal."""
        if self._dead:
            return b""
        if not self._awake:
            # Asleep it hears nothing up to the byte that wakes it.
            if WAKING_BYTE not in received:
                return b""
            self._awake = True
        sent = b""
        for event in self._decoder.feed(received):
            if event[0] == "ack":
                self._waiting = None
            elif event[0] == "nack":
                sent += self._last
            elif event[0] == "response":
                sent += pn532.ACK + self._execute(event[1])
        return sent

    def _execute(self, command: bytes) -> bytes:
        """Return the frame that answers a command; nothing yet where it waits for a card."""
        self._waiting, self.patience_ms = None, 0
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
        if code == 0x4A and len(parameters) >= 2 and 1 <= parameters[0] <= 2:  # InListPassiveTarget
            if len(parameters) < 2 + NEEDED_DATA.get(parameters[1], 99):
                raise UnknownCommand()
            return self._list_passive_target(parameters[0], parameters[1])
        if code == AUTO_POLL and len(parameters) >= 3 and parameters[0] and 1 <= parameters[1] <= 15:
            return self._auto_poll(parameters[0], parameters[1], parameters[2:])
        if code == 0x40 and parameters:  # InDataExchange
            return self._data_exchange(parameters[0], parameters[1:])
        if code == 0x52 and len(parameters) == 1:  # InRelease
            self._selected = False
            return bytes((pn532.STATUS_OK,))
        raise UnknownCommand()

    def _answering(self, technology: int) -> "tuple[Card, ...]":
        return tuple([card for card in self._cards if card.technology == technology])

    def _list_passive_target(self, most: int, technology: int) -> "bytes | None":
        cards = self._answering(technology)[:most]
        if cards:
            return self._select(cards)
        self._selected = False
        if self._retries != FOR_EVER:
            return b"\x00"
        self._waiting = 0x4A
        return None

    def _auto_poll(self, looks: int, period: int, kinds: bytes) -> "bytes | None":
        """Look by itself for cards of some kinds (7.3.13), of which it knows type A at 106 kbit/s."""
        if bytes((GENERIC_A,)) not in kinds:
            raise UnknownCommand()
        if self._answering(TYPE_A):
            return self._polled()
        self._selected = False
        self._waiting = AUTO_POLL
        self.patience_ms = 0 if looks == FOR_EVER else looks * period * PERIOD_MS * len(kinds)
        return None

    def _polled(self) -> bytes:
        """Return cards in the field, each with its kind and the length of what is told of it."""
        cards = self._answering(TYPE_A)[:2]
        self._select(cards)
        told = bytes((len(cards),))
        for number, card in enumerate(cards, 1):
            kind = ISO_DEP if card.sel_res & ISO_DEP else MIFARE
            about = bytes((number,)) + card.description()
            told += bytes((kind, len(about))) + about
        return told

    def _select(self, cards: "tuple[Card, ...]") -> bytes:
        """Return the description of cards in the field (7.3.5): their count, and each with its number."""
        self._selected = True
        self._parts = self._rest = b""
        told = bytes((len(cards),))
        for number, card in enumerate(cards, 1):
            told += bytes((number,)) + card.description()
        return told

    def _data_exchange(self, target: int, part: bytes) -> bytes:
        """Take a part of a command, or give one of a response: MI, more information (7.3.8)."""
        if target & TARGET_MASK != 1 or not self._selected or not self._cards:
            return bytes((pn532.STATUS_WRONG_CONTEXT,))
        card = self._cards[0]
        if not card.sel_res & ISO_DEP:
            # A storage card does not know ISO/IEC 7816 and keeps silent.
            return bytes((pn532.STATUS_TIMEOUT,))
        self._parts += part
        if target & pn532.STATUS_MORE:
            return bytes((pn532.STATUS_OK,))
        if self._parts or not self._rest:
            self._rest, self._parts = card.transmit(self._parts), b""
        piece, self._rest = self._rest[: pn532.MAX_PART], self._rest[pn532.MAX_PART :]
        return bytes((pn532.STATUS_OK | (pn532.STATUS_MORE if self._rest else 0),)) + piece
