"""Watches the room in storage: the last of it belongs to the open session and to faults, told early.

It does not know records. Room is made from what the office has: whole segments, the oldest first.
"""

from ..session import events

LOOK_MS = 30000
# So often what is delivered is looked through for what is old.
SORT_MS = 6 * 3600 * 1000

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hal.ports import Board

    from ..ledger.outbox import Outbox
    from .inbox import Inbox


class Room:
    """The fault `storage`, told and taken back."""

    def __init__(self, board: "Board", config: "Any", inbox: "Inbox", outbox: "Outbox") -> None:
        self._storage = board.storage
        self._clock = board.clock
        self._reserve_bytes: int = config.storage_reserve_bytes
        self._keep_days: int = config.keep_delivered_days
        self._inbox = inbox
        self._outbox = outbox
        self._looked_ms: "int | None" = None
        self._sorted_ms: "int | None" = None
        self._is_short: "bool | None" = None
        # Whether something was refused since storage took all that waited: its room alone says nothing then.
        self._has_failed = False
        # Told the same in words, for whoever looks after the machine.
        self.on_word: "Callable[[str], None] | None" = None

    def is_enough(self) -> bool:
        """Return whether there was room when it was looked for last, and nothing was refused since."""
        return self._is_short is False

    def look_now_and_then(self) -> bool:
        """Look when it is time; return whether it was and there is room."""
        if self._looked_ms is not None and self._clock.elapsed_ms(self._looked_ms) < LOOK_MS:
            return False
        return self.look()

    def look(self) -> bool:
        """Look at the room that is left, make some where it is short, tell what changed; return whether there
        is room.
        """
        self._looked_ms = self._clock.ticks_ms()
        try:
            self._make()
            self._sort_out()
            is_short = self._free_bytes() < self._reserve_bytes
        except OSError as error:
            self.failed(str(error))
            return False
        if is_short:
            if not self._is_short:
                what = "storage is nearly full; new sessions wait until the upload has made room"
                self._tell(what, what)
            self._is_short = True
        elif not self._has_failed:
            self._clear()
        return not is_short

    def failed(self, why: str, detail: str = "") -> None:
        """Hear that storage did not take something; the detail, worded as the board does, is for people."""
        if not self._is_short:
            told = "storage does not take a record (%s); free or replace it" % why
            self._tell(told, "%s; free or replace it" % detail if detail else told)
        self._is_short = self._has_failed = True

    def took(self, keep: "Callable[[], None]") -> None:
        """Hear that storage took all that waited; `keep` stores what else a session needs."""
        if not self._has_failed:
            return
        try:
            keep()
        except OSError:
            return
        self._has_failed = False
        self._clear()

    def _clear(self) -> None:
        if self._is_short is not False:
            self._inbox.post((events.FAULT_CLEARED, {"fault": "storage"}))
        if self._is_short and self.on_word:
            self.on_word("storage has room again, and takes records")
        self._is_short = False

    def _tell(self, what: str, word: str) -> None:
        self._inbox.post((events.FAULT, {"fault": "storage", "what": what}))
        if self.on_word:
            self.on_word(word)

    def _free_bytes(self) -> int:
        return self._storage.free_bytes()

    def _sort_out(self) -> None:
        """Remove what is delivered and old, once in a while, by a clock that is right."""
        if self._sorted_ms is not None and self._clock.elapsed_ms(self._sorted_ms) < SORT_MS:
            return
        self._sorted_ms = self._clock.ticks_ms()
        utc_s = self._clock.utc_s()
        if utc_s is not None and self._clock.status() == "synchronised":
            # In memory only for this once.
            from . import retention

            retention.remove(self._storage, self._outbox, utc_s, self._keep_days)

    def _make(self) -> None:
        """Remove what the office has, until there is room again or nothing is left to remove."""
        while self._free_bytes() < 2 * self._reserve_bytes and self._outbox.remove_oldest():
            pass
