"""The task that reads the energy meter: at its own pace, at once when asked, and again when an answer is no
reading.

It does not know sessions: it posts readings, and says when the meter is lost and when it is back.
"""

from ..errors import MeteringError, MeterRefused
from ..metering import modbus, models, plausible
from ..session import events
from .inbox import NOTE

# Meters whose transactions are spoken (firmware/metering/signed.py).
SIGNING = ("carlo-gavazzi-em580", "iskra-wm3m4")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from ..metering.models import Reading
    from .inbox import Inbox
    from .tariffs import Tariffs

RETRY_PAUSE_MS = 1000
LOST_PAUSE_MS = 5000
# So often the serial number is asked for again.
SERIAL_MS = 600000
# The register in the ledger may be older than its record: what flowed until power and contactor were gone.
LATE_MS = 600000
# What of a map a session needs, the current only under some tariffs: to ask for all takes a line of 9600 baud
# three times as long. The other values are for whoever installs the meter.
WANTED = ("energy", "power", "current")
ALWAYS = 2


class Meter:
    """The one owner of the meter bus."""

    def __init__(self, board: "Board", config: "Any", inbox: "Inbox", tariffs: "Tariffs") -> None:
        self._board = board
        self._bus = board.meter_bus
        self._clock = board.clock
        self._wake = board.tasks.event()
        self._inbox = inbox
        self._config = config
        self._tariffs = tariffs
        self._find_model()
        self.signs = config.meter_model in SIGNING and not config.meter_map
        # What is to be done with the next reading, and whose record is still in the meter.
        self._tasks: "list[tuple[str, Any]]" = []
        self._owed: "tuple[str, Any] | None" = None
        # The last good register of the meter that is billed; the ledger's has a wall time instead of ticks.
        self._last_wh: "int | None" = None
        self._last_ms: "int | None" = None
        self._last_utc_s: "int | None" = None
        # Whether a bill stands on that register, and another one that is shown instead: what, since when.
        self._is_billed = False
        self._other_wh: "int | None" = None
        self._other_ms = 0
        # Where the register was once that it cannot have reached: what is not below it goes on from there.
        self._jumped_wh: "int | None" = None
        # Why the last try was not believed, None where there was nothing to believe.
        self._lie: "str | None" = None
        self._balance = plausible.Balance()
        self._asked = False
        self._turn = 0
        self._healthy: "bool | None" = None
        # The serial number of the meter that answers, None where it has to be asked; and of the one that was
        # commissioned, whose register is billed.
        self._serial: "str | None" = None
        self._serial_ms = 0
        self._pinned: "str | None" = None
        self._watched = False
        self._hurries = False
        # A reading is due so long after that moment, where the pace would have it later.
        self._due_ms: "int | None" = None
        self._due_since_ms = 0

    def _find_model(self) -> None:
        """Compile the map, as far as the tariffs ask for what is in it."""
        config = self._config
        self._has_current = self._tariffs.ask_current
        wanted = WANTED if self._has_current else WANTED[:ALWAYS]
        self._model = models.find(config.meter_model, config.meter_map or None, wanted)
        self._reading = models.Reading()
        unit, serial_plan = config.meter_unit, self._model.serial_plan
        self._frames = [modbus.read_request(unit, *read) for read in self._model.plan]
        # The newest sound answer to each request, and those in which the reading lies.
        self._known: "dict[bytes, bytes]" = {}
        self._decoded: "list[bytes]" = []
        self._serial_frame = modbus.read_request(unit, *serial_plan) if serial_plan else b""

    def ask(self, task: "tuple[str, Any] | None" = None) -> int:
        """Have the meter read now, and begin or end its transaction where it signs.

        The answer is METER_LOST, or a READING of this turn or a later one.
        """
        self._turn += 1
        self._asked = True
        if task:
            self._tasks.append(task)
        self._wake.set()
        return self._turn

    def owe(self, owed: "tuple[str, Any] | None") -> None:
        """Fetch the record of an ended session when there is time, by its mark and task; None: it is safe."""
        self._owed = owed

    def pin(self, serial: "str | None", last_wh: "int | None", utc_s: "int | None", is_billed: bool) -> None:
        """Take serial number and register of the meter that the ledger knows, and when it showed that.

        Without a serial number the first meter counts, once two readings of it agree; without a time the
        register may have moved by what flows in a day. One on which nothing was billed is given up for
        another that stays.
        """
        self._pinned, self._last_wh, self._last_utc_s, self._is_billed = serial, last_wh, utc_s, is_billed

    def watch(self, is_watched: bool) -> None:
        """Read at the pace of an open session from now on, or at that of an idle outlet."""
        if is_watched and not self._watched:
            self._hurries = True
            self._is_billed = True
            self._wake.set()
        self._watched = is_watched

    def read_in(self, duration_ms: "int | None") -> None:
        """Have the next reading begin after so long, where the pace would have it later."""
        was_due = self._due_ms is not None
        self._due_ms = duration_ms
        self._due_since_ms = self._clock.ticks_ms()
        if was_due or duration_ms is not None:
            self._wake.set()

    async def run(self) -> None:
        """Read for ever."""
        while True:
            await self._read()
            await self._pause()

    async def _pause(self) -> None:
        """Wait until a reading is due, by the pace, by its own time, or because somebody asks."""
        since_ms = self._clock.ticks_ms()
        while True:
            self._wake.clear()
            left_ms = self._pause_ms() - self._clock.elapsed_ms(since_ms)
            if self._due_ms is not None:
                left_ms = min(left_ms, self._due_ms - self._clock.elapsed_ms(self._due_since_ms))
            if self._asked or self._hurries or left_ms <= 0:
                break
            await self._wake.wait_ms(left_ms)
        self._hurries = False
        self._due_ms = None

    def _pause_ms(self) -> int:
        if not self._healthy:
            return LOST_PAUSE_MS
        pause_ms: int = self._config.meter_poll_ms if self._watched else self._config.meter_idle_poll_ms
        return pause_ms

    async def _read(self) -> None:
        asked, self._asked = self._asked, False
        tasks, self._tasks = self._tasks, []
        turn = self._turn
        reading, what = await self._try()
        if reading and self._pinned is None:
            # The ledger has nothing to hold it against: a second one has.
            await self._clock.sleep_ms(RETRY_PAUSE_MS)
            reading, what = await self._try()
        if reading is None:
            self._lose(what, asked)
            return
        if self._pinned is None:
            if self.signs:
                from firmware.terminal import signing

                why = await signing.attempt(self._board, self._config, (signing.KEY, None), reading, None)
                if why:
                    self._lose(why, asked)
                    return
            self._pinned = reading["serial"]
            self._commission(reading["wh"], reading["resolution_wh"], reading.pop("key", None))
        if reading["serial"] != self._pinned:
            # Told before the reading: no session begins on it, and an open one ends at its own meter's.
            from firmware.metering import refusals

            self._tell_fault(refusals.exchanged(reading["serial"], self._pinned))
        elif self.signs and not await self._sign(tasks, reading, asked):
            return
        elif not self._healthy:
            self._healthy = True
            self._inbox.post((events.FAULT_CLEARED, {"fault": "meter"}))
        if asked or self._watched:
            reading["turn"] = turn
            self._inbox.post((events.READING, reading))

    def _commission(self, wh: int, resolution_wh: int, key: "str | None" = None) -> None:
        told = {"model": self._config.meter_model, "serial": self._pinned, "wh": wh}
        told["resolution_wh"] = resolution_wh
        if key:
            told["key"] = key
        self._inbox.post((NOTE, ("meter.commissioned", {"meter": told})))

    async def _sign(self, tasks: "list[tuple[str, Any]]", reading: "dict[str, Any]", asked: bool) -> bool:
        """Do what sessions want of a meter that signs; return False where that made the reading void."""
        if not tasks and (self._owed is None or self._watched):
            return True
        from firmware.terminal import signing

        if self._owed and not self._watched:
            await signing.fetch(self._board, self._config, self._inbox, *self._owed)
        for task in tasks:
            # What was begun has to be signed; a record that does not come is fetched later.
            why = await signing.attempt(self._board, self._config, task, reading, self._owed)
            if why and task[0] == events.BEGIN_RECORD:
                self._lie = None
                self._lose(why, asked)
                return False
        return True

    def _lose(self, what: "str | None", asked: bool) -> None:
        if self._pinned is None:
            self._last_wh = None
        if asked or self._watched:
            self._inbox.post((events.METER_LOST, {"what": what, "lie": self._lie}))
        self._serial = None
        self._tell_fault(what)

    def _tell_fault(self, what: "str | None") -> None:
        if self._healthy is not False:
            self._healthy = False
            self._inbox.post((events.FAULT, {"fault": "meter", "what": what}))

    async def _try(self) -> "tuple[dict[str, Any] | None, str | None]":
        """Return (reading, None), or (None, why) after as many tries as the configuration allows."""
        what = None
        for attempt in range(self._config.meter_tries):
            if attempt:
                await self._clock.sleep_ms(RETRY_PAUSE_MS)
            self._lie = None
            try:
                return await self._once(), None
            except MeteringError as error:
                what = str(error)
            except OSError as error:
                what = "the port of the meter: %s; check %s" % (error, self._config.meter_port)
        return None, what

    async def _once(self) -> "dict[str, Any]":
        if self._serial is None or self._clock.elapsed_ms(self._serial_ms) > SERIAL_MS:
            await self._look_whose()
        if self._has_current != self._tariffs.ask_current:
            self._find_model()
        answers = []
        for i in range(len(self._frames)):
            answers.append(await self._block(self._model.plan[i], self._frames[i]))
        reading = self._reading
        if answers != self._decoded:
            # A bad answer leaves it half written.
            self._decoded = []
            models.decode(self._model, answers, reading, True)
            self._decoded = answers
        ticks_ms = self._clock.ticks_ms()
        # What a foreign meter shows says nothing of the one that is billed.
        if self._pinned in (None, self._serial):
            self._judge(reading, ticks_ms)
            self._last_wh, self._last_ms = reading.energy_wh, ticks_ms
            self._jumped_wh = self._other_wh = None
        return {
            "wh": reading.energy_wh,
            "resolution_wh": reading.resolution_wh,
            "power_w": reading.power_w,
            "current_ma": _sum(reading.current_ma),
            "serial": self._serial,
            "ticks_ms": ticks_ms,
            "utc_s": self._clock.utc_s(),
            "clock": self._clock.status(),
        }

    async def _look_whose(self) -> None:
        """Ask for the serial number: a meter may be exchanged without ever having been silent for us."""
        self._serial = await self._read_serial()
        self._serial_ms = self._clock.ticks_ms()

    async def _read_serial(self) -> str:
        if not self._model.serial_plan:
            return ""
        try:
            answer = await self._block(self._model.serial_plan, self._serial_frame)
        except MeterRefused:
            if self._model.serial_type != models.MAYBE:
                raise
            return ""
        return models.decode_serial(self._model, memoryview(answer)[modbus.REGISTERS_AT : -2]) or ""

    async def _block(self, read: "tuple[int, int, int]", frame: bytes) -> bytes:
        """Return a whole answer, checked; one that is byte for byte the known one was checked already."""
        function, _address, count = read
        size = modbus.response_size(function, count)
        answer = await self._bus.transact(frame, size, self._config.meter_timeout_ms)
        if answer != self._known.get(frame):
            modbus.check_response(self._config.meter_unit, function, count, answer)
            self._known[frame] = answer
        return answer

    def _judge(self, reading: "Reading", ticks_ms: int) -> None:
        """Raise MeteringError for a register that cannot follow the last good one."""
        if self._last_wh is None:
            self._balance.restart(reading.energy_wh, reading.power_w)
            return
        limit_w, step_wh, now_wh = self._config.max_power_w, reading.resolution_wh, reading.energy_wh
        elapsed_ms = self._since_last_ms(ticks_ms)
        why = plausible.judge(self._last_wh, elapsed_ms, now_wh, limit_w, step_wh)
        if why is None and self._jumped_wh is not None and now_wh >= self._jumped_wh:
            # However long it is waited for, a register that went on from a wrong place does not come true.
            why = plausible.JUMP
        if self._last_ms is None and why is None:
            self._balance.restart(now_wh, reading.power_w)
        elif why is None:
            why = self._balance.judge(elapsed_ms or 0, now_wh, reading.power_w, step_wh)
        elif why == plausible.JUMP:
            self._jumped_wh = min(now_wh, self._jumped_wh or now_wh)
        if why and not self._is_given_up(now_wh, step_wh, ticks_ms):
            from firmware.metering import refusals

            words = refusals.implausible(self._serial, why, self._last_wh, now_wh)
            # It may be another meter: the next try asks.
            self._serial, self._lie = None, why
            raise MeteringError(words)

    def _is_given_up(self, now_wh: int, step_wh: int, ticks_ms: int) -> bool:
        """Return whether a register that nothing was billed on has made place for this one, and say so."""
        if self._is_billed or self._pinned is None:
            return False
        if self._other_wh is None or now_wh < self._other_wh:
            self._other_wh, self._other_ms = now_wh, ticks_ms
        if self._clock.elapsed_ms(self._other_ms) < LATE_MS:
            return False
        self._balance.restart(now_wh, None)
        self._commission(now_wh, step_wh)
        return True

    def _since_last_ms(self, ticks_ms: int) -> "int | None":
        """Return how long ago the last good register was shown, None where nobody knows."""
        if self._last_ms is not None:
            return self._clock.elapsed_ms(self._last_ms) - self._clock.elapsed_ms(ticks_ms)
        utc_s = self._clock.utc_s()
        if utc_s is None or self._last_utc_s is None or utc_s < self._last_utc_s:
            return None
        return 1000 * (utc_s - self._last_utc_s + self._config.checkpoint_s) + LATE_MS


def _sum(currents_ma: "list[int | None]") -> "int | None":
    """Return the current of all phases; None where the meter does not give each."""
    known = [current_ma for current_ma in currents_ma if current_ma is not None]
    return sum(known) if known and len(known) == len(currents_ma) else None
