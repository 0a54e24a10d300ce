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
LOOK_MS = 500
PATIENCE_MS = 24 * 3600 * 1000
SETTLE_MS = 3600 * 1000
SAME_SCREEN_MS = 60000


def play(story: dict, emit, craft=None, audited=True) -> int:
    """Play a story, hand every event to `emit(dict)`, and return 0 when it ran to its end with no
    invariant violated, else 1.

    Not `audited`, the ledger is neither read nor emitted at the end: whoever has its storage can do that.
    """
    return Player(story, emit, craft or PlainCraft()).run(audited)


class Player:
    """One playing of one story."""

    def __init__(self, story, emit, craft):
        self._steps = story["steps"]
        self._repeat = story.get("repeat", 1)
        self._emit = emit
        self._kernel = Kernel()
        self._is_over = False
        self._shown = (None, None, 0)
        self._checked = 0
        self._violated = []
        self.charger = Charger(self._kernel, story, craft, self)
        self._first_wh = self.charger.world.shown_wh()
        self._taps = 0

    def run(self, audited: bool) -> int:
        """Play to the end and return the exit code."""
        self.charger.power_on()
        self._kernel.spawn(self._tell())
        self._kernel.run_until(lambda: self._is_over)
        if audited:
            self._audit()
        self._emit({"result": self._result()})
        return 1 if self._violated else 0

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

    def on_signal(self, kind):
        """Ignore sounds."""

    def on_crash(self, error):
        """Take a terminal that died of an exception for a violation, and end the story."""
        self._violate("the terminal died: %s: %s" % (type(error).__name__, error))
        self._is_over = True

    def _check_screen(self, screen_id):
        """The screen never claims what is not durable."""
        self._checked += 1
        if self.charger.assembly is None:
            return
        opened = self.charger.assembly.recorder.known["open"]
        if screen_id == "charging" and not opened:
            self._violate("the screen says charging and the ledger holds no open session")
        if screen_id == "receipt" and opened:
            self._violate("the screen shows a receipt that the ledger does not hold")

    def _violate(self, what):
        self._violated.append("%s: %s" % (self._now(), what))

    def _now(self):
        return calendar.format_utc(self.charger.wall.true_utc_s())

    # The story

    async def _tell(self):
        for turn in range(self._repeat):
            for number, step in enumerate(self._steps, turn * len(self._steps) + 1):
                await self._act(number, step["after_ms"], step["action"], step["argument"])
        await self._settle()
        self._check()
        self._is_over = True

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

    async def _settle(self):
        """Give what is on its way the time to arrive, where there is a way."""
        if not self.charger.is_powered() or self.charger.link.state not in ("up", "slow"):
            return
        if not await self._until(lambda: self.charger.pending() == 0, SETTLE_MS):
            self._violate("an hour after the story the office still lacks records")

    async def _until(self, holds, patience_ms):
        began_ms = self._kernel.now_ms
        while not holds():
            if self._kernel.now_ms - began_ms >= patience_ms:
                return False
            await self._kernel.sleep_ms(LOOK_MS)
        return True

    async def _tap(self, name):
        self._kernel.spawn(self._present(name))

    async def _present(self, name):
        self._taps += 1
        turn = self._taps
        self.charger.antenna.put(self.charger.cards[name])
        await self._kernel.sleep_ms(TAP_MS)
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

    async def _link(self, state):
        self.charger.link.state = state

    async def _power(self, state):
        if state == "on":
            self.charger.power_on()
        else:
            self.charger.power_cut()

    async def _cut_at_write(self, number):
        self.charger.disk.cut_at_write(number)

    async def _clock(self, change):
        if change == "unset":
            self.charger.wall.unset()
        else:
            self.charger.wall.step(change)

    async def _button(self, name):
        self.charger.buttons.press(name)

    async def _contactor_fault(self, fault):
        self.charger.world.contactor_fault(fault)

    async def _storage_free(self, count):
        self.charger.disk.set_free_bytes(count)

    async def _order(self, order):
        self._violate("orders cannot be played yet; take the step out of the story")

    async def _wait(self, state):
        if not await self._until(WAITS[state](self.charger), PATIENCE_MS):
            self._violate("the story waited a day for %s" % state)

    # The end

    def _audit(self):
        # Loaded only where there is room for it.
        from emulator.simulation.audit import Audit

        def tell(compact, payload):
            self._emit({"jws": compact})

        audit = Audit(self.charger, self._first_wh, tell, self.charger.decode)
        self._checked += audit.records
        for problem in audit.problems:
            self._violate(problem)
        session = self.charger.session()
        if session is not None and session.is_open() != audit.is_open():
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
    "plug": Player._plug,
    "vehicle_power_w": Player._vehicle_power,
    "meter_fault": Player._meter_fault,
    "link": Player._link,
    "power": Player._power,
    "cut_at_write": Player._cut_at_write,
    "clock": Player._clock,
    "button": Player._button,
    "contactor_fault": Player._contactor_fault,
    "storage_free_bytes": Player._storage_free,
    "order": Player._order,
    "wait": Player._wait,
}


def _is_in(charger, state):
    session = charger.session()
    return session is not None and session.state == state


WAITS = {
    "idle": lambda charger: lambda: _is_in(charger, IDLE),
    "charging": lambda charger: lambda: _is_in(charger, CHARGING),
    "uploaded": lambda charger: lambda: charger.pending() == 0,
}
