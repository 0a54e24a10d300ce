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
        # While it is not: which words of the display fit (refusals.TROUBLES).
        self.reason = ""
        # The serial number of the meter that answers, None where it has to be asked; and of the one that was
        # commissioned, whose register is billed.
        self._serial: "str | None" = None
        self._serial_ms = 0
        self._read_ms = 0
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
        self.most_w = plausible.most_w(
            config.max_power_w, config.fuse_a, self._model.phases, self._model.max_a
        )
        unit, serial_plan = config.meter_unit, self._model.serial_plan
        self._frames = [modbus.read_request(unit, *read) for read in self._model.plan]
        # Room for the next answer to each request, the newest sound one, and whether the reading is what they
        # say (a bad one leaves it half written).
        self._rooms = [bytearray(modbus.response_size(read[0], read[2])) for read in self._model.plan]
        self._answers: "list[Any]" = [None] * len(self._frames)
        self._is_decoded = False
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
        """Read for ever, and again what is no reading, as often as the configuration allows.

        The way from a request to its reading is in one piece: each coroutine more on it would leave a hundred
        bytes of garbage a poll.
        """
        while True:
            asked, turn, tasks = self._asked, self._turn, self._tasks
            self._asked = False
            if asked and not self._watched:
                # A session begins at a meter that was asked just before whose it is.
                self._serial = None
            if tasks:
                self._tasks = []
            what = None
            # Where the ledger has nothing to hold a reading against, a second one has.
            wanted = 2 if self._pinned is None else 1
            left = tries = self._config.meter_tries
            is_first = True
            while wanted and left:
                if not is_first:
                    await self._clock.sleep_ms(RETRY_PAUSE_MS)
                is_first = False
                self._lie = None
                try:
                    if self._serial is None or self._clock.elapsed_ms(self._serial_ms) > SERIAL_MS:
                        await self._look_whose()
                    if self._has_current != self._tariffs.ask_current:
                        self._find_model()
                    for i in range(len(self._frames)):
                        await self._bus.transact(
                            self._frames[i], self._rooms[i], self._config.meter_timeout_ms
                        )
                        self._take(i, self._bus.received)
                    self._believe()
                    wanted, left = wanted - 1, tries
                except MeteringError as error:
                    what, left = str(error), left - 1
                except OSError as error:
                    what = "the port of the meter: %s; check %s" % (error, self._config.meter_port)
                    left -= 1
            if wanted:
                self._lose(what, asked)
            elif self.signs:
                await self._use(self._told(), asked, turn, tasks)
            else:
                told = self._told()
                self._settle(told)
                self._post(told, asked, turn)
            # By the pace, by its own time, or because somebody asks.
            since_ms = self._clock.ticks_ms()
            left_ms = self._pause(since_ms)
            while left_ms > 0:
                await self._wake.wait_ms(left_ms)
                left_ms = self._pause(since_ms)
            self._hurries = False
            self._due_ms = None

    def _pause(self, since_ms: int) -> int:
        """Lower the flag that wakes, and return for how long to wait yet until a reading is due, or 0."""
        self._wake.clear()
        if self._asked or self._hurries:
            return 0
        left_ms = self._pause_ms() - self._clock.elapsed_ms(since_ms)
        if self._due_ms is not None:
            left_ms = min(left_ms, self._due_ms - self._clock.elapsed_ms(self._due_since_ms))
        return left_ms

    def _pause_ms(self) -> int:
        if not self._healthy:
            return LOST_PAUSE_MS
        pause_ms: int = self._config.meter_poll_ms if self._watched else self._config.meter_idle_poll_ms
        return pause_ms

    async def _use(
        self, reading: "dict[str, Any]", asked: bool, turn: int, tasks: "list[tuple[str, Any]]"
    ) -> None:
        """Do what sessions want of a meter that signs, and post the reading that this left."""
        if self._pinned is None:
            from firmware.terminal import signing

            why = await signing.attempt(self._board, self._config, (signing.KEY, None), reading, None)
            if why:
                self._lose(why, asked)
                return
        if self._settle(reading) and not await self._sign(tasks, reading, asked):
            return
        self._post(reading, asked, turn)

    def _settle(self, reading: "dict[str, Any]") -> bool:
        """Commission a meter that is new, and return whether the reading is of the one that is billed."""
        if self._pinned is None:
            self._pinned = reading["serial"]
            self._commission(reading["wh"], reading["resolution_wh"], reading.pop("key", None))
        if reading["serial"] == self._pinned:
            return True
        # Told before the reading: no session begins on it, and an open one ends at its own meter's.
        from firmware.metering import refusals

        self._tell_fault(refusals.exchanged(reading["serial"], self._pinned))
        return False

    def _post(self, reading: "dict[str, Any]", asked: bool, turn: int) -> None:
        """Tell that the meter is back where it is, and post its reading where somebody wants it."""
        if not self._healthy and reading["serial"] == self._pinned:
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
        self._tell_fault(what or "")

    def _tell_fault(self, what: str) -> None:
        """Say that the meter is lost, and once more when that has become something graver.

        A start may know of a fault, but not which: it shows silence.
        """
        from firmware.metering import refusals

        reason = refusals.trouble(what, self._lie)
        is_known = not self._healthy and refusals.is_graver(reason, self.reason)
        if is_known or self._healthy is not False:
            self._healthy, self.reason = False, reason
            self._inbox.post((events.FAULT, {"fault": "meter", "what": what, "known": is_known}))

    def _take(self, i: int, received: int) -> None:
        """Check the answer to a request and let it take the known one's place.

        One that is byte for byte the known one was checked before.
        """
        answer, known = self._rooms[i], self._answers[i]
        if received < len(answer) or answer != known:
            function, _address, count = self._model.plan[i]
            if received < len(answer):
                answer = answer[:received]
            modbus.check_response(self._config.meter_unit, function, count, answer)
            self._answers[i] = answer
            self._rooms[i] = bytearray(len(answer)) if known is None else known
            self._is_decoded = False

    def _believe(self) -> None:
        """Decode the answers, and judge what they say. Raises MeteringError."""
        reading = self._reading
        if not self._is_decoded:
            models.decode(self._model, self._answers, reading, True)
            self._is_decoded = True
        self._read_ms = ticks_ms = self._clock.ticks_ms()
        # What a foreign meter shows says nothing of the one that is billed.
        if self._pinned is None or self._pinned == self._serial:
            self._judge(reading, ticks_ms)
            self._last_wh, self._last_ms = reading.energy_wh, ticks_ms
            self._jumped_wh = self._other_wh = None

    def _told(self) -> "dict[str, Any]":
        """Return the reading as sessions take it."""
        reading = self._reading
        return {
            "wh": reading.energy_wh,
            "resolution_wh": reading.resolution_wh,
            "power_w": reading.power_w,
            "current_ma": _sum(reading.current_ma),
            "serial": self._serial,
            "ticks_ms": self._read_ms,
            "utc_s": self._clock.utc_s(),
            "clock": self._clock.status(),
        }

    async def _look_whose(self) -> None:
        """Ask for the serial number: a meter may be exchanged without ever having been silent for us."""
        self._serial = await self._read_serial()
        self._serial_ms = self._clock.ticks_ms()

    async def _read_serial(self) -> str:
        plan = self._model.serial_plan
        if not plan:
            return ""
        function, _address, count = plan
        unit, size = self._config.meter_unit, modbus.response_size(function, count)
        answer = bytearray(size)
        await self._bus.transact(self._serial_frame, answer, self._config.meter_timeout_ms)
        try:
            block = modbus.parse_response(unit, function, count, answer[: self._bus.received])
        except MeterRefused as error:
            from firmware.metering import refusals

            # A meter that is busy, or a gateway's word for it, says nothing of a number.
            is_answer = refusals.trouble(str(error), None) == refusals.MODEL
            if self._model.serial_type != models.MAYBE or not is_answer:
                raise
            return ""
        return models.decode_serial(self._model, block) or ""

    def _judge(self, reading: "Reading", ticks_ms: int) -> None:
        """Raise MeteringError for a register that cannot follow the last good one."""
        if self._last_wh is None:
            self._balance.restart(reading.energy_wh, reading.power_w)
            return
        step_wh, now_wh = reading.resolution_wh, reading.energy_wh
        elapsed_ms = self._since_last_ms(ticks_ms)
        why = plausible.judge(self._last_wh, elapsed_ms, now_wh, self.most_w, step_wh)
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
    total_ma = 0
    for current_ma in currents_ma:
        if current_ma is None:
            return None
        total_ma += current_ma
    return total_ma if currents_ma else None
