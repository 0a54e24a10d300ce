"""The terminal: takes events from the inbox, asks the session's table, performs the effects, adopts the new
session.

It does not know hardware. The order is the promise: durable first, visible second, the new state last; when
storage refuses,
nothing was shown and nothing has changed.
"""

from ..access.contracts import Contracts
from ..cards import rfid
from ..cards import token as tokens
from ..errors import CardError, SessionError
from ..pricing import calendar
from ..session import events, table
from ..session.state import CHARGING, RECOVERING, SUSPENDED, Session
from . import version
from .billing import Billing
from .closing import members
from .reader import TAP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from hal.ports import Board

    from .inbox import Event
    from .startup import Assembly

    Document = dict[str, Any]

TICK_MS = 30000
STORAGE_RETRY_MS = 5000
WATCHED = (CHARGING, SUSPENDED)


class Terminal:
    """The shell around one outlet."""

    def __init__(self, board: "Board", config: "Any", parts: "Assembly") -> None:
        """Take the parts that `startup.assemble` made."""
        self._board = board
        self._clock = board.clock
        self._config = config
        self._inbox = parts.inbox
        self._meter = parts.meter
        self._outlet = parts.outlet
        self._display = parts.display
        self._recorder = parts.recorder
        self._memory = parts.memory
        self._outbox = parts.outbox
        self._tariffs = parts.tariffs
        self._zone = parts.zone
        self._contracts = Contracts(config.contracts, config.deny)
        self._billing: "Billing | None" = None
        self._due_ms: "int | None" = None
        self._due_since_ms = 0
        self._saved_at_ms = 0
        self.session = Session()
        self._perform: "dict[str, Callable[[Any], Awaitable[None]]]" = {
            events.START: self._start,
            events.PRICE: self._price,
            events.END: self._end,
            events.RECORD: self._record,
            events.CLOSE: self._close,
            events.OPEN: self._open,
            events.READ_METER: self._read_meter,
            events.TIMER: self._timer,
            events.SHOW: self._show,
            events.SIGNAL: self._signal,
        }

    async def begin(self) -> None:
        """Bring the outlet into a safe state and take up what a power cut left open."""
        self._outlet.open()
        await self._recorder.record("boot", {"firmware": version.FIRMWARE, "key": self._recorder.key})
        self.session = self.session.but(faults=tuple(self._recorder.known["faults"]))
        if self._recorder.known["open"]:
            self._recover()
        else:
            await self._adopt(table.resting(self.session))

    async def serve(self) -> None:
        """Serve for ever."""
        while True:
            event = await self._inbox.take(self._patience_ms())
            await self.handle(event or self._elapsed())
            self._board.watchdog.feed()

    async def handle(self, event: "Event | None") -> None:
        """Perform what follows from one event."""
        if event is None:
            self._look_at_storage()
            return
        if event[0] == TAP:
            event = self._identify(event[1])
        await self._adopt(table.step(self.session, event))

    def open_progress(self) -> "Document | None":
        """Return what a checkpoint keeps of the open session."""
        if self._billing is None:
            return None
        progress = self._billing.progress()
        progress["session"] = self._recorder.known["open"]["session"]
        return progress

    # The loop

    async def _adopt(self, stepped: "tuple[Session, tuple[Any, ...]]") -> None:
        """Perform effects in order and only then take the new session; what storage refuses leaves the
        old one standing.
        """
        session, effects = stepped
        try:
            for name, facts in effects:
                await self._perform[name](facts)
        except OSError as error:
            self._storage_failed(error)
            return
        self.session = session
        self._meter.watch(session.state in WATCHED)

    def _storage_failed(self, error: OSError) -> None:
        what = "storage does not take a record (%s); free or replace it" % error
        if "storage" not in self.session.faults:
            self._inbox.post((events.FAULT, {"fault": "storage", "what": what}))
        self._board.tasks.spawn(self._ask_again())

    async def _ask_again(self) -> None:
        await self._clock.sleep_ms(STORAGE_RETRY_MS)
        self._meter.ask()

    def _patience_ms(self) -> int:
        if self._due_ms is None:
            return TICK_MS
        return min(TICK_MS, max(0, self._due_ms - self._clock.elapsed_ms(self._due_since_ms)))

    def _elapsed(self) -> "Event | None":
        """Return the TIMEOUT event when the state's timer has run out."""
        if self._due_ms is None or self._clock.elapsed_ms(self._due_since_ms) < self._due_ms:
            return None
        self._due_ms = None
        return (events.TIMEOUT, None)

    def _look_at_storage(self) -> None:
        """Tell early when room is short: what is left belongs to the open session and to faults."""
        short = self._board.storage.free_bytes() < self._config.storage_reserve_bytes
        if short and "storage" not in self.session.faults:
            what = "storage is nearly full; new sessions wait until the upload has made room"
            self._inbox.post((events.FAULT, {"fault": "storage", "what": what}))
        if not short and "storage" in self.session.faults:
            self._inbox.post((events.FAULT_CLEARED, {"fault": "storage"}))

    def _identify(self, uid: bytes) -> "Event":
        """Return the event that a card's UID is: a token with a decision, or a refusal."""
        try:
            token = tokens.from_uid(uid)
        except CardError:
            reason = "random_uid" if rfid.is_random(uid) else "card_error"
            return (events.CARD_REFUSED, {"reason": reason, "token": None})
        decision = self._contracts.decide(token, self._local_date())
        if decision["granted"] and self._tariffs.get(decision["tariff"]) is None:
            decision = {"granted": False, "reason": "out_of_order"}
        self._look_at_storage()
        return (events.CARD, {"token": token, "decision": decision})

    def _local_date(self) -> "str | None":
        utc_s = self._clock.utc_s()
        return None if utc_s is None else calendar.local_date(self._zone, utc_s)

    # Effects

    def _opened(self) -> Billing:
        if self._billing is None:
            raise SessionError("an effect of an open session while none is open; this is a bug")
        return self._billing

    async def _start(self, reading: "Document") -> None:
        session = self.session
        tariff = self._tariffs.get(session.tariff)
        if tariff is None:
            raise SessionError("a session began under a tariff that is not in force; this is a bug")
        known = self._recorder.known
        await self._recorder.record(
            "session.started",
            {
                "session": self._recorder.number(),
                "token": session.token,
                "contract": session.contract,
                "tariff": {"id": tariff.id, "hash": tariff.hash},
                "meter": {
                    "model": self._config.meter_model,
                    "serial": reading["serial"],
                    "wh": reading["wh"],
                },
                "limit_minor": session.limit_minor,
                "unbilled_wh": _unbilled_wh(known, reading),
            },
        )
        self._billing = Billing(self._clock, tariff, reading)
        self._billing.begin(reading)
        self._checkpoint()

    async def _price(self, reading: "Document") -> None:
        billing = self._opened()
        billing.add(reading)
        limit_minor = self.session.limit_minor
        if limit_minor is not None and billing.gross_minor() >= limit_minor:
            self._inbox.post((events.LIMIT, None))
        if billing.elapsed_ms - self._saved_at_ms >= 1000 * self._config.checkpoint_s:
            self._checkpoint()

    async def _end(self, ending: "Document") -> None:
        billing = self._opened()
        stop, flags = self._stop_of(billing, ending)
        told = {"stop": stop, "reason": ending["reason"], "flags": flags}
        ended = await members(billing, self._recorder, self._zone, told)
        await self._recorder.record("session.ended", ended)
        self._display.receipt = ended
        self._billing = None
        self._checkpoint()

    def _stop_of(self, billing: Billing, ending: "Document") -> "tuple[Document, tuple[str, ...]]":
        """Return the end's register and time, and the flags that say where it is not what the meter shows
        now.
        """
        reading, flags = ending["reading"], ending["flags"]
        if reading and reading["wh"] >= billing.last_wh and reading["serial"] == billing.start["serial"]:
            if self.session.state == RECOVERING:
                billing.close_at(reading["wh"])
            return {"wh": reading["wh"], "utc_s": reading["utc_s"], "clock": reading["clock"]}, flags
        if reading:
            flags += ("meter_changed",)
        return {"wh": billing.last_wh, "utc_s": self._clock.utc_s(), "clock": self._clock.status()}, flags

    async def _record(self, facts: "tuple[str, Document]") -> None:
        await self._recorder.record_when_possible(facts[0], facts[1])

    async def _close(self, facts: None) -> None:
        self._outlet.close()

    async def _open(self, facts: None) -> None:
        """Open the contactor and see it open: a reading taken before would miss the last watt-seconds."""
        self._outlet.open()
        await self._outlet.settled()

    async def _read_meter(self, facts: None) -> None:
        self._meter.ask()

    async def _timer(self, setting: "str | None") -> None:
        if setting is None:
            self._due_ms = None
            return
        seconds = getattr(self._config, setting)
        self._due_ms = 1000 * seconds
        self._due_since_ms = self._clock.ticks_ms()

    async def _show(self, facts: "tuple[str, Document]") -> None:
        self._display.show(facts[0], facts[1], self._billing)

    async def _signal(self, kind: str) -> None:
        self._board.panel.signal(kind)

    def _checkpoint(self) -> None:
        """Save the progress; one that fails is made up for by the next, or by the ledger itself."""
        self._saved_at_ms = self._billing.elapsed_ms if self._billing else 0
        try:
            self._memory.save(self._recorder.known, self._outbox.acknowledged, self.open_progress())
        except OSError:
            self._look_at_storage()

    # Recovery

    def _recover(self) -> None:
        """Take up the session that a power cut left open, to close it at the meter's own register."""
        opened = self._recorder.known["open"]
        tariff = self._tariffs.of(opened["tariff"]["id"], opened["tariff"]["hash"])
        start = {
            "wh": opened["meter"]["wh"],
            "serial": opened["meter"]["serial"],
            "utc_s": calendar.parse_utc(opened["at"]) if opened["at"] else None,
            "clock": opened["clock"],
        }
        self._billing = Billing(self._clock, tariff, start)
        self._billing.restore(self._memory.progress)
        self.session = self.session.but(state=RECOVERING, token=opened["token"])
        self._display.show("finishing", {}, self._billing)
        self._meter.ask()


def _unbilled_wh(known: "Document", reading: "Document") -> int:
    """Return the energy since the last receipt of the same meter that no session was open for."""
    if known["last_wh"] is None or known["meter_serial"] != reading["serial"]:
        return 0
    return max(0, reading["wh"] - known["last_wh"])
