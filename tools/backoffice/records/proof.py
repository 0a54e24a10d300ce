"""The slow steps of verifying a record, done by C libraries: the signature, the base64url and the JSON.

It does not know the rules of the form: whatever is in doubt goes to the firmware's own strict reader.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Union

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from firmware.crypto import canonical, der, jose
from firmware.ledger import chain

ES256 = ec.ECDSA(SHA256())
ES256_OF_DIGEST = ec.ECDSA(Prehashed(SHA256()))
# Of r and s, 64 bytes; and with the dot before them.
SIGNATURE_CHARACTERS = 86
TAIL = SIGNATURE_CHARACTERS + 1
# What is nested deeper is no ordinary record. The reader's rules double with each level.
DEPTH = 6


class Verifier:
    """A terminal's key: `verifier(signing_input, signature)` says whether it made a signature."""

    def __init__(self, public_key: bytes) -> None:
        """Parse a key (X and Y)."""
        x, y = int.from_bytes(public_key[:32]), int.from_bytes(public_key[32:])
        self._verify = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key().verify

    def __call__(self, signing_input: bytes, signature: bytes) -> bool:
        """Say whether the key signed it; a signature has 64 bytes."""
        try:
            self._verify(der.signature(signature), signing_input, ES256)
        except InvalidSignature:
            return False
        return True

    def of_digest(self, digest: bytes, signature: bytes) -> bool:
        """Say the same of what has this SHA-256."""
        try:
            self._verify(der.signature(signature), digest, ES256_OF_DIGEST)
        except InvalidSignature:
            return False
        return True


@lru_cache(maxsize=4096)
def verifier(public_key: bytes) -> Verifier:
    """Return the verifier of a key (X and Y), which is parsed once."""
    return Verifier(public_key)


class Opener:
    """Opens the records that one key signed."""

    def __init__(self, thumbprint: str, public_key: bytes) -> None:
        """Know how every record under the key begins."""
        self._head = jose.signing_input({"alg": "ES256", "kid": thumbprint, "typ": chain.RECORD_TYPE}, b"")
        self._is_signature = verifier(public_key).of_digest

    def open(self, line: bytes) -> tuple[dict[str, Any], str] | None:
        """Return a record's payload and its hash (`prev` of the next one); None where it may be none.

        It never takes what `chain.payload_of` does not take, and never takes it for something else.
        """
        head = self._head
        if len(line) > jose.MAX_COMPACT_BYTES or line[-TAIL : 1 - TAIL] != b"." or not line.startswith(head):
            return None
        content, signature = unb64url(line[len(head) : -TAIL]), unb64url(line[1 - TAIL :])
        if content is None or signature is None:
            return None
        # What was signed is the beginning of what is hashed: its bytes are read once for both.
        so_far = sha256(line[:-TAIL])
        if not self._is_signature(so_far.digest(), signature):
            return None
        payload = _read(content)
        if type(payload) is not dict:
            return None
        so_far.update(line[-TAIL:])
        return payload, jose.b64url(so_far.digest())


@lru_cache(maxsize=4096)
def opener(thumbprint: str, public_key: bytes) -> Opener:
    """Return the opener of what a key (X and Y) signs, which is made once."""
    return Opener(thumbprint, public_key)


def decode(content: bytes) -> Any:
    """Return what `canonical.decode` returns, and raise what it raises, some eighty times as fast.

    Canonical bytes are those that a compact, sorted encoder writes again, as long as there are only ASCII,
    small integers and little nesting; everything else is left to the firmware's reader.
    """
    document = _read(content)
    return canonical.decode(content) if document is _DOUBTFUL else document


def _read(content: bytes) -> Any:
    """Return the document of canonical bytes, _DOUBTFUL where it takes the strict reader to tell."""
    if not content.isascii():
        return _DOUBTFUL
    try:
        document = _READER.decode(content)
    except msgspec.DecodeError:
        return _DOUBTFUL
    # A member twice, white space and another spelling of a text or a number are not written again.
    return document if _WRITER.encode(document) == content else _DOUBTFUL


def unb64url(text: bytes) -> bytes | None:
    """Return the bytes of base64url; None for what an encoder would not write."""
    over = len(text) & 3
    if over and text[-1] not in _LAST[over]:
        return None
    try:
        # Bytes beyond ASCII become characters beyond it, of which there are none in base64 either.
        return msgspec.convert((text.translate(_TO_BASE64) + _PADDING[over]).decode("latin-1"), bytes)
    except msgspec.ValidationError:
        return None


def _rules(depth: int) -> Any:
    """Return the type of a document nested so deep: no floats, no integer that a double cannot hold."""
    most = canonical.MAX_INTEGER
    kinds = [None, bool, Annotated[int, msgspec.Meta(ge=-most, le=most)], str]
    inner = _rules(depth - 1) if depth else None
    return Union[*kinds, list[inner], dict[str, inner]] if depth else Union[*kinds]  # type: ignore[valid-type]


_DOUBTFUL = object()
_READER = msgspec.json.Decoder(_rules(DEPTH))
_WRITER = msgspec.json.Encoder(order="sorted")
# The other alphabet's two characters and the padding become one that no alphabet has.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"===", b"==", b"=")
# The last character holds four or two bits that belong to no byte and have to be zero; one alone is no byte.
_LAST = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
