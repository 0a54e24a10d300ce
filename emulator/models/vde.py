"""A card after VDE-AR-E 2532-100 with a key pair and a certificate, and the authorities that issue them.

It does not know readers. The authorities' keys are made up and published here, and open nothing else; what is
wrong with a card is said when it is made.
"""

import hashlib

from emulator.models.cards import DESFIRE_ATS, SELECT, Card, iso_dep_atr
from emulator.models.prng import Prng
from firmware.cards import status, tlv
from firmware.cards import vde as dialogue
from firmware.crypto import asn1, brainpool, curve, der, rfc6979, x509

ATS = DESFIRE_ATS
WRONG_PARAMETERS = 0x6B00
PIECE_BYTES = 256

# What `secure` says of a card: genuine; one with another's certificate; one that an authority is said to have
# issued and has not; one of an authority that nobody knows; one whose time is over; one whose certificate
# ends too early, or late.
GENUINE, CLONE, FORGED, FOREIGN, EXPIRED, TRUNCATED, TRAILING = KINDS = (
    "genuine", "clone", "forged", "foreign", "expired", "truncated", "trailing",
)  # fmt: skip
BEGINS, ENDS, ENDED = "20200101000000Z", "20991231235959Z", "20210101000000Z"

# To issue its own certificate takes an authority longer than a card to be read.
_KNOWN: "list[Authority]" = []

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class KeyPair:
    """A key on brainpoolP256r1: it signs as an authority or a card does."""

    def __init__(self, private: bytes):
        self._private = private
        self._scalar = int.from_bytes(private, "big")
        self.public = _affine(self._scalar)

    def sign(self, content: bytes) -> bytes:
        """Return r and s over the SHA-256 digest of the content, with the secret number of RFC 6979."""
        digest = hashlib.sha256(content).digest()
        nonce = next(rfc6979.numbers(self._private, digest, brainpool.N))
        r = int.from_bytes(_affine(nonce)[:32], "big") % brainpool.N
        unit = curve.finish(curve.inverse_steps(nonce, brainpool.N))
        s = unit * (int.from_bytes(digest, "big") + r * self._scalar) % brainpool.N
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Authority:
    """An issuer of certificates, and its own."""

    def __init__(self, name: str, private: bytes):
        self.name = name
        self._key = KeyPair(private)
        self.certificate = self.issued(name, self._key.public, BEGINS, ENDS, is_authority=True)

    def issued(self, name: str, public: bytes, begins: str, ends: str, is_authority: bool = False) -> bytes:
        """Return a certificate (DER) for the key of a name."""
        signed = _signed(self.name, name, public, begins, ends, is_authority)
        signature = der.signature(self._key.sign(signed))
        return _sequence(
            signed, _sequence(x509.ECDSA_WITH_SHA256), tlv.encode(asn1.BIT_STRING, b"\0" + signature)
        )


class VdeCard(Card):
    """A card with a certificate in its file and the key of it, or another."""

    def __init__(self, uid: bytes, key: KeyPair, content: bytes):
        super().__init__(uid, "0344", 0x20, ATS, iso_dep_atr(ATS))
        self._key = key
        self._content = content
        self._selected = False
        # What a scenario says of it, where one does.
        self.told: "dict[str, Any] | None" = None

    def present(self) -> bytes:
        """Begin a presentation: nothing is selected."""
        self._selected = False
        return self.uid

    def transmit(self, command: bytes) -> bytes:
        """Return the response to a command of the application, or what every card of ours says."""
        if len(command) < 4 or command[1] == SELECT or not self._selected:
            return self._other(command)
        cla, instruction, p1, p2 = command[:4]
        if cla != dialogue.CLA or instruction not in (dialogue.READ, dialogue.SIGN):
            return self._other(command)
        if instruction == dialogue.READ:
            begin = p1 << 8 | p2
            piece = self._content[begin : begin + PIECE_BYTES]
            if len(command) != 5:
                return _word(status.SW_WRONG_LENGTH)
            return piece + _word(status.SW_OK) if piece else _word(WRONG_PARAMETERS)
        challenge = command[5:-1]
        if len(command) != 6 + dialogue.CHALLENGE_BYTES or command[4] != len(challenge):
            return _word(status.SW_WRONG_LENGTH)
        return self._key.sign(challenge) + _word(status.SW_OK)

    def _other(self, command: bytes) -> bytes:
        if command[:5] == b"\0\xa4\4\0\x10" and command[5:21] == dialogue.AID:
            self._selected = True
            return tlv.encode(0x6F, tlv.encode(0x84, dialogue.AID)) + _word(status.SW_OK)
        return super().transmit(command)


