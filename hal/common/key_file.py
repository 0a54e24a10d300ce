"""A P-256 key as a PEM file (PKCS #8, RFC 5958, with RFC 5915 in it), in the form of OpenSSL.

It does not know curves, and not who may read the file.
"""

import binascii

from firmware.errors import BoardError

BEGIN = "-----BEGIN PRIVATE KEY-----\n"
END = "-----END PRIVATE KEY-----\n"
LINE_LETTERS = 64
# SEQUENCE {0, {id-ecPublicKey, prime256v1}, OCTET STRING {SEQUENCE {1, OCTET STRING: private, [1] BIT STRING:
# public}}}; the 04 before the public key says that X and Y follow, both.
BEFORE_PRIVATE = bytes.fromhex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420")
BEFORE_PUBLIC = bytes.fromhex("a144034200" + "04")
PRIVATE_BYTES = 32
PUBLIC_BYTES = 64


def encode(private: bytes, public: bytes) -> str:
    """Return the PEM text of a private key (32 bytes) and its public key (X and Y, 64 bytes)."""
    content = BEFORE_PRIVATE + private + BEFORE_PUBLIC + public
    letters = binascii.b2a_base64(content).decode().strip()
    lines = [letters[at : at + LINE_LETTERS] + "\n" for at in range(0, len(letters), LINE_LETTERS)]
    return BEGIN + "".join(lines) + END


def decode(text: str) -> "tuple[bytes, bytes]":
    """Return private and public key of a PEM text. Raises BoardError, which tells nothing of the key."""
    letters = text[len(BEGIN) : -len(END)]
    try:
        content = binascii.a2b_base64(letters)
    except ValueError:
        content = b""
    private_end = len(BEFORE_PRIVATE) + PRIVATE_BYTES
    private = content[len(BEFORE_PRIVATE) : private_end]
    public = content[private_end + len(BEFORE_PUBLIC) :]
    # Built anew it has to be the same text: so nothing in it goes unread.
    if len(private) != PRIVATE_BYTES or len(public) != PUBLIC_BYTES or encode(private, public) != text:
        raise BoardError("key: this is no PEM file of a P-256 key (PKCS #8); put the terminal's own key back")
    return private, public
