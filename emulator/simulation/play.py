"""Plays a story in one process and virtual time; the same seed gives the same records, byte for byte, on
every interpreter.

It does not know scenario files: `emulator.scenario` makes stories of them. The events are `{"screen"}`,
`{"jws"}`, `{"progress"}` and at last `{"result"}`. Nothing is kept that grows with the story, so that one of
any length can be played in the heap of a small board.
"""

from emulator.simulation.charger import Charger
from emulator.simulation.craft import PlainCraft
from emulator.simulation.invariants import AFTER_EVERY_STEP
from emulator.simulation.kernel import Kernel
from firmware.crypto import jose
from firmware.pricing import calendar
from firmware.session.state import CHARGING, IDLE

TAP_MS = 500
# A card that is gone again before anybody can have read it.
BRUSH_MS = 3
LOOK_MS = 500
FLICKER_MS = 100
PATIENCE_MS = 24 * 3600 * 1000
SETTLE_MS = 3600 * 1000
SAME_SCREEN_MS = 60000


def play(story: dict, emit, craft=None, audited=True, watch=None) -> int:
    """Play a story, hand every event to `emit(dict)`, and return 0 when it ran to its end with no
    invariant violated, else 1.

    Not `audited`, the ledger is neither read nor emitted at the end: whoever has its storage can do that.
    `watch(charger)` makes one who is asked for violations after every step, at screens and commands.
    """
    return Player(story, emit, craft or PlainCraft(), watch).run(audited)


