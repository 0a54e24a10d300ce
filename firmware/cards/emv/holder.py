"""Whether a phone asked its holder for finger, face or code (CDCVM), as far as it vouches for that itself.

It does not know whether anybody has to be asked. A word that no signature covers counts for nothing: on the
way between card and terminal anybody can turn such a bit.
"""

from .. import dol
from . import authentication

# Cardholder verification results: none was performed (EMV Book 4, annex A4); by the device itself, with
# success (Book C-2, procedure CVM).
RESULTS = 0x9F34
NONE_PERFORMED, ON_DEVICE = b"\x3f\0\0", b"\x01\0\2"
# Application interchange profile, byte 1: the device can verify its holder.
AIP_ON_DEVICE = 0x02
# Card transaction qualifiers, byte 2: it did (Book C-3).
QUALIFIED = 0x80
# Behind the version and the card's own number, in what an fDDA signature covers.
QUALIFIERS_AT, QUALIFIERS_END = 5, 7

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Application


def results(application: "Application", is_wanted: bool) -> bytes:
    """Return what the card is told of cardholder verification: of a device that can, it is asked for."""
    return ON_DEVICE if is_wanted and application.aip[0] & AIP_ON_DEVICE else NONE_PERFORMED


def is_verified(application: "Application", proof: "dict[str, Any]", told: bytes) -> bool:
    """Return whether a proof covers that the holder was asked; `told` is what results() returned."""
    objects = application.objects
    if not proof["holds"]:
        return False
    if proof["method"] == "fDDA":
        signed = objects[authentication.CARD_DATA]
        return (
            signed[:1] == b"\x01"
            and len(signed) >= QUALIFIERS_END
            and bool(signed[QUALIFIERS_AT + 1] & QUALIFIED)
        )
    if proof["method"] != "CDA" or told != ON_DEVICE:
        return False
    # Its profile is signed, and so is that it was told to have asked; one that had not would have declined.
    is_signed = objects.get(authentication.STATIC_TAGS) == bytes((authentication.AIP_TAG,))
    return is_signed and RESULTS in [name for name, _size in dol.parse(objects[authentication.CDOL])]
