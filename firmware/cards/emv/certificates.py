"""Opens what RSA signed on a card: certificates, static and dynamic data (EMV Book 2, 5 and 6).

It does not know dialogues. A certificate is opened by one modular power; the hash in it covers also what did
not fit and stands beside it on the card.
"""

import hashlib

from ...errors import CardError

HEAD, TRAILER = 0x6A, 0xBC
STATIC, ISSUER, CARD, DYNAMIC = 3, 2, 4, 5
SHA1, RSA = 1, 1
HASH_BYTES = 20
PADDING = 0xBB
# Of 1984 bits at most (Book 2, B2.1); what is smaller than 512 bits nobody issues.
FEWEST_BYTES, MOST_BYTES = 64, 248
EXPONENTS = (3, 65537)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Month = tuple[int, int]


class Expired(CardError):
    """A certificate that was right, and is so no longer."""


class Missing(CardError):
    """What a proof needs and the card does not have."""


class Key:
    """An RSA key that a certificate proves: `modulus` as bytes, `exponent`."""

    __slots__ = ("exponent", "modulus")

    def __init__(self, modulus: bytes, exponent: int) -> None:
        self.modulus, self.exponent = modulus, exponent


def recovered(key: Key, signed: bytes, kind: int, what: str) -> bytes:
    """Return what a key signed, without head and trailer. Raises CardError where the key did not."""
    if len(signed) != len(key.modulus):
        told = (what, len(signed), len(key.modulus))
        raise CardError("%s has %d bytes under a key of %d" % told)
    modulus = int.from_bytes(key.modulus, "big")
    opened = pow(int.from_bytes(signed, "big"), key.exponent, modulus).to_bytes(len(signed), "big")
    if opened[0] != HEAD or opened[1] != kind or opened[-1] != TRAILER:
        raise CardError("%s was not signed by the key that should have" % what)
    return opened[1:-1]


def issuer_key(authority: Key, objects: "dict[int, bytes]", digits: str, today: "Month | None") -> Key:
    """Return the issuer's key (Book 2, 6.3). Raises CardError for a certificate that does not hold."""
    what = "the issuer's certificate"
    opened = recovered(authority, needed(objects, 0x90, what), ISSUER, what)
    exponent = needed(objects, 0x9F32, "the issuer's exponent")
    key = _proven(opened, 14, objects.get(0x92, b""), exponent, b"", what)
    identifier = opened[1:5].hex().rstrip("f")
    if not 3 <= len(identifier) <= 8 or digits[: len(identifier)] != identifier:
        raise CardError("%s is for other card numbers" % what)
    _dated(opened[5:7], today, what)
    return key


def card_key(
    issuer: Key, objects: "dict[int, bytes]", static: bytes, digits: str, today: "Month | None"
) -> Key:
    """Return the card's key (Book 2, 6.4), which covers the data that the issuer signed with it."""
    what = "the card's certificate"
    opened = recovered(issuer, needed(objects, 0x9F46, what), CARD, what)
    exponent = needed(objects, 0x9F47, "the card's exponent")
    key = _proven(opened, 20, objects.get(0x9F48, b""), exponent, static, what)
    if opened[1:11].hex().rstrip("f") != digits:
        raise CardError("%s is for another card number" % what)
    _dated(opened[11:13], today, what)
    return key


def static_data(issuer: Key, objects: "dict[int, bytes]", static: bytes) -> bytes:
    """Return the data authentication code of signed static data (SDA, Book 2, 5.4). Raises CardError."""
    what = "the signed static data"
    opened = recovered(issuer, needed(objects, 0x93, what), STATIC, what)
    _hashed(opened, static, what)
    _padded(opened[4:-HASH_BYTES], what)
    return opened[2:4]


def dynamic_data(card: Key, signed: bytes, told: bytes) -> bytes:
    """Return the dynamic data (DDA, Book 2, 6.5.2; CDA, 6.6.2); `told` is what the terminal said."""
    what = "the card's signature"
    opened = recovered(card, signed, DYNAMIC, what)
    _hashed(opened, told, what)
    size = opened[2]
    if size > len(opened) - 3 - HASH_BYTES:
        raise CardError("%s holds less than it says" % what)
    _padded(opened[3 + size : -HASH_BYTES], what)
    return opened[3 : 3 + size]


def _proven(opened: bytes, at: int, rest: bytes, exponent: bytes, static: bytes, what: str) -> Key:
    """Return the key in a certificate; `at` is where it begins: before it stand algorithm and lengths."""
    if len(opened) < at + HASH_BYTES or opened[at - 4] != SHA1 or opened[at - 3] != RSA:
        raise CardError("%s uses other algorithms than SHA-1 and RSA" % what)
    _hashed(opened, rest + exponent + static, what, at - 4)
    size, exponent_size = opened[at - 2], opened[at - 1]
    room = len(opened) - at - HASH_BYTES
    modulus = opened[at : at + min(size, room)] + rest
    number = int.from_bytes(exponent, "big")
    fits = len(modulus) == size and len(exponent) == exponent_size and number in EXPONENTS
    if not fits or not FEWEST_BYTES <= size <= MOST_BYTES or not modulus[-1] & 1:
        raise CardError("%s holds no RSA key of a size and exponent that EMV has" % what)
    if size < room:
        _padded(opened[at + size : -HASH_BYTES], what)
    return Key(modulus, number)


def _hashed(opened: bytes, told: bytes, what: str, algorithm_at: int = 1) -> None:
    if len(opened) < 4 + HASH_BYTES or opened[algorithm_at] != SHA1:
        raise CardError("%s uses another hash than SHA-1" % what)
    if hashlib.sha1(opened[:-HASH_BYTES] + told).digest() != opened[-HASH_BYTES:]:  # noqa: S324
        raise CardError("%s does not fit what the card tells: it was changed" % what)


def _padded(padding: bytes, what: str) -> None:
    for octet in padding:
        if octet != PADDING:
            raise CardError("%s is not filled up as the standard says" % what)


def _dated(ends: bytes, today: "Month | None", what: str) -> None:
    """Hold a last month (MMYY) against today's (year, month); without a clock it is not judged."""
    text = ends.hex()
    if not text.isdigit() or not 1 <= int(text[:2]) <= 12:
        raise CardError("%s has no date" % what)
    # Book 2, 6: years from 50 on are of the century before.
    year = int(text[2:]) + (1900 if int(text[2:]) >= 50 else 2000)
    if today is not None and (year, int(text[:2])) < today:
        raise Expired("%s has expired" % what)


def needed(objects: "dict[int, bytes]", name: int, what: str) -> bytes:
    """Return what a proof needs of a card. Raises Missing."""
    if not objects.get(name):
        raise Missing("%s is not on the card (tag %X)" % (what, name))
    return objects[name]
