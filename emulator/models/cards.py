"""The cards of a story, as a reader meets them: a UID at each presentation, and answers to command APDUs.

They do not know readers, contracts or prices.
"""

from emulator.models.prng import Prng
from firmware.cards import status

SELECT = 0xA4
ISO_DEP = 0x20

# How a card talks to the reader, by the numbers of the PN532 (UM0701-02, 7.3.5).
TYPE_A, FELICA, TYPE_B = 0x00, 0x01, 0x03

# Answers to select (ISO/IEC 14443-4, 5.2): of a DESFire EV1 (NXP AN10833), and of a bank card.
DESFIRE_ATS = bytes.fromhex("067577810280")
BANK_ATS = bytes.fromhex("0a788091028073c82110")


class Card:
    """A card: `present()` brings it into a field; the rest is as in `pn532.Target`, and `atr`.

    So long it takes for each command, `slow_ms`: whoever carries its answers lets the time pass.
    """

    __slots__ = ("atr", "ats", "sel_res", "sens_res", "slow_ms", "uid")
    technology = TYPE_A

    def __init__(self, uid: bytes, sens_res: str, sel_res: int, ats: bytes, atr: bytes):
        self.uid = uid
        self.sens_res = bytes.fromhex(sens_res)
        self.sel_res = sel_res
        self.ats = ats
        self.atr = atr
        self.slow_ms = 0

    def present(self) -> bytes:
        """Begin a presentation and return the UID that the card shows in it."""
        return self.uid

    def description(self) -> bytes:
        """Return what a PN532 tells of the card behind its number (7.3.5)."""
        return self.sens_res + bytes((self.sel_res, len(self.uid))) + self.uid + self.ats

    def transmit(self, command: bytes) -> bytes:
        """Return the response to a command APDU, also to the one that a reader itself answers."""
        if command == status.GET_UID:
            return self.uid + _status(status.SW_OK)
        if len(command) < 4:
            return _status(status.SW_WRONG_LENGTH)
        if command[1] == SELECT:
            return _status(status.SW_FILE_NOT_FOUND)
        return _status(status.SW_INSTRUCTION_NOT_SUPPORTED)


class RfidCard(Card):
    """A card known by its UID alone: 4 bytes make it a MIFARE Classic 1K, more an NTAG or Ultralight."""

    __slots__ = ()

    def __init__(self, uid: bytes):
        if len(uid) == 4:
            super().__init__(uid, "0004", 0x08, b"", storage_atr(0x0001))
        else:
            super().__init__(uid, "0044" if len(uid) == 7 else "0084", 0x00, b"", storage_atr(0x0003))


class DesfireCard(Card):
    """A MIFARE DESFire that shows its UID of 7 bytes and has no application that the terminal knows."""

    __slots__ = ()

    def __init__(self, uid: bytes):
        super().__init__(uid, "0344", 0x20, DESFIRE_ATS, iso_dep_atr(DESFIRE_ATS))


class TypeBCard(Card):
    """A card of type B, such as a passport or an identity card: it has a number for each presentation."""

    __slots__ = ()
    technology = TYPE_B

    def __init__(self, number: bytes):
        # PC/SC part 3, 3.1.3.2.3.1: application data, protocol information and MBLI stand for the ATS.
        super().__init__(
            number, "", ISO_DEP, b"", _with_check(bytes.fromhex("888001" + "00000000" + "33818100"))
        )

    def description(self) -> bytes:
        """Return its ATQB and its answer to ATTRIB."""
        return b"\x50" + self.uid + bytes(4) + bytes.fromhex("338181") + b"\x01\x00"


class FelicaCard(Card):
    """A FeliCa card by its IDm of 8 bytes."""

    __slots__ = ()
    technology = FELICA

    def __init__(self, idm: bytes):
        # PC/SC part 3, 3.1.3.2.3.2: standard 11, card name 003B.
        super().__init__(
            idm, "", 0, b"", _with_check(bytes.fromhex("8f8001804f0ca000000306" + "11003b" + "00000000"))
        )

    def description(self) -> bytes:
        """Return its answer to the polling."""
        return b"\x12\x01" + self.uid + bytes(8)


class EmvCard(Card):
    """A phone without a wallet: it shows another random UID at each presentation (ISO/IEC 14443-3, 6.5.4)."""

    __slots__ = ("_prng",)

    def __init__(self, prng: Prng):
        super().__init__(b"", "0004", 0x20, BANK_ATS, iso_dep_atr(BANK_ATS))
        self._prng = prng
        self.present()

    def present(self) -> bytes:
        """Begin a presentation with a new random UID and return it."""
        self.uid = b"\x08" + self._prng.random_bytes(3)
        return self.uid


def make(card: dict, prng: Prng) -> Card:
    """Return the card that a scenario describes: `kind` and either `uid` in hex or a `pan`."""
    made = _of_its_kind(card, prng)
    made.slow_ms = card.get("slow_ms", 0)
    return made


def _of_its_kind(card: dict, prng: Prng) -> Card:
    if card["kind"] == "vde":
        from emulator.models import vde

        return vde.make(card, prng)
    if card.get("secure"):
        from emulator.models import card_issuer

        return card_issuer.make(card, prng)
    if card["kind"] == "rfid":
        return RfidCard(bytes.fromhex(card["uid"]))
    if card["kind"] == "desfire":
        return DesfireCard(bytes.fromhex(card["uid"]))
    if card["kind"] == "emv" and "pan" in card:
        from emulator.models import emv

        method, behaves = card.get("proof", "CDA"), card.get("behaves", "")
        languages = card.get("languages", "deen")
        return emv.PaymentCard(card["pan"], card["expires"], prng, method, behaves, languages)
    if card["kind"] == "emv":
        return EmvCard(prng)
    raise ValueError("no kind of card %r: there are rfid, desfire, vde and emv" % card["kind"])


def storage_atr(name: int) -> bytes:
    """Return the ATR that a PC/SC reader gives a storage card of type A (PC/SC part 3, 3.1.3.2.3.2)."""
    body = bytes.fromhex("8f8001804f0ca0000003060300") + bytes((name,)) + bytes(4)
    return _with_check(body)


def iso_dep_atr(ats: bytes) -> bytes:
    """Return the ATR that a PC/SC reader gives an ISO-DEP card (PC/SC part 3, 3.1.3.2.3.1)."""
    interface_bytes = (ats[1] >> 4 & 1) + (ats[1] >> 5 & 1) + (ats[1] >> 6 & 1)
    historical = ats[2 + interface_bytes :]
    return _with_check(bytes((0x80 | len(historical), 0x80, 0x01)) + historical)


def _with_check(body: bytes) -> bytes:
    """Return an ATR in direct convention: 3B, the body, and the exclusive or of the body."""
    check = 0
    for octet in body:
        check ^= octet
    return b"\x3b" + body + bytes((check,))


def _status(word: int) -> bytes:
    return bytes((word >> 8, word & 0xFF))
