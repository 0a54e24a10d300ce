"""Hands that take a card away in the middle of its reading, or put another into its place.

They do not know what is asked of a card. They are in memory only where a story has such hands.
"""

import errno

TAP_MS = 500

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


async def brush(charger, told: dict) -> None:
    """Do what a `brush` tells, {"card", "at"} and perhaps "then" and "unseen", in a tap's time or two."""
    antenna, following = charger.antenna, charger.cards.get(told.get("then"))
    is_unseen = told.get("unseen", False)
    held = Held(antenna, charger.cards[told["card"]], told["at"], following if is_unseen else None)
    antenna.put(held)
    await charger.kernel.sleep_ms(TAP_MS)
    if following and not is_unseen:
        antenna.put(following)
        await charger.kernel.sleep_ms(TAP_MS)
    antenna.put(None)


class Held:
    """A card between fingers: at its n-th command it is gone, or `following` answers in its place, unseen by
    the reader (a device that passes each command on to both, and gives the answers of the first up to then).
    """

    def __init__(self, antenna, card, at: int, following=None):
        """Take the place in front of the reader, and what is to happen there."""
        self._antenna = antenna
        self._left = at
        self._following = following
        # Who is told when it does not answer: with the card that does, or None.
        self.on_change: "Any" = None
        self.card = card
        self.ats = card.ats
        self.slow_ms = card.slow_ms

    def present(self) -> bytes:
        """Bring the card into the field and return the UID that it shows."""
        if self._following:
            self._following.present()
        return self.card.present()

    def transmit(self, apdu: bytes) -> bytes:
        """Return the answer to a command; from the n-th on it is another one's. Raises OSError for none."""
        self._left -= 1
        if self._left > 0 and self._following:
            self._following.transmit(apdu)
        if self._left == 0:
            self.card = self._following
            if self.on_change:
                self.on_change(self.card)
        if self.card is None:
            self._antenna.put(None)
            raise OSError(errno.ENODEV, "the card was taken away")
        return self.card.transmit(apdu)
