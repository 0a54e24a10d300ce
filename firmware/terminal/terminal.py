"""The terminal: takes events from the inbox, asks the session's table, has the effects performed, adopts.

It does not know hardware. The order is the promise: durable first, visible second, the new state last. A
start or an end that storage refuses has shown nothing and changed nothing, and is tried again.
"""

from ..errors import PricingError, StorageRefused
from ..pricing import calendar
from ..session import events, following
from ..session.state import CHARGING, FINISHING, RECOVERING, STARTING, SUSPENDED, Session
from . import version
from .inbox import NOTE
from .performer import Performer
from .reader import TAP
from .timer import Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from .inbox import Event
    from .startup import Assembly

    Document = dict[str, Any]

# Event of the uploader: an order, or what came in its place (firmware/terminal/orders.py).
ORDER = "order"
# The fault of a session that is open and whose tariff is gone.
TARIFF_FAULT = "tariff"
# So often the terminal looks around while something waits or is wrong, and while all is calm.
TICK_MS = 30000
CALM_MS = 300000
AGAIN_MS = 5000
WATCHED = (CHARGING, SUSPENDED)
# States in which a transaction of the meter is, or may be, a session's.
BEGUN = (STARTING, CHARGING, SUSPENDED, FINISHING, RECOVERING)
# States that asked for a reading of their own: one that was begun earlier says nothing to them.
ASKING = (STARTING, FINISHING, RECOVERING)
# States that end a session by such a reading.
LAST = (FINISHING, RECOVERING)


