"""A P-256 key as a PEM file (RFC 7468, 10, with PKCS #8 in it), in the form of OpenSSL.

It does not know curves, and not who may read the file.
"""

import binascii

from firmware.crypto import keyforms
from firmware.errors import BoardError, CryptoError

BEGIN = "-----BEGIN PRIVATE KEY-----\n"
END = "-----END PRIVATE KEY-----\n"
LINE_LETTERS = 64


def encode(private: bytes, public: bytes) -> str:
    """Return the PEM text of a private key (32 bytes) and its public key (X and Y, 64 bytes)."""
    letters = binascii.b2a_base64(keyforms.pkcs8(private, public)).decode().strip()
    lines = [letters[at : at + LINE_LETTERS] + "\n" for at in range(0, len(letters), LINE_LETTERS)]
    return BEGIN + "".join(lines) + END


def decode(text: str) -> "tuple[bytes, bytes]":
    """Return private and public key of a PEM text. Raises BoardError, which tells nothing of the key."""
    try:
        content = binascii.a2b_base64(text[len(BEGIN) : -len(END)])
        private, public = keyforms.private_from_der(content), content[-64:]
    except (ValueError, CryptoError):
        private, public = b"", b""
    # Built anew it has to be the same text: so nothing in it goes unread.
    if not private or encode(private, public) != text:
        raise BoardError("key: this is no PEM file of a P-256 key (PKCS #8); put the terminal's own key back")
    return private, public
