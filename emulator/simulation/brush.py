"""Hands that take a card away in the middle of its reading, or put another into its place.

They do not know what is asked of a card. They are in memory only where a story has such hands.
"""

import errno

TAP_MS = 500

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


async def brush(charger, told: dict) -> None:
    """Do what a `brush` tells, {"card", "at"} and perhaps "then" and "unseen", in the time of a tap."""
    antenna, following = charger.antenna, charger.cards.get(told.get("then"))
    held = Held(antenna, charger.cards[told["card"]], told["at"], following, told.get("unseen", False))
    antenna.put(held)
    await charger.kernel.sleep_ms(TAP_MS)
    antenna.put(None)


class Held:
    """A card between fingers: at its n-th command it is gone, and `following` lies there (None: nothing).

    Is that `unseen`, the reader takes both for one card: a device that passes each command on to both, and
    gives the answers of the first one up to then.
    """

    def __init__(self, antenna, card, at: int, following=None, is_unseen: bool = False):
        """Take the place in front of the reader, and what is to happen there."""
        self._antenna = antenna
        self._left = at
        self._following = following
        self._is_unseen = is_unseen
        # Which card answers now, and who is told when that changes unseen.
        self.card = card
        self.on_swap: "Any" = None
        self.ats = card.ats
        self.slow_ms = card.slow_ms

    def present(self) -> bytes:
        """Bring the card into the field and return the UID that it shows."""
        if self._is_unseen:
            self._following.present()
        return self.card.present()

    def transmit(self, apdu: bytes) -> bytes:
        """Return the answer to a command; from the n-th on it is another one's. Raises OSError for none."""
        self._left -= 1
        if self._left > 0:
            if self._is_unseen:
                self._following.transmit(apdu)
        elif not self._is_unseen:
            self._antenna.put(self._following)
            raise OSError(errno.ENODEV, "the card was taken away")
        elif self.card is not self._following:
            self.card = self._following
            if self.on_swap:
                self.on_swap(self.card)
        return self.card.transmit(apdu)
