"""Names the page of a receipt: an address known to whoever holds the receipt or saw it on the display.

It does not know who serves the page. The name follows from the record's signature, which no other record
tells; the hash of the record stands as `prev` in the one after it, which may be another driver's.
"""

import hashlib

from firmware.crypto import jose

# 22 characters of base64url are 132 bits.
TOKEN_CHARACTERS = 22
PLACE = "{token}"
DOMAIN = b"kilotap receipt page\n"


def token(signature: bytes) -> str:
    """Return the name of the page of the receipt with this signature (r and s, 64 bytes)."""
    return jose.b64url(hashlib.sha256(DOMAIN + signature).digest())[:TOKEN_CHARACTERS]


def address(pattern: str, signature: bytes) -> str:
    """Return the address of the page; `pattern` has {token} where its name belongs."""
    return pattern.replace(PLACE, token(signature))
