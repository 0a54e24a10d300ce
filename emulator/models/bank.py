"""What a story's terminal is given so that it takes the story's bank cards: made up and published here.

It does not know cards. The gateway's private key is here too, so that tests can open what was sealed.
"""

from emulator.models import emv
from firmware.crypto import jose, p256

GATEWAY_PRIVATE = bytes.fromhex("4b696c6f7461702773206f776e206761746577617920666f722073746f726965")
GATEWAY_KID = "story-gateway"
HASH_KEY = bytes.fromhex("4b696c6f7461702773207365637265742c206f662073746f7269657320616c6f")

# What a story's terms leave out; CA keys and the key of the hashes are files of a terminal.
USUAL = {"aids": [emv.AID.hex().upper()], "country": "276", "ca_keys": "ca-keys.json", "hash_key": "hash.key"}


def terms(given: dict) -> dict:
    """Return the setting `bank_cards` of a story with what it leaves out."""
    filled = dict(USUAL, gateway_key=dict(jose.jwk(p256.public_key(GATEWAY_PRIVATE)), kid=GATEWAY_KID))
    filled.update(given)
    return filled


def authorities() -> list:
    """Return the operator's file of CA keys."""
    return [emv.authority_document()]
