"""The task that waits for cards: one event a tap, none for a card that is left on the reader or held up twice
by accident.

It does not know whose card it is.
"""

from ..session import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from .inbox import Inbox

RETRY_MS = 1000
TAP = "tap"


class Reader:
    """The one owner of the card reader."""

    def __init__(self, board: "Board", config: "Any", inbox: "Inbox") -> None:
        self._reader = board.reader
        self._clock = board.clock
        self._inbox = inbox
        self._guard_ms = config.tap_guard_ms
        self._last_uid = b""
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
        card = await self._reader.wait_card()
        if not self._healthy:
            self._healthy = True
            self._inbox.post((events.FAULT_CLEARED, {"fault": "reader"}))
        if not self._is_repeated(card.uid):
            self._inbox.post((TAP, card.uid))
        self._last_uid = card.uid
        await self._reader.wait_removed()
        self._left_ms = self._clock.ticks_ms()

    def _is_repeated(self, uid: bytes) -> bool:
        return uid == self._last_uid and self._clock.elapsed_ms(self._left_ms) < self._guard_ms

    def _broken(self, error: OSError) -> None:
        if self._healthy is not False:
            self._healthy = False
            what = "the card reader is gone (%s); plug it in again" % error
            self._inbox.post((events.FAULT, {"fault": "reader", "what": what}))