class Terminal:
    """The shell around one outlet."""

    def __init__(self, board: "Board", config: "Any", parts: "Assembly") -> None:
        """Take the parts that the assembly made."""
        self._board = board
        self._config = config
        self._clock = board.clock
        self._parts = parts
        self._timer = Timer(board.clock)
        self._performer = Performer(board, config, parts, self._timer)
        # What storage refused last: that alone happens once more.
        self._refused: "Event | None" = None
        self.session = Session()

    async def begin(self) -> None:
        """Bring the outlet into a safe state and take up what a power cut left open."""
        parts = self._parts
        parts.outlet.open()
        if parts.memory.lost:
            # First of all: the chain goes on with this record.
            await parts.recorder.record_when_possible("ledger.damaged", parts.memory.lost)
        # How many receipts there are stands here, too: records that say so may have been removed.
        told = {
            "firmware": version.FIRMWARE,
            "key": parts.recorder.key,
            "receipts": parts.recorder.known["receipts"],
        }
        if not await parts.recorder.record_when_possible("boot", told):
            parts.room.failed("the record of the start was not taken", parts.recorder.why)
        # In memory only while it begins.
        from ..session import actions

        self.session = self.session.but(faults=tuple(parts.recorder.known["faults"]))
        if not parts.recorder.known["open"] or not await self._take_up():
            await self._adopt(actions.resting(self.session), None)

    async def _take_up(self) -> bool:
        """Go on with the session that is open in the ledger; return whether that can be.

        Without its tariff nobody can price it: then it stays open, and others wait.
        """
        from ..session import actions

        parts = self._parts
        try:
            self._performer.take_up()
        except PricingError as error:
            parts.inbox.post((events.FAULT, {"fault": TARIFF_FAULT, "what": str(error)}))
            return False
        if TARIFF_FAULT in self.session.faults:
            parts.inbox.post((events.FAULT_CLEARED, {"fault": TARIFF_FAULT}))
        # Asked for: the vehicle's event may come after the meter's answer.
        self.session = self.session.but(vehicle=parts.outlet.vehicle())
        await self._adopt(actions.recovering(self.session, parts.recorder.known["open"]), None)
        return True

    async def serve(self) -> None:
        """Serve for ever."""
        while True:
            event = await self._parts.inbox.take(self._patience_ms())
            if event:
                await self.handle(event)
            elif self._timer.left_ms() == 0:
                self._timer.run(None)
                await self.handle((events.TIMEOUT, None))
            self._performer.look()
            if self._parts.room.look_now_and_then() and await self._parts.recorder.flush():
                self._parts.room.took(self._parts.tariffs.keep)
            self._board.watchdog.feed()

    def _patience_ms(self) -> int:
        """Return after how long there is something to do although nothing has happened."""
        parts = self._parts
        is_calm = parts.room.is_enough() and not parts.recorder.is_due() and self._clock.utc_s() is not None
        patience_ms = CALM_MS if is_calm else TICK_MS
        for left_ms in (
            self._timer.left_ms(),
            self._performer.limit.left_ms(),
            parts.display.left_ms(),
            self._board.watchdog.pace_ms(),
        ):
            if left_ms is not None and left_ms < patience_ms:
                patience_ms = left_ms
        return patience_ms

    async def handle(self, event: "Event") -> None:
        """Perform what follows from one event."""
        if event[0] == TAP:
            if event[1].get("language") and self.session.token is None:
                self._parts.display.speak(event[1]["language"])
            event = self._identify(event[1])
        if event[0] == ORDER:
            await self._parts.orders.take(event[1], self.session)
            if TARIFF_FAULT in self.session.faults:
                # It may have been among what was ordered.
                await self._take_up()
            return
        if event[0] == NOTE:
            await self._performer.perform(self.session, (events.RECORD, event[1]))
            if event[1][0] == "meter.record":
                from firmware.terminal import signing

                signing.recorded(self._parts)
            return
        if event[0] == events.READING and self.session.state in ASKING and self._performer.is_stale(event[1]):
            return
        if event[0] == events.READING and self.session.state == RECOVERING:
            event[1]["pause"] = self._performer.pause(event[1])
        if event[0] == events.READING and self.session.state == STARTING:
            is_parking = not self.session.asks()
            event[1]["refusal"] = self._performer.refusal(self.session, event[1]["utc_s"], is_parking)
        await self._adopt(following.follow(self.session, event), event)
        if event[0] == events.READING and "transaction" in event[1] and self.session.state not in BEGUN:
            from firmware.terminal import signing

            signing.call_off(self._parts, event[1]["transaction"], self._clock.utc_s())

    def progress(self) -> "Document | None":
        """Return what a checkpoint keeps of the open session."""
        return self._performer.progress()

    async def _adopt(self, stepped: "tuple[Session, tuple[Any, ...]]", event: "Event | None") -> None:
        """Perform effects in order and only then take the new session."""
        session, effects = stepped
        try:
            for effect in effects:
                await self._performer.perform(self.session, effect)
        except StorageRefused as error:
            self._parts.room.failed(str(error))
            self._refused = event
            if event and event[0] == events.READING and self.session.state in LAST:
                # The meter has answered; that storage takes its time must not look like a silent meter.
                self._timer.run(None)
            self._board.tasks.spawn(self._again(event, self.session))
            return
        self.session = session
        self._parts.meter.watch(session.state in WATCHED)

    async def _again(self, event: "Event | None", refused: Session) -> None:
        """Let the same event happen once more, unless another one has led on meanwhile."""
        await self._clock.sleep_ms(AGAIN_MS)
        if event and event is self._refused and self.session.state == refused.state:
            self._parts.inbox.post(event)

    def _identify(self, tapped: "Document") -> "Event":
        """Return the event that a recognised card is: its token with a decision, or a refusal."""
        token, payment = tapped.get("token"), tapped.get("payment")
        if token is None:
            facts = {"reason": tapped["reason"], "token": None, "payment": payment}
            return (events.CARD_REFUSED, facts)
        if token["type"] == "EMV":
            decision = self._decide_bank_card(tapped)
        else:
            decision = self._parts.contracts.decide(token, self._local_date())
        if decision["granted"]:
            utc_s = self._clock.utc_s()
            refusal = self._parts.tariffs.refusal(decision["tariff"], utc_s)
            if not refusal and self.session.token is None:
                wanted = self.session.but(
                    token=token,
                    contract=decision["contract"],
                    tariff=decision["tariff"],
                    limit_minor=decision["limit_minor"],
                    payment=payment,
                )
                refusal = self._performer.refusal(wanted, utc_s, False)
            if refusal:
                decision = {"granted": False, "reason": refusal}
        self._parts.room.look()
        return (events.CARD, {"token": token, "decision": decision, "payment": payment})

    def _decide_bank_card(self, tapped: "Document") -> "Document":
        from . import bank_totals

        terms = self._config.bank_cards
        return bank_totals.decision(self._board.storage, terms, tapped, self._local_date())

    def _local_date(self) -> "str | None":
        utc_s = self._clock.utc_s()
        return None if utc_s is None else calendar.local_date(self._parts.zone, utc_s)
