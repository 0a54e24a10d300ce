"""Seals a text for the holder of one key: JWE compact, ECDH-ES, A128CBC-HS256 (RFC 7516; RFC 7518, 4.6, 5.2).

It does not know what is sealed and who holds the key, and has no AES of its own: the board's comes as an
argument. One algorithm, agreed on beforehand; what a header asks for beyond it is refused.
"""

from firmware.crypto import canonical, ecdh, jose, jsontext, p256
from firmware.crypto.envelope import BLOCK_BYTES, authentication_tag, concat_kdf, seal
from firmware.errors import CryptoError

ALGORITHM, ENCRYPTION = "ECDH-ES", "A128CBC-HS256"
MAX_HEADER_BYTES = 1024
MAX_TEXT_CHARACTERS = 128
KEY_BITS = 256
# What a header may say beside what it has to.
OPTIONAL = ("apu", "apv", "cty", "kid", "typ")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    AesCbc = Callable[[bytes, bytes, bytes], bytes]  # key, initialisation vector, whole blocks


def encrypt_steps(
    public: bytes, plaintext: bytes, random: "Callable[[int], bytes]", aes_cbc: "AesCbc", kid: str
) -> "Generator[None, None, str]":
    """Seal as a generator that yields between slices of at most 60 multiplications, return the compact JWE.

    `aes_cbc(key, vector, blocks)` encrypts with AES-128 in CBC mode and adds nothing. Raises CryptoError.
    """
    made = yield from envelope_steps(public, random, kid)
    return seal(made, plaintext, random, aes_cbc)


def envelope_steps(
    public: bytes, random: "Callable[[int], bytes]", kid: str
) -> "Generator[None, None, tuple[str, bytes]]":
    """Make what sealing one text needs and the text does not: (protected header, key). A generator as above.

    Agreeing on a key is what takes time; whoever has to be quick makes an envelope beforehand.
    """
    ephemeral = p256.generate(random)
    own = yield from p256.public_key_steps(ephemeral)
    secret = yield from ecdh.shared_steps(ephemeral, public)
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "epk": jose.jwk(own), "kid": kid}
    return jose.b64url(canonical.encode(header)), concat_kdf(secret, ENCRYPTION, KEY_BITS)


def decrypt(private: bytes, compact: str, aes_cbc: "AesCbc") -> bytes:
    """Return the text of a compact JWE; CryptoError unless it has the one form and this key opens it.

    `aes_cbc(key, vector, blocks)` decrypts with AES-128 in CBC mode and leaves the padding where it is.
    """
    parts = compact.split(".", 5) if len(compact) <= jose.MAX_COMPACT_BYTES else []
    if len(parts) != 5 or parts[1]:
        raise CryptoError("no compact JWE of 5 parts, the second one empty, and at most 16 KB")
    header = _header(jose.unb64url(parts[0]))
    vector, sealed, tag = [jose.unb64url(part) for part in parts[2:]]
    if len(vector) != BLOCK_BYTES or len(tag) != 16 or not sealed or len(sealed) % BLOCK_BYTES:
        raise CryptoError("a JWE whose vector, text or tag is not of a size that %s gives" % ENCRYPTION)
    secret = ecdh.shared(private, jose.public_from_jwk(header["epk"]))
    apu, apv = [jose.unb64url(header.get(name, "")) for name in ("apu", "apv")]
    key = concat_kdf(secret, ENCRYPTION, KEY_BITS, apu, apv)
    if not _is_same(tag, authentication_tag(key[:16], parts[0].encode(), vector, sealed)):
        raise CryptoError("a JWE that this key does not open, or that was changed")
    padded = aes_cbc(key[16:], vector, sealed)
    padding = padded[-1]
    if not 0 < padding <= BLOCK_BYTES or padded[-padding:] != bytes((padding,)) * padding:
        raise CryptoError("a JWE whose text is not padded as PKCS #7 says")
    return padded[:-padding]


def _header(content: bytes) -> "dict[str, Any]":
    """Return the protected header; CryptoError for any member that is not understood here, and for none."""
    header = jsontext.parse(content, 2, MAX_HEADER_BYTES)
    if not isinstance(header, dict) or header.get("alg") != ALGORITHM or header.get("enc") != ENCRYPTION:
        raise CryptoError("a JWE header whose alg is not %s or whose enc is not %s" % (ALGORITHM, ENCRYPTION))
    for name in header:
        if name in ("alg", "enc", "epk"):
            continue
        text = header[name]
        if name not in OPTIONAL or not isinstance(text, str) or len(text) > MAX_TEXT_CHARACTERS:
            raise CryptoError("a JWE header whose member %s is not taken here" % repr(name)[:40])
    epk = header.get("epk")
    if not isinstance(epk, dict) or sorted(epk) != ["crv", "kty", "x", "y"]:
        raise CryptoError("a JWE header whose epk is not just crv, kty, x and y")
    return header


def _is_same(left: bytes, right: bytes) -> bool:
    """Compare in a time that does not tell where two texts of one length differ."""
    return int.from_bytes(left, "big") ^ int.from_bytes(right, "big") == 0
