"""What a card is called in contracts, records and receipts.

It does not know whether the token may charge.
"""

from ..errors import CardError
from . import rfid

# OCMF, table 11: how sure the identification is; a UID that anyone can copy is hearsay.
HEARSAY = "HEARSAY"


def from_uid(uid: bytes) -> dict:
    """Return the token of a card known by its UID: `{"type": "RFID", "uid", "level"}`.

    Raises CardError for a UID that is none, or that the card made up for this tap and never shows again.
    """
    text = rfid.canonical(uid)
    if rfid.is_random(uid):
        raise CardError("this card shows a random UID, as phones and bank cards do; use another card")
    return {"type": "RFID", "uid": text, "level": HEARSAY}