class Player:
    """One playing of one story."""

    def __init__(self, story, emit, craft, watch=None, kernel=None):
        """Set the story's world up; in a `kernel` of others it shares their time."""
        self._steps = story["steps"]
        self._repeat = story.get("repeat", 1)
        self._emit = emit
        self._kernel = kernel or Kernel()
        self._is_over = False
        # Whether the story ended before its last step, with a terminal that is right to wait for people.
        self.is_left_to_people = False
        self._shown = (None, None, 0)
        self._checked = 0
        self._violated = []
        self.charger = Charger(self._kernel, story, craft, self)
        self._first_wh = self.charger.world.shown_wh()
        self._taps = self._damages = 0
        self._office_way = None
        self._watch = watch(self.charger) if watch else None

    def run(self, audited: bool) -> int:
        """Play to the end and return the exit code."""
        self.begin()
        while self._kernel.run() and not self._is_over:
            # What it was stopped for was a violation; the story goes on.
            pass
        self._kernel.close()
        if audited:
            self._audit()
        self._emit({"result": self._result()})
        return 1 if self._violated else 0

    def begin(self) -> None:
        """Give the terminal its power and begin to tell the story."""
        self.charger.power_on()
        self._kernel.spawn(self._tell())

    def is_over(self) -> bool:
        """Return whether the story has been told."""
        return self._is_over

    def violated(self) -> "list[str]":
        """Return what did not hold, each with its moment."""
        return self._violated

    # What the charger tells

    def on_screen(self, screen):
        """Note a screen: every other one, and the same one with other figures once a minute."""
        told = (screen["id"], screen["lines"], self._kernel.now_ms)
        self._check_screen(screen["id"])
        if told[1] == self._shown[1]:
            return
        if told[0] == self._shown[0] and told[2] - self._shown[2] < SAME_SCREEN_MS:
            return
        self._shown = told
        self._emit({"screen": {"at": self._now(), "lines": screen["lines"]}})

    def on_close(self):
        """Power flows only into a session that the ledger holds."""
        self._checked += 1
        assembly = self.charger.assembly
        if assembly is None or not assembly.recorder.known["open"]:
            self._violate("the contactor closes and no session is open in the ledger")
        if self._watch:
            self._hear(self._watch.close())

    def on_signal(self, kind):
        """Ignore sounds."""

    def on_crash(self, error):
        """Take a terminal that died of an exception for a violation, and end the story."""
        self._violate("the terminal died: %s: %s" % (type(error).__name__, error))
        self._is_over = True
        self._kernel.stop()

    def _check_screen(self, screen_id):
        """The screen never claims what is not durable."""
        self._checked += 1
        if self._watch:
            self._hear(self._watch.screen(screen_id))
        if self.charger.assembly is None:
            return
        opened = self.charger.assembly.recorder.known["open"]
        if screen_id == "charging" and not opened:
            self._violate("the screen says charging and the ledger holds no open session")
        if screen_id == "receipt" and opened:
            self._violate("the screen shows a receipt that the ledger does not hold")

    def _violate(self, what):
        self._violated.append("%s: %s" % (self._now(), what))
        self._kernel.stop()

    def _now(self):
        return calendar.format_utc(self.charger.wall.true_utc_s())

    # The story

    async def _tell(self):
        for turn in range(self._repeat):
            for number, step in enumerate(self._steps, turn * len(self._steps) + 1):
                if not self._is_cut_short():
                    await self._act(number, step["after_ms"], step["action"], step["argument"])
        if not self.has_forgotten():
            await self._settle()
            self._check()
        self._is_over = True
        self._kernel.stop()

    def has_forgotten(self) -> bool:
        """Return whether the story ended because its disk lost records without a trace."""
        return self._watch is not None and self._watch.has_forgotten()

    def _is_cut_short(self):
        return self.is_left_to_people or self.has_forgotten()

    async def _act(self, number, after_ms, action, argument):
        await self._kernel.sleep_ms(after_ms)
        self._emit({"progress": {"step": number, "action": action, "argument": argument}})
        await ACTIONS[action](self, argument)
        self._check()

    def _check(self):
        for invariant in AFTER_EVERY_STEP:
            self._checked += 1
            wrong = invariant(self.charger)
            if wrong:
                self._violate(wrong)
        if self._watch:
            self._hear(self._watch.step())

    def _hear(self, violations):
        self._checked += 1
        for wrong in violations:
            self._violate(wrong)

    async def _settle(self):
        """Give what is on its way the time to arrive, where there is a way."""
        if not self.charger.is_powered() or self.charger.link.state not in ("up", "slow"):
            return
        if not await self._until(WAITS["uploaded"](self.charger), SETTLE_MS):
            lacking = (
                "the terminal lacks an order"
                if self.charger.is_ordered()
                else "the office still lacks records"
            )
            self._violate("an hour after the story %s" % lacking)

    async def _until(self, holds, patience_ms):
        began_ms = self._kernel.now_ms
        while not holds():
            if self._kernel.now_ms - began_ms >= patience_ms:
                return False
            await self._kernel.sleep_ms(LOOK_MS)
        return True

    async def _tap(self, name):
        self._kernel.spawn(self._present(name, TAP_MS))

    async def _brush(self, name):
        if isinstance(name, str):
            self._kernel.spawn(self._present(name, BRUSH_MS))
            return
        # In memory only where a story takes cards away at a command.
        from emulator.models import brush

        self._taps += 1
        await brush.brush(self.charger, name)

    async def _present(self, name, duration_ms):
        self._taps += 1
        turn = self._taps
        # A list names cards that are held up together.
        names = [name] if isinstance(name, str) else name
        self.charger.antenna.put(self.charger.cards[names[0]], len(names) > 1)
        await self._kernel.sleep_ms(duration_ms)
        if turn == self._taps:
            self.charger.antenna.put(None)

    async def _hold(self, name):
        self._taps += 1
        self.charger.antenna.put(self.charger.cards[name] if name else None)

    async def _plug(self, is_plugged):
        self.charger.world.plug(is_plugged)

    async def _vehicle_power(self, power_w):
        self.charger.world.vehicle_power(power_w)

    async def _meter_fault(self, fault):
        self.charger.world.meter_fault(fault)

    async def _meter_exchange(self, other):
        self.charger.world.exchange_meter(other["serial"], other["register_wh"])

    async def _link(self, state):
        if state in ("repeats", "replays", "claims"):
            self._way().mischief = state
            state = "up"
        elif self._office_way:
            self._office_way.mischief = ""
        self.charger.link.state = state

    async def _office(self, event):
        self._way().happen(event)

    def _way(self):
        """Return what stands between link and office once a story needs it."""
        if self._office_way is None:
            from emulator.simulation.way import Way

            self._office_way = Way(self.charger)
        return self._office_way

    async def _power(self, state):
        if state != "cut":
            self.charger.power_on()
        if state == "flicker":
            # In virtual time a start takes none but what the meter and the storage do.
            await self._kernel.sleep_ms(FLICKER_MS)
        if state != "on":
            self.charger.power_cut()

    async def _cut_at_write(self, number):
        self.charger.cut_at_write(number)

    async def _damage(self, kind):
        # In memory only where a story damages something.
        from emulator.models import decay
        from emulator.models.prng import Prng

        if self._watch:
            # What was written since the step before is seen before it goes bad.
            self._hear(self._watch.step())
        self.charger.is_damaged = True
        self._damages += 1
        prng = Prng(self._damages, "decay")
        self.spoil(lambda: decay.damage(self.charger.disk.platter(), prng, kind))

    def spoil(self, spoil) -> None:
        """Have `spoil()` damage the disk, under the eyes of whoever watches."""
        if self._watch:
            self._watch.damage(spoil)
        else:
            spoil()

    async def _clock(self, change):
        if change == "unset":
            self.charger.wall.unset()
        elif change == "set":
            self.charger.wall.set(self.charger.wall.true_utc_s())
        else:
            self.charger.wall.step(change)

    async def _button(self, name):
        self.charger.buttons.press(name)

    async def _contactor_fault(self, fault):
        self.charger.world.contactor_fault(fault)

    async def _storage_free(self, count):
        self.charger.disk.set_free_bytes(count)

    async def _key_retire(self, _is_asked):
        self.charger.retire_key()

    async def _order(self, order):
        try:
            self.charger.operator.order(order)
        except LookupError as error:
            self._violate(str(error))

    async def _wait(self, state):
        if not await self._until(WAITS[state](self.charger), PATIENCE_MS):
            if self._watch and self._watch.people.are_needed():
                self.is_left_to_people = True
                return
            # Told apart, so that no shorter story is one in which only nobody switched it on again.
            off = "" if self.charger.is_powered() else ", its terminal without power"
            self._violate("the story waited a day for %s%s" % (state, off))

    # The end

    def _audit(self):
        # Loaded only where there is room for it.
        from emulator.simulation.audit import Audit

        def tell(compact, payload):
            self._emit({"jws": compact})

        platter = self.charger.disk.platter()
        audit = Audit(self.charger, platter, self._first_wh, tell, self.charger.decode)
        self._checked += audit.records
        for problem in audit.problems:
            self._violate(problem)
        session = self.charger.session()
        if session is not None and audit.is_open() not in (None, session.is_open()):
            told = ("leaves a session open" if audit.is_open() else "has no open session", session.state)
            self._violate("the ledger %s, the terminal is %s" % told)

    def _result(self):
        office = self.charger.office
        return {
            "terminal": {"id": self.charger.config.id, "key": jose.jwk(self.charger.signer.public_key())},
            "office": {
                "stored": office.stored,
                "duplicates": office.duplicates,
                "next_seq": office.next_seq(),
            },
            "meter": {"first_wh": self._first_wh, "last_wh": self.charger.world.shown_wh()},
            "invariants": {"checked": self._checked, "violated": self._violated},
        }


ACTIONS = {
    "tap": Player._tap,
    "hold": Player._hold,
    "brush": Player._brush,
    "plug": Player._plug,
    "vehicle_power_w": Player._vehicle_power,
    "meter_fault": Player._meter_fault,
    "meter_exchange": Player._meter_exchange,
    "link": Player._link,
    "office": Player._office,
    "power": Player._power,
    "cut_at_write": Player._cut_at_write,
    "damage": Player._damage,
    "clock": Player._clock,
    "button": Player._button,
    "contactor_fault": Player._contactor_fault,
    "storage_free_bytes": Player._storage_free,
    "key_retire": Player._key_retire,
    "order": Player._order,
    "wait": Player._wait,
}


def _is_in(charger, state):
    session = charger.session()
    return session is not None and session.state == state


WAITS = {
    "idle": lambda charger: lambda: _is_in(charger, IDLE),
    "charging": lambda charger: lambda: _is_in(charger, CHARGING),
    "uploaded": lambda charger: lambda: charger.pending() == 0 and not charger.is_ordered(),
}
