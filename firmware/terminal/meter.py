"""The task that reads the energy meter: at its own pace, at once when asked, and again when an answer is no
reading.

It does not know sessions: it posts readings, and says when the meter is lost and when it is back.
"""

from ..errors import MeteringError
from ..metering import modbus, models, plausible
from ..session import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from ..metering.models import Reading
    from .inbox import Inbox

RETRY_PAUSE_MS = 1000
LOST_PAUSE_MS = 5000
# So often the serial number is asked for again.
SERIAL_MS = 600000
EXCHANGED = "the meter is %s, not %s, which was commissioned; after an exchange run: kilotap meter replace"


class Meter:
    """The one owner of the meter bus."""

    def __init__(self, board: "Board", config: "Any", inbox: "Inbox") -> None:
        self._bus = board.meter_bus
        self._clock = board.clock
        self._wake = board.tasks.event()
        self._inbox = inbox
        self._config = config
        self._model = models.find(config.meter_model, config.meter_map or None)
        self._reading = models.Reading()
        self._last: "tuple[int, int] | None" = None
        self._balance = plausible.Balance()
        self._asked = False
        self._turn = 0
        self._healthy: "bool | None" = None
        # The serial number of the meter that answers, None where it has to be asked; of the one before; and
        # of the one that was commissioned, whose register is billed.
        self._serial: "str | None" = None
        self._serial_ms = 0
        self._known_serial: "str | None" = None
        self._pinned: "str | None" = None
        self._watched = False
        self._hurries = False
        # A reading is due so long after that moment, where the pace would have it later.
        self._due_ms: "int | None" = None
        self._due_since_ms = 0

    def ask(self) -> int:
        """Have the meter read now; the answer is METER_LOST, or a READING of this turn or a later one."""
        self._turn += 1
        self._asked = True
        self._wake.set()
        return self._turn

    def pin(self, serial: "str | None") -> None:
        """Take the serial number of the meter whose register the ledger knows; None: the first one counts."""
        self._pinned = serial

    def watch(self, is_watched: bool) -> None:
        """Read at the pace of an open session from now on, or at that of an idle outlet."""
        if is_watched and not self._watched:
            self._hurries = True
            self._wake.set()
        self._watched = is_watched

    def read_in(self, duration_ms: "int | None") -> None:
        """Have the next reading begin after so long, where the pace would have it later."""
        self._due_ms = duration_ms
        self._due_since_ms = self._clock.ticks_ms()
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
        turn = self._turn
        reading, what = await self._try()
        if reading is None:
            self._lose(what, asked)
            return
        if self._pinned is None:
            self._pinned = reading["serial"]
        if reading["serial"] != self._pinned:
            # Told before the reading: no session begins on it, and an open one ends at its own meter's.
            self._tell_fault(EXCHANGED % (reading["serial"] or "without a number", self._pinned or "none"))
        elif not self._healthy:
            self._healthy = True
            self._inbox.post((events.FAULT_CLEARED, {"fault": "meter"}))
        if asked or self._watched:
            reading["turn"] = turn
            self._inbox.post((events.READING, reading))

    def _lose(self, what: "str | None", asked: bool) -> None:
        if asked or self._watched:
            self._inbox.post((events.METER_LOST, {"what": what}))
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
        blocks = []
        for request in self._model.plan:
            blocks.append(await self._block(request))
        reading = models.decode(self._model, blocks, self._reading)
        ticks_ms = self._clock.ticks_ms()
        self._judge(reading, ticks_ms)
        self._last = (reading.energy_wh, ticks_ms)
        return {
            "wh": reading.energy_wh,
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
        if self._serial != self._known_serial:
            # Another meter: its register has nothing to do with the one before.
            self._known_serial, self._last = self._serial, None

    async def _read_serial(self) -> str:
        if not self._model.serial_plan:
            return ""
        return models.decode_serial(self._model, await self._block(self._model.serial_plan)) or ""

    async def _block(self, request: "tuple[int, int, int]") -> memoryview:
        function, address, count = request
        frame = modbus.read_request(self._config.meter_unit, function, address, count)
        size = modbus.response_size(function, count)
        answer = await self._bus.transact(frame, size, self._config.meter_timeout_ms)
        return modbus.parse_response(self._config.meter_unit, function, count, answer)

    def _judge(self, reading: "Reading", ticks_ms: int) -> None:
        if self._last is None:
            self._balance.restart(reading.energy_wh, reading.power_w)
            return
        elapsed_ms = self._clock.elapsed_ms(self._last[1]) - self._clock.elapsed_ms(ticks_ms)
        limit_w, step_wh = self._config.max_power_w, reading.resolution_wh
        why = plausible.judge(self._last[0], elapsed_ms, reading.energy_wh, limit_w, step_wh)
        why = why or self._balance.judge(elapsed_ms, reading.energy_wh, reading.power_w, step_wh)
        if why:
            told = (self._serial, why, self._last[0], reading.energy_wh)
            # It may be another meter: the next try asks.
            self._serial = None
            raise MeteringError("meter %s: %s, from %d to %d Wh; check register map and wiring" % told)


def _sum(currents_ma: "list[int | None]") -> "int | None":
    """Return the current of all phases; None where the meter does not give each."""
    known = [current_ma for current_ma in currents_ma if current_ma is not None]
    return sum(known) if known and len(known) == len(currents_ma) else None
