"""The outlet: contactor commands with their feedback, and the vehicle's state as events.

It does not know sessions: a contactor that does not do what it was told is a fault, whoever told it.
"""

from ..session import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Board

    from .inbox import Inbox

SETTLE_MS = 500
LATENCY_MS = 20
RETRY_MS = 1000
# So often the contactor is looked at while closed, and while open: then a vehicle is a reason, too.
LOOK_MS = 60000
REST_MS = 300000


class Outlet:
    """The contactor and the plug of the charger."""

    def __init__(self, board: "Board", inbox: "Inbox") -> None:
        self._contactor = board.contactor
        self._plug = board.plug
        self._clock = board.clock
        self._commanded = board.tasks.event()
        self._inbox = inbox
        self._closed = False
        self._known: "str | None" = None
        self._healthy: "bool | None" = None

    def close(self) -> None:
        """Let power flow."""
        self._closed = True
        self._contactor.close()
        self._commanded.set()

    def open(self) -> None:
        """Stop the power."""
        self._closed = False
        self._contactor.open()
        self._commanded.set()

    def vehicle(self) -> str:
        """Return the vehicle's state now; A, as if none were there, where that cannot be told."""
        try:
            return self._plug.state()
        except OSError:
            return "A"

    async def settled(self) -> None:
        """Wait until the auxiliary contact follows the command; one that does not is told by the watch."""
        since_ms = self._clock.ticks_ms()
        while self._contactor.is_closed() != self._closed:
            if self._clock.elapsed_ms(since_ms) >= SETTLE_MS:
                return
            await self._clock.sleep_ms(LATENCY_MS)

    async def watch_vehicle(self) -> None:
        """Post every change of the control pilot, the first state included."""
        while True:
            try:
                state = self._plug.state()
                if state == self._known:
                    state = await self._plug.wait_change(state)
            except OSError:
                # Nobody knows whether a vehicle is there: as in its fault state no power may flow.
                state = "F"
                await self._clock.sleep_ms(RETRY_MS)
            if state != self._known:
                self._known = state
                self._commanded.set()
                self._inbox.post((events.VEHICLE, {"state": state}))

    async def watch_contactor(self) -> None:
        """Compare command and feedback after each command, with each change of the vehicle, now and then."""
        pause_ms = SETTLE_MS
        while True:
            self._commanded.clear()
            if await self._commanded.wait_ms(pause_ms):
                pause_ms = SETTLE_MS
            else:
                self._compare(self._contactor.is_closed())
                pause_ms = LOOK_MS if self._closed else REST_MS

    def _compare(self, is_closed: bool) -> None:
        if is_closed == self._closed:
            if not self._healthy:
                self._healthy = True
                self._inbox.post((events.FAULT_CLEARED, {"fault": "contactor"}))
            return
        self._healthy = False
        what = (
            "welded: it was told to open and stays closed"
            if is_closed
            else "it was told to close and stays open"
        )
        self._inbox.post((events.FAULT, {"fault": "contactor", "what": "the contactor: " + what}))
