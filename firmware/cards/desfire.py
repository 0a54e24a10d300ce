"""What a terminal says to a MIFARE DESFire EV2 or EV3: prove an AES-128 key to each other, then use it.

It does not know whose card it is, nor where keys come from. The protocol is that of NXP's AN12343 and AN12196
("secure dynamic messaging"); a dialogue is a generator that yields command APDUs and is sent responses.
"""

from ..errors import CardError
from . import apdu, cmac

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    Dialogue = Generator[bytes, bytes, Any]

# Commands, in the class of wrapped native ones.
CLA = 0x90
SELECT_APPLICATION = 0x5A
AUTHENTICATE_FIRST = 0x71
AUTHENTICATE_NON_FIRST = 0x77
ADDITIONAL_FRAME = 0xAF
READ_DATA = 0xBD
GET_CARD_UID = 0x51

# Status words, the second byte of 91xx.
OK = 0x00
MORE = 0xAF
NO_SUCH_KEY = 0x40
NOT_FOUND = 0xA0
DENIED = 0xAE

PLAIN, MAC, FULL = 0, 1, 3

BLOCK = 16
MAC_BYTES = 8
MAX_BYTES = 1024
# The labels of what is derived for authentication and encryption, and of the vectors of each direction.
LABEL_ENCRYPTION, LABEL_MAC = b"\xa5\x5a", b"\x5a\xa5"
COMMAND_VECTOR, RESPONSE_VECTOR = LABEL_ENCRYPTION, LABEL_MAC
# The counter of commands has two bytes: long before it ends a session of a card is over.
LAST_COUNTER = 0xFFFF


class NotGenuine(CardError):
    """A card that does not know the key of the card that it says it is, or whose messages were changed."""


def select(aid: bytes) -> "Dialogue":
    """Select an application by its 3 bytes, most significant first; return whether it is there."""
    # The card counts the bytes of the number from the least significant.
    number = bytes((aid[2], aid[1], aid[0]))
    body, status = yield from apdu.exchange(apdu.command(CLA, SELECT_APPLICATION, 0, 0, number, 256))
    return status == 0x9100 and not body


def native(code: int, content: bytes) -> "Dialogue":
    """Send a native command; return (body, status byte) with all frames that the card has more of."""
    body, status = yield from _frame(code, content)
    while status == MORE:
        if len(body) > MAX_BYTES:
            raise CardError("a DESFire card gave more than %d bytes at once" % MAX_BYTES)
        more, status = yield from _frame(ADDITIONAL_FRAME, b"")
        if status == MORE and not more:
            raise CardError("a DESFire card has more and more frames with nothing in them")
        body += more
    return body, status


def authenticate(
    aes: "Any",
    key_number: int,
    key: bytes,
    random: "Callable[[int], bytes]",
    channel: "Channel | None" = None,
) -> "Dialogue":
    """Prove to each other that both know a key; return the Channel under its session keys.

    With the channel of an authentication before (NonFirst) its transaction goes on. Raises NotGenuine where
    the card does not know the key, CardError where it does not take part.
    """
    first = AUTHENTICATE_NON_FIRST if channel else AUTHENTICATE_FIRST
    # No capabilities are told: behind the key's number stands the length of nothing.
    body, status = yield from _frame(first, bytes((key_number,)) if channel else bytes((key_number, 0)))
    if status != MORE or len(body) != BLOCK:
        raise CardError("the card has no AES key %d for EV2 (%s)" % (key_number, meaning(status)))
    card_random = aes.decrypt_cbc(key, cmac.ZEROS, body)
    own_random = random(BLOCK)
    answer = own_random + card_random[1:] + card_random[:1]
    body, status = yield from _frame(ADDITIONAL_FRAME, aes.encrypt_cbc(key, cmac.ZEROS, answer))
    if status == DENIED:
        raise NotGenuine("the card does not know the key %d of the card that it says it is" % key_number)
    if status != OK or len(body) != (BLOCK if channel else 2 * BLOCK):
        raise CardError("the card broke off the proof of key %d (%s)" % (key_number, meaning(status)))
    told = aes.decrypt_cbc(key, cmac.ZEROS, body)
    rotated = told if channel else told[4:20]
    if not same(rotated, own_random[1:] + own_random[:1]):
        raise NotGenuine("the card does not know the key %d of the card that it says it is" % key_number)
    identifier, counter = (channel.identifier, channel.counter) if channel else (told[:4], 0)
    return opened(aes, key, own_random, card_random, identifier, counter)


def opened(aes: "Any", key: bytes, own: bytes, other: bytes, identifier: bytes, counter: int) -> "Channel":
    """Return the channel that follows from a key and the random numbers of reader (own) and card (other)."""
    middle = int.from_bytes(own[2:8], "big") ^ int.from_bytes(other[:6], "big")
    mixed = b"\0\1\0\x80" + own[:2] + middle.to_bytes(6, "big") + other[6:] + own[8:]
    keys = [cmac.cmac(aes, key, label + mixed) for label in (LABEL_ENCRYPTION, LABEL_MAC)]
    return Channel(aes, keys[0], keys[1], identifier, counter)


