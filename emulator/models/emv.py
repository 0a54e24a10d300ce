"""A bank card of a test issuer: it speaks EMV and signs with real RSA, under an authority of our own making.

It does not know readers and prices. Its card numbers are test numbers; no scheme knows its authority.
"""

import hashlib

from emulator.models import emv_keys as keys
from emulator.models.cards import BANK_ATS, Card, iso_dep_atr
from firmware.cards import dol, status, tlv

# Application names that begin with F belong to nobody (ISO/IEC 7816-4, 12.2.3.4).
RID = bytes.fromhex("f04b494c4f")
AID = RID + b"\x01"
INDEX = b"\xf1"
METHODS = ("SDA", "DDA", "CDA", "fDDA", "none")
# What is special about a card. A forger can rewrite a record, use a key of his own, give a signature that he
# saw. Honest cards are a phone whose holder was asked, or has to be; one that declines, is blocked, not valid
# yet, only good in another country, of a scheme that nobody knows; one that talks nonsense.
FORGED, CLONE, REPLAY = "forged", "clone", "replay"
PHONE, LOCKED_PHONE = "phone", "locked_phone"
DECLINES, BLOCKED, NOT_YET, ABROAD, UNKNOWN, MALFORMED = (
    "declines", "blocked", "not_yet", "abroad", "unknown_application", "malformed",
)  # fmt: skip
BEHAVIOURS = (
    FORGED, CLONE, REPLAY, PHONE, LOCKED_PHONE, DECLINES, BLOCKED, NOT_YET, ABROAD, UNKNOWN, MALFORMED,
)  # fmt: skip
PPSE = b"2PAY.SYS.DDF01"

SELECT, OPTIONS, READ, AUTHENTICATE, GENERATE, GET_DATA = 0xA4, 0xA8, 0xB2, 0x88, 0xAE, 0xCA
TERMINAL_QUALIFIERS, AMOUNT, NUMBER, CURRENCY = 0x9F66, 0x9F02, 0x9F37, 0x5F2A
COUNTER = 0x9F36
PDOL = bytes.fromhex("9f6604" + "9f0206" + "9f3704" + "5f2a02")
CDOL = bytes.fromhex("9f0206" + "9f3704" + "9505" + "5f2a02")
# A phone's list also has the results of verification, and its profile that it can ask its holder itself.
VERIFICATION, ON_DEVICE = bytes.fromhex("9f3403"), 0x02
DDOL = bytes.fromhex("9f3704")
PROFILES = {"SDA": "4000", "DDA": "2000", "CDA": "0100", "fDDA": "2000", "none": "0000"}
CONDITIONS, NO_RECORD, APPLICATION_BLOCKED, SEE_PHONE, NO_DATA = 0x6985, 0x6A83, 0x6283, 0x6986, 0x6A88
UNKNOWN_AID = bytes.fromhex("f04b494c5001")
ARQC, AAC = b"\x80", b"\x00"


