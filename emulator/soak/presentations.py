"""Keeps by which cards drivers identified themselves of late, as a camera at the charger would see it, and
which terminal waits for one.

It does not know what the terminal made of them.
"""

from __future__ import annotations

from typing import Any

from emulator.models import vde
from emulator.models.brush import Held
from emulator.models.emv import PaymentCard
from emulator.simulation.board import Antenna

KEPT = 32
GENUINE = {"desfire": ("genuine", "hidden"), "vde": (None, "genuine")}


class Presentation:
    """One time that a card was held to the reader."""

    def __init__(self, turn: int, at_ms: int, card: dict, has_clock: bool):
        self.turn = turn
        self._has_clock = has_clock
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
        secure = self._card.get("secure")
        # Without a clock nobody knows that a certificate's time is over.
        is_genuine = secure in GENUINE.get(self._card["kind"], ()) or (
            secure == vde.EXPIRED and not self._has_clock
        )
        return self.is_of(token) and is_genuine and not self.is_cut


class Watched(Antenna):
    """The place in front of a reader with a camera: `newest` are the last presentations."""

    def __init__(self, charger: Any):
        super().__init__(charger.kernel)
        self._charger = charger
        self.newest: list[Presentation] = []
        # The terminal that waits for a card now, and the one that did when the last one was put down.
        self.waiting: Any = None
        self.met: Any = None

    def put(self, card: Any, is_crowded: bool = False) -> None:
        """Put a card into the field, alone or among others, or take it away with None."""
        super().put(card, is_crowded)
        if card:
            self.met, self.waiting = self.waiting, None
        if isinstance(card, Held):
            card.on_change = self._changes
            self._show(card.card)
        elif card and not is_crowded:
            self._show(card)

    async def wait_change(self) -> None:
        """Wait until something is put down or taken away."""
        if self.card is None:
            self.waiting = self._charger.assembly
        await super().wait_change()

    def _changes(self, card: Any) -> None:
        """Note that the card answers no more, or another one in its place, which has heard it all."""
        for one in self.newest:
            one.is_cut |= one.turn == self.turn
        if card:
            self._show(card)

    def _show(self, card: Any) -> None:
        kind = "emv" if isinstance(card, PaymentCard) else "rfid"
        told = getattr(card, "told", None) or {"kind": kind, "uid": card.uid.hex().upper()}
        shown = Presentation(self.turn, self.kernel.now_ms, told, self._charger.wall.is_known())
        self.newest = [*self.newest[1 - KEPT :], shown]


def of(charger: Any) -> Watched:
    """Return the watched antenna of a charger whose power has not come yet, the same to all who ask."""
    if not isinstance(charger.antenna, Watched):
        charger.antenna = Watched(charger)
    watched: Watched = charger.antenna
    return watched
