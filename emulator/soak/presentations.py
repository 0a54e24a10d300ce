"""Keeps by which cards drivers identified themselves of late, as a camera at the charger would see it, and
whether the reader waits for one.

It does not know what the terminal made of them.
"""

from __future__ import annotations

from typing import Any

from emulator.simulation.board import Antenna, CardInField, Field
from emulator.simulation.brush import Held

KEPT = 32
GENUINE = {"desfire": ("genuine", "hidden"), "vde": (None, "genuine")}


class Presentation:
    """One time that a card was held to the reader."""

    def __init__(self, turn: int, at_ms: int, card: dict):
        self.turn = turn
        self.at_ms = at_ms
        self._card = card
        # Whether it was away, or another one in its place, before it had answered all.
        self.is_cut = False

    def is_of(self, token: dict[str, Any]) -> bool:
        """Return whether a card was there that shows what a token says."""
        if token["type"] == "EMV":
            # Its number is in no record.
            return self._card["kind"] == "emv"
        return token["uid"] in (self._card.get("uid"), self._card.get("subject"))

    def is_proof_of(self, token: dict[str, Any]) -> bool:
        """Return whether the one card of a token was there that has its key, and answered all that it was
        asked.
        """
        is_genuine = self._card.get("secure") in GENUINE.get(self._card["kind"], ())
        return self.is_of(token) and is_genuine and not self.is_cut


class Watched(Antenna):
    """The place in front of a reader with a camera: `newest` are the last presentations; and `field`, the
    reader's port of the terminal that lives now.
    """

    def __init__(self, kernel: Any):
        super().__init__(kernel)
        self.newest: list[Presentation] = []
        self.field: WatchedField | None = None

    def put(self, card: Any, is_crowded: bool = False) -> None:
        """Put a card into the field, alone or among others, or take it away with None."""
        super().put(card, is_crowded)
        if isinstance(card, Held):
            card.on_swap = self._swapped
            self._show(card.card)
        elif card and not is_crowded:
            self._show(card)

    def reader(self, life: Any) -> WatchedField:
        """Return the `CardReader` port of a life."""
        self.field = WatchedField(life, self)
        return self.field

    def unanswered(self, turn: int) -> None:
        """Note that the card of a turn does not answer what it is asked."""
        for one in self.newest:
            one.is_cut |= one.turn == turn

    def _swapped(self, card: Any) -> None:
        """Note that another card answers from now on, which has heard what the one before was asked."""
        self.unanswered(self.turn)
        self._show(card)

    def _show(self, card: Any) -> None:
        told = getattr(card, "told", None) or {"kind": "rfid", "uid": card.uid.hex().upper()}
        shown = Presentation(self.turn, self.kernel.now_ms, told)
        self.newest = [*self.newest[1 - KEPT :], shown]


class WatchedField(Field):
    """Tells whether somebody waits for a card; None before anybody did."""

    def __init__(self, life: Any, antenna: Watched):
        super().__init__(life, antenna)
        self.is_waiting: bool | None = None

    async def wait_card(self) -> WatchedCard:
        """Wait until a card is in the field. Raises CardError for several."""
        self.is_waiting = True
        while self._antenna.card is None:
            await self._antenna.wait_change()
        self.is_waiting = False
        await super().wait_card()
        return WatchedCard(self._antenna)


class WatchedCard(CardInField):
    """A card of which it is known whether it answered."""

    async def transmit(self, apdu: bytes) -> bytes:
        """Pass a command to the card as long as it is the one in the field."""
        try:
            answer: bytes = await super().transmit(apdu)
        except OSError:
            self._antenna.unanswered(self._turn)
            raise
        return answer


def of(charger: Any) -> Watched:
    """Return the watched antenna of a charger whose power has not come yet, the same to all who ask."""
    if not isinstance(charger.antenna, Watched):
        charger.antenna = Watched(charger.kernel)
    watched: Watched = charger.antenna
    return watched
