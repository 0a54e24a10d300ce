"""Issues the secure cards of a story: its keys are made up and published here, and open nothing else.

It does not know readers. A clone has a card's UID and a key of its own.
"""

from emulator.models import desfire as model
from firmware.cards import card_keys, cmac, desfire
from hal.common.aes import Aes

AID = bytes.fromhex("f54b54")
MASTER = bytes.fromhex("4b696c6f7461702073746f7279206b65")
PRIVACY = bytes.fromhex("4b696c6f746170207072697661637921")
SYSTEM = b"KT"
FILE_BYTES = 31

# What `secure` says of a card: genuine, genuine with a random UID before its own, or a copy.
GENUINE, HIDDEN, CLONE = KINDS = ("genuine", "hidden", "clone")

# What a terminal is given to know these cards, in the form of firmware/cards/card_keys.py.
KEYS = {
    "aid": AID.hex(),
    "key": 1,
    "master": MASTER.hex(),
    "system": SYSTEM.hex(),
    "contract": {"file": 1, "bytes": FILE_BYTES, "mode": "full"},
    "privacy": {"key": 2, "value": PRIVACY.hex()},
}


def make(card: dict, prng):
    """Return the card that a scenario describes: `uid`, and in `secure` one of KINDS."""
    aes = Aes()
    uid = bytes.fromhex(card["uid"])
    key = cmac.diversified(aes, MASTER, uid + AID + SYSTEM)
    if card["secure"] == CLONE:
        key = prng.random_bytes(16)
    content = card.get("name", "DE-KTP-STORY").encode()[:FILE_BYTES]
    files = {1: model.File(desfire.FULL, 1, 0, content + bytes(FILE_BYTES - len(content)))}
    application = model.Application([prng.random_bytes(16), key, PRIVACY], files)
    made = model.SecureDesfireCard(uid, aes, prng, {AID: application}, card["secure"] == HIDDEN)
    made.told = card
    return made


def keys():
    """Return what the terminal of a simulation is given: keys, and AES."""
    return card_keys.CardKeys(KEYS), Aes()
