"""Performs the effects that the session's table asks for, each through the port or the room whose work it is.

It does not know which effect comes when. Only a start or an end that storage does not take stops what follows
(StorageRefused); a panel or a contactor that fails is a fault, and the session goes on.
"""

from ..errors import SessionError
from ..metering import plausible
from ..pricing import calendar, discount
from ..session import events
from ..session.state import FINISHING, SUSPENDED
from .billing import SOONEST_MS, Billing
from .timer import Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from hal.ports import Board

    from ..pricing.discount import Discount
    from ..pricing.tariff import Tariff
    from ..session.state import Session
    from .startup import Assembly

    Document = dict[str, Any]

# A checkpoint is written with the first reading after its time, and a reading may come late.
LATE_MS = 60000
# From the reading to the opened contactor: a session whose limit is nearer ends now.
STOP_AHEAD_MS = 1000
# What the display goes on showing of a receipt; the whole of it stands in the ledger.
SHOWN = ("receipt", "energy_wh", "gross_minor", "currency", "lines", "tax", "flags")


class Performer:
    """The hands of the terminal; `session` is the one that stands while effects are performed."""

    def __init__(self, board: "Board", config: "Any", parts: "Assembly", timer: "Timer") -> None:
        self._board = board
        self._config = config
        self._parts = parts
        self._timer = timer
        # Until the price could exceed the session's limit, where no reading comes to show what it is.
        self.limit = Timer(board.clock)
        self._billing: "Billing | None" = None
        self._saved_at_ms = 0
        # After a power cut: when the last register that was kept was shown (UTC), as far as that is known.
        self._kept_utc_s: "int | None" = None
        self._awaited = 0
        self._perform: "dict[str, Callable[[Session, Any], Awaitable[None]]]" = {
            events.START: self._start,
            events.PRICE: self._price,
            events.RESUME: self._resume,
            events.END: self._end,
            events.RECORD: self._record,
            events.CLOSE: self._close,
            events.OPEN: self._open,
            events.READ_METER: self._read_meter,
            events.TIMER: self._run_timer,
            events.SHOW: self._show,
            events.SIGNAL: self._signal,
        }

    async def perform(self, session: "Session", effect: "tuple[str, Any]") -> None:
        """Perform one effect. Raises StorageRefused for a start or an end that is not durable."""
        await self._perform[effect[0]](session, effect[1])

    def is_stale(self, reading: "Document") -> bool:
        """Return whether a reading was begun before the last question, maybe with the contactor closed."""
        return reading["turn"] < self._awaited

    def progress(self) -> "Document | None":
        """Return what a checkpoint keeps of the open session."""
        opened = self._parts.recorder.known["open"]
        if self._billing is None or opened is None:
            # A session that cannot be taken up keeps what was known of it; one whose end is durable has none,
            # though its receipt is still being made.
            return self._parts.memory.progress if opened else None
        progress = self._billing.progress()
        progress["session"] = opened["session"]
        return progress

    def take_up(self) -> None:
        """Go on with the bill of the session that a power cut left open. Raises PricingError where its tariff
        is not there any more.
        """
        opened = self._parts.recorder.known["open"]
        tariff = self._parts.tariffs.of(opened["tariff"]["id"], opened["tariff"]["hash"])
        start = {
            "wh": opened["meter"]["wh"],
            "serial": opened["meter"]["serial"],
            "resolution_wh": opened["meter"].get("resolution_wh", 1),
            "utc_s": calendar.parse_utc(opened["at"]) if opened["at"] else None,
            "clock": opened["clock"],
            "payment": opened.get("payment"),
        }
        discounts = [discount.parse(told) for told in opened.get("discounts", ())]
        self._billing = self._account(tariff, start, discounts)
        self._billing.restore(self._parts.memory.progress)
        self._kept_utc_s = self._parts.memory.register()[2]
        # Power may have gone between the record and this.
        self._count(opened, None)

    # Money and records

    def refusal(self, session: "Session", utc_s: "int | None", is_parking: bool) -> "str | None":
        """Return "limit" where a session that begins at a moment costs more than its limit at once, or None.

        `is_parking` says whether it begins with a vehicle that asks for no power.
        """
        if session.limit_minor is None:
            return None
        start = {"wh": 0, "utc_s": utc_s, "payment": (session.payment or {}).get("payment")}
        tariff, discounts = self._tariff(session, utc_s), self._discounts(session)
        billing = Billing(self._board.clock, self._parts.zone, tariff, start, discounts)
        return "limit" if billing.least_minor(is_parking) > session.limit_minor else None

    def _tariff(self, session: "Session", utc_s: "int | None") -> "Tariff":
        tariffs = self._parts.tariffs
        # One that was told and expired while the driver looked for the plug still counts.
        tariff = tariffs.at(session.tariff, utc_s) or tariffs.at(session.tariff, None)
        if tariff is None:
            raise SessionError("a session began under a tariff that is not in force; this is a bug")
        return tariff

    async def _start(self, session: "Session", reading: "Document") -> None:
        parts = self._parts
        tariff = self._tariff(session, reading["utc_s"])
        discounts = self._discounts(session)
        meter = {"model": self._config.meter_model, "serial": reading["serial"], "wh": reading["wh"]}
        meter["resolution_wh"] = reading["resolution_wh"]
        if "transaction" in reading:
            meter["transaction"] = reading["transaction"]
        started: "Document" = {
            "session": parts.recorder.number(),
            "token": session.token,
            "contract": session.contract,
            "tariff": {"id": tariff.id, "hash": tariff.hash},
            "meter": meter,
            "limit_minor": session.limit_minor,
            "unbilled_wh": _unbilled_wh(parts.recorder.known, reading),
        }
        if discounts:
            started["discounts"] = [discount.document() for discount in discounts]
        if session.payment:
            # The transaction has a number of ours; the card's own is sealed.
            started["token"] = dict(session.token or {}, transaction=started["session"])
            started.update(session.payment)
        opened = await parts.recorder.record("session.started", started)
        self._count(opened, None)
        if "payment" in started:
            reading = dict(reading, payment=started["payment"])
        self._billing = self._account(tariff, reading, discounts)
        self._billing.begin(reading, not session.asks())
        self._checkpoint()
        self._schedule(session)

    def _account(self, tariff: "Tariff", start: "Document", discounts: "list[Discount]") -> Billing:
        """Return the account of a session, with what its meter's record will say of the price: made now, for
        at the end the driver waits.
        """
        # In memory only while it makes it.
        from .closing import tariff_text

        billing = Billing(self._board.clock, self._parts.zone, tariff, start, discounts)
        billing.tariff_text = tariff_text(tariff, bool(discounts), self._parts.zone, self._config.language)
        return billing

    def _discounts(self, session: "Session") -> "list[Discount]":
        """Return the discounts of the driver's contract."""
        given = self._parts.contracts.discounts(session.token, session.contract)
        offered = [discount.parse(document) for document in self._config.discounts if document["id"] in given]
        return [each for wanted in given for each in offered if each.id == wanted]

    def pause(self, reading: "Document") -> "Document | None":
        """Return the pause with which the session of before may go on at a reading, None: it has to end."""
        billing, within_s = self._opened(), self._config.resume_within_s
        if not within_s or self._lie_of(billing, reading):
            return None
        if "transaction" in self._parts.recorder.known["open"]["meter"]:
            # The meter has ended and signed it.
            return None
        # In memory only for this once.
        from . import resuming

        return resuming.pause(billing, reading, within_s)

    async def _resume(self, session: "Session", reading: "Document") -> None:
        """Go on with the bill, durable before power flows: a second cut finds this pause told."""
        self._opened().resume(reading, not session.asks())
        self._kept_utc_s = None
        self._checkpoint()
        self._schedule(session)

    async def _price(self, session: "Session", reading: "Document") -> None:
        billing = self._opened()
        lie = self._lie_of(billing, reading)
        if lie:
            # A session that is finishing ends with this reading, and its end tells of the lie. Asked again
            # where storage does not take that end, the meter would say the same at once, for ever.
            if session.state != FINISHING:
                self._parts.inbox.post((events.METER_LOST, {"what": lie, "lie": lie}))
            return
        billing.add(reading, session.state == SUSPENDED, session.state == FINISHING)
        self._schedule(session)
        if billing.elapsed_ms - self._saved_at_ms >= 1000 * self._config.checkpoint_s:
            self._checkpoint()

    def _schedule(self, session: "Session") -> None:
        """Have the meter read where the price changes, and the session end before its limit is exceeded."""
        billing = self._opened()
        left_ms = None
        if session.limit_minor is not None:
            left_ms = billing.limit_left_ms(session.limit_minor, self._parts.meter.most_w)
        if left_ms is not None and left_ms < STOP_AHEAD_MS + SOONEST_MS:
            self._parts.inbox.post((events.LIMIT, None))
        stop_ms = None if left_ms is None else max(0, left_ms - STOP_AHEAD_MS)
        self.limit.run(None if stop_ms is None else stop_ms + STOP_AHEAD_MS // 2)
        self._parts.meter.read_in(billing.next_reading_ms(stop_ms))

    async def _end(self, session: "Session", ending: "Document") -> None:
        parts = self._parts
        stop, flags = self._stop_of(ending)
        reading = ending["reading"] or {}
        if "transaction" in parts.recorder.known["open"]["meter"] and "record" not in reading:
            flags += ("no_meter_record",)
        told = {"stop": stop, "reason": ending["reason"], "flags": flags}
        told["meter_record"], told["meter_key"] = reading.get("record"), reading.get("key")
        ended = await self._members(told)
        opened = parts.recorder.known["open"]
        await parts.recorder.record("session.ended", ended)
        self._count(opened, ended["gross_minor"])
        # In memory only while it is made.
        from firmware.receipts import shortcode

        parts.display.receipt = {name: ended[name] for name in SHOWN if name in ended}
        parts.display.receipt["code"] = shortcode.of(parts.recorder.signature)
        if self._config.receipt_url:
            from .receipt_code import add

            pattern, signature = self._config.receipt_url, parts.recorder.signature
            await add(parts.display.receipt, pattern, signature, self._board.clock)
        self._billing = self._kept_utc_s = None
        self.limit.run(None)
        parts.memory.is_in_doubt = False
        self._checkpoint(True)
        if parts.meter.signs:
            from firmware.terminal import signing

            signing.ended(parts, self._board.clock.utc_s())

    def _count(self, opened: "Document", gross_minor: "int | None") -> None:
        """Count a session for its bank card's day: what it may cost, and when it has ended what it did."""
        if "payment" not in opened:
            return
        from . import bank_totals

        storage, zone = self._board.storage, self._parts.zone
        try:
            if gross_minor is None:
                bank_totals.begun(storage, zone, opened)
            else:
                bank_totals.ended(storage, zone, opened, gross_minor)
        except OSError as error:
            self._parts.room.failed(str(error))

    async def _members(self, told: "Document") -> "Document":
        # In memory only while it makes them.
        from .closing import members

        return await members(self._opened(), self._parts.recorder, self._parts.zone, told)

    def _stop_of(self, ending: "Document") -> "tuple[Document, tuple[str, ...]]":
        """Return register and time of the end, and the flags where it is not what the meter shows now: then
        "from_s" tells when the meter showed it.
        """
        billing, reading, flags = self._opened(), ending["reading"], ending["flags"]
        moment = {"utc_s": self._board.clock.utc_s(), "clock": self._board.clock.status()}
        if reading:
            moment = {"utc_s": reading["utc_s"], "clock": reading["clock"]}
            lie = self._lie_of(billing, reading)
            if lie is None:
                moment["resolution_wh"] = reading["resolution_wh"]
                billing.close_at(reading["wh"])
            else:
                flags += (lie,)
        if flags != ending["flags"] or not reading:
            moment["from_s"] = billing.at_utc_s
        moment["wh"] = billing.last_wh
        return moment, flags

    def _lie_of(self, billing: Billing, reading: "Document") -> "str | None":
        """Return the flag of a reading that is not this session's: another meter, more than could flow, or
        one after records that are lost: it may have ended among them, and others have begun.
        """
        if reading["serial"] != billing.start["serial"]:
            return "meter_changed"
        if self._parts.memory.is_in_doubt:
            return "records_lost"
        longest_ms = 1000 * self._config.checkpoint_s + LATE_MS
        now_s, kept_s = reading["utc_s"], self._kept_utc_s
        if now_s is not None and kept_s is not None:
            # Full storage may have kept no checkpoint for long.
            longest_ms += 1000 * max(0, now_s - kept_s)
        why = plausible.judge(billing.last_wh, longest_ms, reading["wh"], self._parts.meter.most_w)
        return "meter_" + why if why else None

    async def _record(self, session: "Session", facts: "tuple[str, Document]") -> None:
        """Write any other record; while room is short the last of it is not spent on refused cards."""
        if facts[0] == "session.rejected" and "storage" in session.faults:
            return
        if not await self._parts.recorder.record_when_possible(facts[0], facts[1]):
            self._parts.room.failed("a record was not taken", self._parts.recorder.why)

    def _opened(self) -> Billing:
        if self._billing is None:
            raise SessionError("an effect of an open session while none is open; this is a bug")
        return self._billing

    def _checkpoint(self, is_milestone: bool = False) -> None:
        """Save the progress; one that fails is made up for by the next, or by the ledger itself."""
        self._saved_at_ms = self._billing.elapsed_ms if self._billing else 0
        parts = self._parts
        try:
            told = parts.recorder.known, parts.outbox.acknowledged, self.progress()
            parts.memory.save(*told, is_milestone)
        except OSError as error:
            parts.room.failed(str(error))

    # The outlet and the driver

    async def _close(self, session: "Session", facts: None) -> None:
        try:
            self._parts.outlet.close()
        except OSError as error:
            self._fault("contactor", error)

    async def _open(self, session: "Session", facts: None) -> None:
        """Open the contactor and see it open: a reading taken before would miss the last watt-seconds."""
        try:
            self._parts.outlet.open()
            await self._parts.outlet.settled()
        except OSError as error:
            self._fault("contactor", error)

    async def _read_meter(self, session: "Session", task: "tuple[str, Any] | None") -> None:
        parts = self._parts
        if task and parts.meter.signs:
            from firmware.terminal import signing

            task = signing.task(task, parts, self._board.clock.utc_s(), self._config.language, self._awaited)
        else:
            task = None
        self._awaited = parts.meter.ask(task)

    async def _run_timer(self, session: "Session", setting: "str | None") -> None:
        self._timer.run(None if setting is None else 1000 * getattr(self._config, setting))

    async def _show(self, session: "Session", facts: "tuple[str, Document]") -> None:
        told = facts[1]
        if told.get("fault") == "meter":
            told = {"fault": "meter" + self._parts.meter.reason}
        try:
            self._parts.display.show(facts[0], told, self._billing)
        except OSError as error:
            self._fault("panel", error)

    def look(self) -> None:
        """Do what is due: of the display, and for a limit that a meter is too late to show."""
        if self.limit.left_ms() == 0:
            self.limit.run(None)
            self._parts.inbox.post((events.LIMIT, None))
        try:
            self._parts.display.look()
        except OSError as error:
            self._fault("panel", error)

    async def _signal(self, session: "Session", kind: str) -> None:
        try:
            self._board.panel.signal(kind)
        except OSError as error:
            self._fault("panel", error)

    def _fault(self, code: str, error: OSError) -> None:
        what = "the %s does not obey (%s); check its wiring" % (code, error)
        self._parts.inbox.post((events.FAULT, {"fault": code, "what": what}))


def _unbilled_wh(known: "Document", reading: "Document") -> int:
    """Return the energy since the last receipt of the same meter that no session was open for."""
    if known["last_wh"] is None or known["meter_serial"] != reading["serial"]:
        return 0
    return max(0, reading["wh"] - known["last_wh"])