class PaymentCard(Card):
    """A card with one application; `method` is how it proves itself, `behaves` one of BEHAVIOURS or ""."""

    def __init__(
        self,
        pan: str,
        expires: str,
        prng,
        method: str = "CDA",
        behaves: str = "",
        languages: str = "deen",
    ):
        """Issue a card that is valid until a month (YYYY-MM); `languages` as in tag 5F2D."""
        super().__init__(b"", "0004", 0x20, BANK_ATS, iso_dep_atr(BANK_ATS))
        self._prng = prng
        self._pan = pan
        self._expires = expires[2:4] + expires[5:7]
        self.method = method
        self._behaves = behaves
        self._languages = languages
        self._aid = UNKNOWN_AID if behaves == UNKNOWN else AID
        # Card transaction qualifiers, byte 2: its holder was asked on the device.
        self._qualifier = 0x80 if behaves == PHONE else 0x00
        self.label = b"TEST"
        self._profile = bytes.fromhex(PROFILES[method])
        self._cdol = CDOL
        if behaves == PHONE and method == "CDA":
            self._profile = bytes((self._profile[0] | ON_DEVICE, 0))
            self._cdol += VERIFICATION
        # Further objects that its issuer signed, and what it tells by GET DATA, by tag.
        self.signed = b""
        self.data: "dict[int, bytes]" = {}
        self.counter = 0
        # Signed when it is asked for: a small board takes its time for it.
        self._records: "dict[tuple[int, int], bytes] | None" = None
        self._seen = b""
        self.present()

    def present(self) -> bytes:
        """Begin a presentation with a new random UID and return it."""
        self.uid = b"\x08" + self._prng.random_bytes(3)
        self._selected = False
        self._pdol = b""
        return self.uid

    def transmit(self, command: bytes) -> bytes:
        """Return the response to a command APDU."""
        if command == status.GET_UID or len(command) < 5:
            return super().transmit(command)
        size = command[4] if len(command) > 5 else 0
        if len(command) < 5 + size:
            return _word(status.SW_WRONG_LENGTH)
        body = command[5 : 5 + size]
        if command[1] == SELECT:
            return self._select(body)
        if not self._selected:
            return _word(CONDITIONS)
        if command[1] == OPTIONS:
            # Many cards answer so where the length wanted back is missing.
            if len(command) != 6 + size:
                return _word(status.SW_WRONG_LENGTH)
            return self._options(body)
        if command[1] == READ:
            if self._records is None:
                self._records = self._issued()
            record = self._records.get((command[3] >> 3, command[2]))
            return _word(NO_RECORD) if record is None else record + _word(status.SW_OK)
        if command[1] == AUTHENTICATE:
            return tlv.encode(0x80, self._sign(b"\x05" + self._prng.random_bytes(5), body)) + _word(
                status.SW_OK
            )
        if command[1] == GENERATE:
            return self._cryptogram(command[2], body)
        if command[1] == GET_DATA:
            name = command[2] << 8 | command[3]
            found = self.counter.to_bytes(2, "big") if name == COUNTER else self.data.get(name)
            return _word(NO_DATA) if found is None else tlv.encode(name, found) + _word(status.SW_OK)
        return super().transmit(command)

    def _select(self, name: bytes) -> bytes:
        self._selected = name == self._aid
        if name == PPSE:
            entry = tlv.encode(
                0x61, tlv.encode(0x4F, self._aid) + tlv.encode(0x50, self.label) + b"\x87\x01\x01"
            )
            told = tlv.encode(0x84, PPSE) + tlv.encode(0xA5, tlv.encode(0xBF0C, entry))
        elif self._selected:
            inner = tlv.encode(0x50, b"TEST") + tlv.encode(0x5F2D, self._languages.encode())
            inner += tlv.encode(0x9F38, PDOL)
            told = tlv.encode(0x84, self._aid) + tlv.encode(0xA5, inner)
            if self._behaves == BLOCKED:
                return tlv.encode(0x6F, told) + _word(APPLICATION_BLOCKED)
        else:
            return _word(status.SW_FILE_NOT_FOUND)
        return tlv.encode(0x6F, told) + _word(status.SW_OK)

    def _options(self, body: bytes) -> bytes:
        told = tlv.find(body, 0x83)
        if told is None or len(told) != 16:
            return _word(CONDITIONS)
        if self._behaves == LOCKED_PHONE:
            return _word(SEE_PHONE)
        if self._behaves == MALFORMED:
            return b"\x77\x05\x82\x02" + _word(status.SW_OK)
        self._pdol = told
        self.counter += 1
        afl = bytes.fromhex("10010301" if self.method == "fDDA" else "08010100" + "10010301")
        kind = AAC if self._behaves == DECLINES else ARQC
        if self.method in ("SDA", "DDA", "none"):
            return tlv.encode(0x80, self._profile + afl) + _word(status.SW_OK)
        answer = tlv.encode(0x82, self._profile) + tlv.encode(0x94, afl)
        if self.method == "fDDA":
            # As Visa's cards: number and cryptogram come at once, and what the phone asked its holder for.
            answer += tlv.encode(0x9F36, self.counter.to_bytes(2, "big")) + tlv.encode(0x57, self._track())
            answer += tlv.encode(0x9F26, self._prng.random_bytes(8)) + tlv.encode(0x9F27, kind)
            answer += tlv.encode(0x9F10, bytes(7)) + tlv.encode(0x9F6C, bytes((0, self._qualifier)))
            own = b"\x01" + self._prng.random_bytes(4) + bytes((0, self._qualifier))
            said = self._said(PDOL, told)
            signed = said[NUMBER] + said[AMOUNT] + said[CURRENCY] + own
            answer += tlv.encode(0x9F4B, self._sign(b"\x02\0\1", signed)) + tlv.encode(0x9F69, own)
        return tlv.encode(0x77, answer) + _word(status.SW_OK)

    def _cryptogram(self, asked: int, body: bytes) -> bytes:
        kind = AAC if self._behaves == DECLINES else ARQC
        cryptogram = self._prng.random_bytes(8)
        counter = self.counter.to_bytes(2, "big")
        # A card that declines signs nothing.
        if not asked & 0x10 or kind == AAC:
            return tlv.encode(0x80, kind + counter + cryptogram + bytes(7)) + _word(status.SW_OK)
        if self.method != "CDA":
            return _word(CONDITIONS)
        rest = tlv.encode(0x9F27, kind) + tlv.encode(0x9F36, counter) + tlv.encode(0x9F10, bytes(7))
        digest = hashlib.sha1(self._pdol + body + rest).digest()  # noqa: S324
        dynamic = b"\x04" + self._prng.random_bytes(4) + kind + cryptogram + digest
        signed = self._sign(dynamic, self._said(self._cdol, body)[NUMBER])
        return tlv.encode(0x77, rest + tlv.encode(0x9F4B, signed)) + _word(status.SW_OK)

    def _said(self, wishes: bytes, told: bytes) -> dict:
        """Return by tag what the terminal said to a list."""
        said, offset = {}, 0
        for name, size in dol.parse(wishes):
            said[name] = told[offset : offset + size]
            offset += size
        return said

    def _sign(self, dynamic: bytes, told: bytes) -> bytes:
        """Return the card's signature over its dynamic data and what the terminal told it."""
        if self._behaves == REPLAY and self._seen:
            return self._seen
        head = b"\x05\x01" + bytes((len(dynamic),)) + dynamic
        self._seen = signature(keys.CARD_MODULUS, keys.CARD_PRIVATE, head, told, True)
        return self._seen

    def _track(self) -> bytes:
        """Return what a magnetic stripe would hold (track 2)."""
        track = self._pan + "d" + self._expires + "201" + "0" * 8
        return bytes.fromhex(track + "f" * (len(track) % 2))

    def _issued(self) -> dict:
        """Return the records by file and number."""
        number = self._pan + "f" * (len(self._pan) % 2)
        effective = "491231" if self._behaves == NOT_YET else "200101"
        usage = "a900" if self._behaves == ABROAD else "ff00"
        issued_in = "0840" if self._behaves == ABROAD else "0276"
        signed = (
            tlv.encode(0x5A, bytes.fromhex(number))
            + tlv.encode(0x5F24, bytes.fromhex(self._expires + _last_day(self._expires)))
            + tlv.encode(0x5F25, bytes.fromhex(effective))
            + tlv.encode(0x5F28, bytes.fromhex(issued_in))
            + tlv.encode(0x9F07, bytes.fromhex(usage))
            + tlv.encode(0x8C, self._cdol)
            + tlv.encode(0x9F4A, b"\x82")
            + self.signed
        )
        issuer, rest = self._issuer_certificate()
        card = self._card_certificate(signed)
        records = {(1, 1): tlv.encode(0x57, self._track()), (2, 1): signed}
        records[2, 2] = (
            tlv.encode(0x8F, INDEX)
            + tlv.encode(0x90, issuer)
            + tlv.encode(0x92, rest)
            + tlv.encode(0x9F32, b"\3")
        )
        if self.method == "SDA":
            static = signature(
                keys.ISSUER_MODULUS, keys.ISSUER_PRIVATE, b"\x03\x01\xda\xc0", signed + self._profile, True
            )
            records[2, 3] = tlv.encode(0x93, static)
        else:
            records[2, 3] = tlv.encode(0x9F46, card) + tlv.encode(0x9F47, b"\3") + tlv.encode(0x9F49, DDOL)
        if self._behaves == FORGED:
            records[2, 1] = signed.replace(bytes.fromhex("200101"), bytes.fromhex("200102"))
        return {place: tlv.encode(0x70, record) for place, record in records.items()}

    def _issuer_certificate(self):
        """Return the issuer's certificate and the part of its key that does not fit."""
        modulus = bytes.fromhex(keys.ISSUER_MODULUS)
        room = len(bytes.fromhex(keys.AUTHORITY_MODULUS)) - 36
        identifier = bytes.fromhex(self._pan[:6] + "ff")
        head = b"\x02" + identifier + bytes.fromhex("1249") + b"\0\0\1" + bytes((1, 1, len(modulus), 1))
        told = modulus[room:] + b"\3"
        certificate = signature(
            keys.AUTHORITY_MODULUS, keys.AUTHORITY_PRIVATE, head + modulus[:room], told, False
        )
        return certificate, modulus[room:]

    def _card_certificate(self, signed: bytes) -> bytes:
        modulus = bytes.fromhex(keys.CARD_MODULUS)
        if self._behaves == CLONE:
            modulus = modulus[:-2] + bytes((modulus[-2] ^ 1, modulus[-1]))
        number = bytes.fromhex(self._pan + "f" * (20 - len(self._pan)))
        ends = bytes.fromhex(self._expires[2:] + self._expires[:2])
        head = b"\x04" + number + ends + b"\0\0\1" + bytes((1, 1, len(modulus), 1)) + modulus
        told = b"\3" + signed + self._profile
        return signature(keys.ISSUER_MODULUS, keys.ISSUER_PRIVATE, head, told, True)


