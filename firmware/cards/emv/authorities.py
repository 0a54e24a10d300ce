"""The keys of the schemes' certification authorities, as the operator's file gives them (JSON).

It does not know cards. The schemes publish these keys; none is built in.
"""

import hashlib

from ...crypto import jsontext
from ...errors import CardError, CryptoError
from .certificates import EXPONENTS, FEWEST_BYTES, MOST_BYTES, Key

MAX_FILE_BYTES = 131072
_MEMBERS = ("checksum", "expires", "exponent", "index", "modulus", "rid")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Authorities:
    """Keys by scheme (RID) and index."""

    def __init__(self, documents: "list[Any]") -> None:
        """Take {"rid", "index", "modulus", "exponent", "expires": "YYYY-MM", "checksum"}, octets in hex.

        Raises CardError for the first entry that is wrong: a checksum is SHA-1 over RID, index, modulus and
        exponent (EMV Book 2, 11.2).
        """
        self._keys: "dict[bytes, tuple[Key, tuple[int, int]]]" = {}
        for i, document in enumerate(documents):
            path = "CA key %d" % i
            if not isinstance(document, dict) or tuple(sorted(document)) != _MEMBERS:
                raise CardError("%s: has to have just the members %s" % (path, ", ".join(_MEMBERS)))
            octets = [
                _octets(document[name], path + "/" + name) for name in ("rid", "index", "modulus", "exponent")
            ]
            rid, index, modulus, exponent = octets
            number = int.from_bytes(exponent, "big")
            if len(rid) != 5 or len(index) != 1 or number not in EXPONENTS:
                raise CardError("%s: rid has 5 bytes, index 1, exponent is 3 or 65537" % path)
            if not FEWEST_BYTES <= len(modulus) <= MOST_BYTES or not modulus[-1] & 1:
                raise CardError(
                    "%s/modulus: has to be odd and of %d to %d bytes" % (path, FEWEST_BYTES, MOST_BYTES)
                )
            sum_told = hashlib.sha1(rid + index + modulus + exponent).digest()  # noqa: S324
            if sum_told != _octets(document["checksum"], path + "/checksum"):
                raise CardError("%s/checksum: does not fit; take the key from its scheme again" % path)
            if rid + index in self._keys:
                raise CardError("%s: there is already a key %02X of this scheme" % (path, index[0]))
            self._keys[rid + index] = Key(modulus, number), _month(document["expires"], path + "/expires")

    def find(self, aid: bytes, index: bytes, today: "tuple[int, int] | None") -> Key:
        """Return the key that a card names (tag 8F). Raises CardError for none, or one that has expired."""
        if len(index) != 1:
            raise CardError("the card's index of a CA key (tag 8F) has %d bytes, not 1" % len(index))
        found = self._keys.get(aid[:5] + index)
        if found is None:
            raise CardError("there is no CA key %s of the scheme %s" % (index.hex(), aid[:5].hex()))
        key, expires = found
        if today is not None and expires < today:
            raise CardError("the CA key %s of the scheme %s has expired" % (index.hex(), aid[:5].hex()))
        return key


def parse(content: bytes) -> Authorities:
    """Return the keys of a file (a JSON list). Raises CardError."""
    try:
        documents = jsontext.parse(content, 3, MAX_FILE_BYTES)
    except CryptoError as error:
        raise CardError("CA keys: %s" % error)
    if not isinstance(documents, list):
        raise CardError("CA keys: the file has to be a JSON list")
    return Authorities(documents)


def _octets(text: "Any", path: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise CardError("%s: has to be hexadecimal" % path)


def _month(text: "Any", path: str) -> "tuple[int, int]":
    parts = text.split("-") if isinstance(text, str) else []
    if len(parts) != 2 or not parts[0].isdigit() or not parts[1].isdigit() or not 1 <= int(parts[1]) <= 12:
        raise CardError("%s: has to be a month such as 2031-12" % path)
    return int(parts[0]), int(parts[1])
