"""Who holds up a DESFire card: it has to prove the key that belongs to its UID, which no copy can.

It does not know contracts. It is loaded where a terminal is configured for such cards, and only for a tap.
"""

from ..errors import CardError
from . import cmac, desfire, rfid

# OCMF, table 11: the identification was cryptographically secured.
SECURE = "SECURE"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from .card_keys import CardKeys

    Dialogue = Generator[bytes, bytes, Any]


def tapped(keys: "CardKeys", aes: "Any", random: "Callable[[int], bytes]", uid: bytes) -> "Dialogue":
    """Return {"token"} of a genuine card, {"reason"} of another one, None of one without our application."""
    try:
        found = yield from identify(keys, aes, random, uid)
    except desfire.NotGenuine:
        return {"reason": "not_genuine"}
    except CardError:
        return {"reason": "card_error"}
    return {"token": found["token"]} if found else None


def identify(keys: "CardKeys", aes: "Any", random: "Callable[[int], bytes]", uid: bytes) -> "Dialogue":
    """Return {"token", "contract"} of a genuine card, None of one without our application.

    Raises NotGenuine for a clone, CardError for a card that breaks off.
    """
    found = yield from desfire.select(keys.aid)
    if not found:
        return None
    channel = None
    if rfid.is_random(uid):
        if keys.privacy_number is None:
            raise CardError("the card hides its UID, and the card keys name no key to ask for it (privacy)")
        channel = yield from desfire.authenticate(aes, keys.privacy_number, keys.privacy, random)
        uid = yield from channel.card_uid()
    key = keys.master
    if keys.is_diversified:
        key = cmac.diversified(aes, key, uid + keys.aid + keys.system)
    channel = yield from desfire.authenticate(aes, keys.number, key, random, channel)
    if not keys.is_diversified:
        # With one key for all cards, only the card itself can say which of them it is.
        proven = yield from channel.card_uid()
        if proven != uid:
            raise desfire.NotGenuine("the card shows another UID than it has; it is a copy")
    contract = None
    if keys.contract_file is not None:
        content = yield from channel.read(keys.contract_file, keys.contract_bytes, keys.contract_mode)
        contract = contract_text(content)
    token = {"type": "RFID", "uid": rfid.canonical(uid), "level": SECURE}
    return {"token": token, "contract": contract}


def contract_text(content: bytes) -> str:
    """Return the contract that a card's file names: printable ASCII, filled up with NUL. Raises CardError."""
    text = content.rstrip(b"\0")
    for octet in text:
        if not 0x20 < octet < 0x7F:
            raise CardError("the contract's file on the card holds other than printable characters")
    if not text:
        raise CardError("the contract's file on the card is empty")
    return text.decode()