def authority_document() -> dict:
    """Return the authority's key as an operator's file gives it."""
    modulus, exponent = bytes.fromhex(keys.AUTHORITY_MODULUS), b"\1\0\1"
    checksum = hashlib.sha1(RID + INDEX + modulus + exponent).digest()  # noqa: S324
    return {
        "rid": RID.hex(),
        "index": INDEX.hex(),
        "modulus": modulus.hex(),
        "exponent": exponent.hex(),
        "expires": "2049-12",
        "checksum": checksum.hex(),
    }


def signature(modulus_text: str, private_text: str, head: bytes, told: bytes, is_padded: bool) -> bytes:
    """Return what a key signs: 6A, the head filled up, SHA-1 over all, BC (EMV Book 2, A2.1)."""
    modulus = bytes.fromhex(modulus_text)
    room = len(modulus) - 22
    content = head + b"\xbb" * (room - len(head)) if is_padded else head
    if len(content) != room:
        raise ValueError("%d bytes to sign do not fit a key of %d" % (len(content), len(modulus)))
    digest = hashlib.sha1(content + told).digest()  # noqa: S324
    number = int.from_bytes(b"\x6a" + content + digest + b"\xbc", "big")
    signed = pow(number, int(private_text, 16), int(modulus_text, 16))
    return signed.to_bytes(len(modulus), "big")


def _last_day(month: str) -> str:
    """Return the last day of a month (YYMM)."""
    if month[2:] == "02":
        return "28" if int(month[:2]) % 4 else "29"
    return "30" if month[2:] in ("04", "06", "09", "11") else "31"


def _word(word: int) -> bytes:
    return bytes((word >> 8, word & 0xFF))
