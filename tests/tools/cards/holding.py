"""Holds emulated cards to what `kilotap card` knows, for the tests of what it makes of them.

It does not know what they should be told as.
"""

import asyncio
from typing import Any

from emulator.models import card_issuer, emv
from emulator.models.prng import Prng
from firmware.cards import card_keys
from hal.common.aes import Aes
from hal.common.conversation import carry
from tools.cards import recognising, tracing

UID = "04A1B2C3D4E580"
PAN = "4761739001010119"
KEYS = card_keys.CardKeys(card_issuer.KEYS)


def chance(count: int) -> bytes:
    return Prng(11, "tools").random_bytes(count)


class Held:
    """An emulated card as a reader port gives it; it can be pulled at a command."""

    def __init__(self, card: Any, pulled_at: int = 0):
        self.uid, self.atr = card.uid, card.atr
        self._card, self._pulled_at, self._asked = card, pulled_at, 0

    async def transmit(self, apdu: bytes) -> bytes:
        self._asked += 1
        if self._asked == self._pulled_at:
            raise OSError(19, "the card was taken away")
        return bytes(self._card.transmit(apdu))

    async def converse(self, dialogue: Any) -> Any:
        return await carry(dialogue, self.transmit)


def knowledge(keys: Any = KEYS, authorities: Any = None, of_cards: Any = None) -> recognising.Knowledge:
    return recognising.Knowledge(
        keys, Aes(), authorities, chance, (2026, 3), of_cards, "2026-03-28T16:59:00Z"
    )


def told(card: Any, known: recognising.Knowledge, shown: list[str] | None = None) -> dict[str, Any]:
    lines = [] if shown is None else shown
    watched = lambda dialogue: tracing.traced(dialogue, lines.append)  # noqa: E731
    return asyncio.run(recognising.recognise(Held(card), known, watched))


def secure(kind: str) -> Any:
    return card_issuer.make({"kind": "desfire", "uid": UID, "secure": kind}, Prng(3, "card"))


def bank_card(method: str = "CDA") -> Any:
    return emv.PaymentCard(PAN, "2031-12", Prng(6, "card"), method)
