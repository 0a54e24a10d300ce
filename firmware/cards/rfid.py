"""The UID of a contactless card: its one spelling, and the kinds that identify nobody.

It does not know readers or contracts.
"""

from ..errors import CardError

# ISO/IEC 14443-3, 6.5.4: single, double and triple size.
UID_SIZES = (4, 7, 10)
# The first byte of a random UID of single size, and the cascade tag, with which no UID of single size begins.
RANDOM_FIRST = 0x08
CASCADE_TAG = 0x88


def canonical(uid: bytes) -> str:
    """Return a UID as upper-case hex, most significant byte first. Raises CardError for no whole UID."""
    if len(uid) not in UID_SIZES:
        raise CardError(
            "a card's UID has 4, 7 or 10 bytes, not %d; set the reader to give it whole" % len(uid)
        )
    if len(uid) == 4 and uid[0] == CASCADE_TAG:
        raise CardError("the UID begins with 88, as a cut one does; set the reader to give it whole")
    return bytes(uid).hex().upper()


def is_random(uid: bytes) -> bool:
    """Return whether the card made the UID up for this tap (ISO/IEC 14443-3, 6.5.4)."""
    return len(uid) == 4 and uid[0] == RANDOM_FIRST
