"""The task that waits for cards: one event a tap, none for a card that is left on the reader or held up twice
by accident.

It does not know whose card it is. What a card is, it asks kind by kind, in the order that is configured.
"""

from ..cards import rfid
from ..cards import token as tokens
from ..errors import CardError
from ..pricing import calendar
from ..session import events
from . import slices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board, Card

    from .inbox import Inbox

    Tapped = dict[str, Any]

RETRY_MS = 1000
TAP = "tap"  # {"token"} of a card that is known by one, else {"reason"}; of bank cards as cards.emv.payment

# What `card_order` may name.
KINDS = ("desfire", "vde", "emv", "rfid")
# In the ATR that a reader makes up for a card which understands no APDU (PC/SC part 3, 3.1.3.2.3.2).
STORAGE_CARD = b"\xa0\x00\x00\x03\x06"


class Reader:
    """The one owner of the card reader."""

    def __init__(self, board: "Board", config: "Any", inbox: "Inbox", cards: "Any" = None) -> None:
        """Take the ports, and by kind what proves cards: (CardKeys, AES), authorities, what bank.py needs."""
        self._board = board
        self._config = config
        self._reader = board.reader
        self._clock = board.clock
        self._inbox = inbox
        self._guard_ms = config.tap_guard_ms
        self._order = config.card_order.split()
        self._cards = cards or {}
        self._last: "Any" = None
        self._left_ms = 0
        self._healthy: "bool | None" = None

    async def run(self) -> None:
        """Wait for cards for ever; a reader that went away is a fault until it is back."""
        while True:
            try:
                await self._one_card()
            except OSError as error:
                self._broken(error)
                await self._clock.sleep_ms(RETRY_MS)

    async def _one_card(self) -> None:
        await self._prepare()
        await self._reader.ready()
        # Said before a card comes: nobody holds one to a charger that says it is out of order.
        if not self._healthy:
            self._healthy = True
            self._inbox.post((events.FAULT_CLEARED, {"fault": "reader"}))
        try:
            card = await self._reader.wait_card()
        except CardError:
            card = None
        # Of several at once no one is meant; all have to be gone first, or the last to leave would count.
        tapped = await self._recognise(card) if card else {"reason": "several_cards"}
        known = tapped.get("token") or tapped["reason"]
        if not self._is_repeated(known):
            self._inbox.post((TAP, tapped))
        self._last = known
        await self._forget()
        await self._reader.wait_removed()
        self._left_ms = self._clock.ticks_ms()

    async def _prepare(self) -> None:
        """Make the envelope for a card's number beforehand: no driver has to wait for it."""
        bank = self._cards.get("emv")
        if bank and "envelope" not in bank:
            from ..crypto import jwe

            public, kid = self._config.bank_cards["gateway_key"]
            steps = jwe.envelope_steps(public, self._board.entropy.random, kid)
            bank["envelope"] = await slices.finish(steps, self._clock)

    async def _forget(self) -> None:
        """Have overwritten what a bank card left in memory, once the terminal has heard of it."""
        forget = self._cards.get("emv", {}).get("forget")
        if forget:
            await self._clock.sleep_ms(0)
            forget()

    async def _recognise(self, card: "Card") -> "Tapped":
        """Return what the first kind that knows the card makes of it; a card pulled away is none."""
        try:
            for kind in self._order:
                tapped = await self._ask(kind, card)
                if tapped:
                    return tapped
        except (OSError, CardError):
            return {"reason": "card_error"}
        return {"reason": "unknown_card"}

    async def _ask(self, kind: str, card: "Card") -> "Tapped | None":
        if kind == "rfid":
            return _plain(card.uid)
        if not card.atr or STORAGE_CARD in card.atr:
            return None
        # Cards that talk are in memory only while they do.
        if kind == "desfire":
            from ..cards import secure_rfid

            keys, aes = self._cards[kind]
            return await card.converse(secure_rfid.tapped(keys, aes, self._board.entropy.random, card.uid))
        if kind == "vde":
            from ..cards import vde

            claim = await card.converse(vde.claimed(self._board.entropy.random))
            if claim is None:
                return None
            return await slices.finish(vde.tapped(claim, self._cards[kind], self._now()), self._clock)
        if kind in self._cards:
            from . import bank

            return await bank.tapped(card, self._board, self._config, self._cards[kind])
        from ..cards.emv import directory

        return await card.converse(directory.tapped())

    def _now(self) -> "str | None":
        utc_s = self._clock.utc_s()
        return None if utc_s is None else calendar.format_utc(utc_s)

    def _is_repeated(self, known: "Any") -> bool:
        """Return whether the same card bounced; one that was not read may be tried again at once."""
        if known != self._last or known == "card_error":
            return False
        return self._clock.elapsed_ms(self._left_ms) < self._guard_ms

    def _broken(self, error: OSError) -> None:
        if self._healthy is not False:
            self._healthy = False
            what = "the card reader is gone (%s); plug it in again" % error
            self._inbox.post((events.FAULT, {"fault": "reader", "what": what}))


def _plain(uid: bytes) -> "Tapped":
    """Return what a UID alone says; one that its card made up for this tap identifies nobody."""
    try:
        return {"token": tokens.from_uid(uid)}
    except CardError:
        if rfid.is_random(uid):
            return {"reason": "random_uid"}
        # Cards of type B, FeliCa and ISO/IEC 15693 have numbers of other sizes, or none.
        return {"reason": "card_error" if len(uid) in rfid.UID_SIZES else "unknown_card"}