class Channel:
    """A transaction with a card that proved its key: messages with a code, and encrypted where asked for."""

    __slots__ = ("_aes", "_encryption", "_mac", "counter", "identifier")

    def __init__(self, aes: "Any", encryption: bytes, mac: bytes, identifier: bytes, counter: int = 0):
        self._aes = aes
        self._encryption = encryption
        self._mac = mac
        self.identifier = identifier
        self.counter = counter

    def ask(self, code: int, header: bytes, content: bytes = b"", mode: int = MAC) -> "Dialogue":
        """Send a command and return what the card answers, its code verified, in the mode MAC or FULL.

        Raises NotGenuine for an answer that was changed, CardError where the card refuses.
        """
        if self.counter >= LAST_COUNTER:
            raise CardError("the transaction with the card is too long; authenticate anew")
        body, status = yield from native(code, self.sealed(code, header, content, mode))
        # Both sides count the command, also where it was refused; then the card has left the channel.
        self.counter += 1
        if status != OK:
            raise CardError("the card refused command %02X (%s)" % (code, meaning(status)))
        told, mac = body[:-MAC_BYTES], body[-MAC_BYTES:]
        if not same(mac, self.code(OK, told)):
            raise NotGenuine("an answer of the card to command %02X was changed on its way" % code)
        if mode == FULL and told:
            return self.decrypted(RESPONSE_VECTOR, told)
        return told

    def sealed(self, code: int, header: bytes, content: bytes, mode: int) -> bytes:
        """Return what stands behind a command byte: header, content (encrypted in the mode FULL), code."""
        if mode == FULL and content:
            content = self.encrypted(COMMAND_VECTOR, content)
        return header + content + self.code(code, header + content)

    def encrypted(self, label: bytes, text: bytes) -> bytes:
        """Return the encrypted blocks of a text of one direction."""
        return self._aes.encrypt_cbc(self._encryption, self._vector(label), padded(text))

    def decrypted(self, label: bytes, blocks: bytes) -> bytes:
        """Return the text of encrypted blocks of one direction. Raises CardError for what is none."""
        if not blocks or len(blocks) % BLOCK:
            raise CardError("an encrypted text of %d bytes is not in whole blocks of AES" % len(blocks))
        return unpadded(self._aes.decrypt_cbc(self._encryption, self._vector(label), blocks))

    def read(self, file_number: int, size: int, mode: int) -> "Dialogue":
        """Return so many bytes from the begin of a data file (ReadData)."""
        header = bytes((file_number, 0, 0, 0)) + bytes((size & 0xFF, size >> 8 & 0xFF, size >> 16))
        content: bytes = yield from self.ask(READ_DATA, header, b"", mode)
        if len(content) != size:
            told = (size, file_number, len(content))
            raise CardError("the card was asked for %d bytes of file %d and gave %d" % told)
        return content

    def card_uid(self) -> "Dialogue":
        """Return the UID that a card with a random one has behind it (GetCardUID)."""
        told: bytes = yield from self.ask(GET_CARD_UID, b"", b"", FULL)
        if len(told) == 7:
            return told
        # UIDs of other sizes stand behind a format byte and their length (EV3).
        if len(told) > 2 and told[0] == 0 and told[1] == len(told) - 2 and told[1] in (4, 10):
            return told[2:]
        raise CardError("the card gave %d bytes that are no UID" % len(told))

    def code(self, first: int, rest: bytes) -> bytes:
        """Return the code of a message that begins with a command or status: every second byte of a CMAC."""
        counted = bytes((first, self.counter & 0xFF, self.counter >> 8))
        long = cmac.cmac(self._aes, self._mac, counted + self.identifier + rest)
        return bytes([long[i] for i in range(1, BLOCK, 2)])

    def _vector(self, label: bytes) -> bytes:
        counted = bytes((self.counter & 0xFF, self.counter >> 8)) + bytes(8)
        return self._aes.encrypt_cbc(self._encryption, cmac.ZEROS, label + self.identifier + counted)


def meaning(status: int) -> str:
    """Return in words what the second byte of 91xx says."""
    if status == NO_SUCH_KEY:
        return "no such key"
    if status == NOT_FOUND:
        return "no such application"
    if status == DENIED:
        return "authentication failed"
    return "status 91%02X" % status


def padded(content: bytes) -> bytes:
    """Return the content with 80 and zeros up to whole blocks (ISO/IEC 9797-1, method 2)."""
    return content + b"\x80" + bytes(BLOCK - 1 - len(content) % BLOCK)


def unpadded(content: bytes) -> bytes:
    """Return the content without them. Raises CardError where they are not there."""
    end = len(content.rstrip(b"\0"))
    if not end or content[end - 1] != 0x80 or len(content) - end >= BLOCK:
        raise CardError("a DESFire card sent a text that does not end as one does (80 00 …)")
    return content[: end - 1]


def same(left: bytes, right: bytes) -> bool:
    """Compare in a time that does not tell where two texts differ."""
    return len(left) == len(right) and int.from_bytes(left, "big") ^ int.from_bytes(right, "big") == 0


def _frame(code: int, content: bytes) -> "Dialogue":
    """Send one native frame; return (body, status byte). Raises CardError for a status that is not native."""
    body, status = yield from apdu.exchange(apdu.command(CLA, code, 0, 0, content, 256))
    if status >> 8 != 0x91:
        raise CardError("the card is no DESFire: it answers with status %04X" % status)
    return body, status & 0xFF