def authority() -> Authority:
    """Return the authority whose cards a story's terminal knows; it is made once."""
    if not _KNOWN:
        _KNOWN.append(Authority("Kilotap story issuer", hashlib.sha256(b"Kilotap story issuer").digest()))
    return _KNOWN[0]


def make(card: "dict[str, Any]", prng: Prng) -> VdeCard:
    """Return the card that a scenario describes: `uid`, `subject`, and in `secure` one of KINDS."""
    kind = card.get("secure", GENUINE)
    issuer = authority()
    if kind == FOREIGN:
        issuer = Authority("Somebody else", prng.random_bytes(32))
    elif kind == FORGED:
        issuer = Authority(issuer.name, prng.random_bytes(32))
    key = KeyPair(_private(prng))
    ends = ENDED if kind == EXPIRED else ENDS
    content = issuer.issued(card["subject"], key.public, BEGINS, ends)
    if kind == CLONE:
        key = KeyPair(_private(prng))
    elif kind == TRUNCATED:
        content = content[:-1]
    elif kind == TRAILING:
        content += b"\0"
    made = VdeCard(bytes.fromhex(card["uid"]), key, content)
    made.told = card
    return made


def issuers_file() -> bytes:
    """Return the file of the issuers that a story's terminal is given (PEM)."""
    import binascii

    text = binascii.b2a_base64(authority().certificate)
    lines = [text[at : at + 64].strip() + b"\n" for at in range(0, len(text), 64)]
    return b"-----BEGIN CERTIFICATE-----\n" + b"".join(lines) + b"-----END CERTIFICATE-----\n"


def _private(prng: Prng) -> bytes:
    return (int.from_bytes(prng.random_bytes(32), "big") % (brainpool.N - 1) + 1).to_bytes(32, "big")


def _affine(scalar: int) -> bytes:
    """Return X and Y of scalar·G."""
    x, y, z = curve.finish(brainpool.combine_steps(scalar, 0, brainpool.GX, brainpool.GY))
    unit = curve.finish(curve.inverse_steps(z, brainpool.P))
    square = unit * unit % brainpool.P
    return (x * square % brainpool.P).to_bytes(32, "big") + (y * square * unit % brainpool.P).to_bytes(
        32, "big"
    )


def _signed(issuer: str, name: str, public: bytes, begins: str, ends: str, is_authority: bool) -> bytes:
    """Return what a certificate's signature is over (RFC 5280, 4.1.2)."""
    number = b"\1" + hashlib.sha256(public + ends.encode()).digest()[:15]
    usage = b"\1\6" if is_authority else b"\7\x80"
    extensions = _extension(x509.KEY_USAGE, tlv.encode(asn1.BIT_STRING, usage))
    if is_authority:
        extensions += _extension(x509.BASIC_CONSTRAINTS, _sequence(b"\1\1\xff\2\1\1"))
    return _sequence(
        tlv.encode(x509.VERSION, x509.VERSION_3),
        tlv.encode(asn1.INTEGER, number),
        _sequence(x509.ECDSA_WITH_SHA256),
        _name(issuer),
        _sequence(_time(begins), _time(ends)),
        _name(name),
        _sequence(_sequence(x509.EC_BRAINPOOL), tlv.encode(asn1.BIT_STRING, b"\0\4" + public)),
        tlv.encode(x509.EXTENSIONS, _sequence(extensions)),
    )


def _extension(name: bytes, content: bytes) -> bytes:
    return _sequence(
        tlv.encode(asn1.OBJECT_IDENTIFIER, name), b"\1\1\xff", tlv.encode(asn1.OCTET_STRING, content)
    )


def _name(text: str) -> bytes:
    entry = _sequence(
        tlv.encode(asn1.OBJECT_IDENTIFIER, x509.COMMON_NAME), tlv.encode(x509.UTF8_STRING, text.encode())
    )
    return _sequence(tlv.encode(asn1.SET, entry))


def _time(text: str) -> bytes:
    if text < "2050":
        return tlv.encode(x509.UTC_TIME, text[2:].encode())
    return tlv.encode(x509.GENERALIZED_TIME, text.encode())


def _sequence(*parts: bytes) -> bytes:
    return tlv.encode(asn1.SEQUENCE, b"".join(parts))


def _word(word: int) -> bytes:
    return bytes((word >> 8, word & 0xFF))
