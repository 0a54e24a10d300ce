"""The board of the simulated charger: every port of hal/ports.py in virtual time, over the models of the
world.

It does not know the story. Each start of the terminal gets a board of its own; when the power goes, the board
is dead: nothing that
the old terminal still tries reaches the world any more.
"""

import errno

from emulator.models.disk import PowerCut
from firmware.errors import CardError
from firmware.metering import modbus
from hal.board import Board
from hal.common.conversation import carry

TICKS_MASK = (1 << 30) - 1
BUS_DELAY_MS = 4


class Life:
    """One power-on of the terminal: its jobs, and whether it still has power."""

    def __init__(self, kernel, on_cut, on_crash):
        self.kernel = kernel
        self.powered = True
        self.jobs = []
        self._on_cut = on_cut
        self._on_crash = on_crash

    def spawn(self, coroutine):
        """Run a coroutine until it ends or the power goes (the `Tasks` port)."""
        job = self.kernel.spawn(self._live(coroutine))
        job.inner = coroutine
        self.jobs = [other for other in self.jobs if not other.done()]
        self.jobs.append(job)
        return job

    def event(self):
        """Make a flag (the `Tasks` port)."""
        return self.kernel.event()

    async def _live(self, coroutine):
        try:
            await coroutine
        except PowerCut:
            if self.powered:
                self._on_cut()
        except Exception as error:
            self._on_crash(error)

    def check(self) -> None:
        """Raise PowerCut in a terminal that has no power any more."""
        if not self.powered:
            raise PowerCut()

    def end(self) -> None:
        """Take the power away."""
        self.powered = False
        for job in self.jobs:
            job.cancel()
        self.jobs = []


class Clock:
    """The `Clock` port: virtual time, a wall clock that the story may unset or move."""

    def __init__(self, life, wall):
        self._kernel = life.kernel
        self._wall = wall
        self._boot_ms = life.kernel.now_ms

    def utc_s(self):
        """Return the wall time, or None."""
        return self._wall.utc_s()

    def status(self):
        """Return the wall clock's state."""
        return "synchronised" if self._wall.is_known() else "unset"

    def ticks_ms(self):
        """Return milliseconds since the terminal's start, wrapped as on an ESP32."""
        return (self._kernel.now_ms - self._boot_ms) & TICKS_MASK

    def elapsed_ms(self, since_ms):
        """Return the milliseconds since an earlier tick."""
        return (self.ticks_ms() - since_ms) & TICKS_MASK

    def sleep_ms(self, duration_ms):
        """Let virtual time pass."""
        return self._kernel.sleep_ms(duration_ms)

    def set_utc(self, utc_s):
        """Set the wall clock."""
        self._wall.set(utc_s)


class Wall:
    """The wall clock of the charger, which outlives its terminal's restarts."""

    def __init__(self, kernel, start_utc_s):
        self._kernel = kernel
        self._at_zero_s = start_utc_s
        self._step_s = 0
        self._known = True

    def true_utc_s(self):
        """Return what a right clock would show, whatever the story did to this one."""
        return self._at_zero_s + self._kernel.now_ms // 1000

    def utc_s(self):
        """Return what the clock shows, or None."""
        return self._at_zero_s + self._step_s + self._kernel.now_ms // 1000 if self._known else None

    def is_known(self):
        """Return whether the clock shows any time."""
        return self._known

    def step(self, seconds):
        """Move the clock."""
        self._step_s += seconds

    def unset(self):
        """Forget the time."""
        self._known = False

    def set(self, utc_s):
        """Learn the time."""
        self._known = True
        self._step_s = utc_s - self._at_zero_s - self._kernel.now_ms // 1000


class Bus:
    """The `MeterBus` port: the meter model answers after the time that a line takes."""

    def __init__(self, life, world):
        self._life = life
        self._world = world
        self.received = 0

    async def transact(self, request, answer, timeout_ms):
        """Hand the request to the meter and put its answer in place, or nothing after the time-out."""
        self._life.check()
        content = self._world.ask_meter(request)
        await self._life.kernel.sleep_ms(BUS_DELAY_MS if content else timeout_ms)
        # Echoes and noise are the bus's to take away.
        start = modbus.start_of_answer(request, content, len(answer))
        content = content[start : start + len(answer)]
        self.received = len(content)
        answer[: self.received] = content


class Field:
    """The `CardReader` port over the card that lies on the reader."""

    def __init__(self, life, antenna):
        self._life = life
        self._antenna = antenna

    async def ready(self):
        """Return at once: the reader is always there."""

    async def wait_card(self):
        """Wait until a card is in the field. Raises CardError for several."""
        while self._antenna.card is None:
            await self._antenna.wait_change()
        if self._antenna.is_crowded:
            raise CardError("several cards are at the reader at once")
        return CardInField(self._antenna)

    async def wait_removed(self):
        """Wait until the field is empty, or holds another card."""
        present = self._antenna.turn
        while self._antenna.card is not None and self._antenna.turn == present:
            await self._antenna.wait_change()


class CardInField:
    """The `Card` port: a card at the moment at which it was found."""

    def __init__(self, antenna):
        self._antenna = antenna
        self._turn = antenna.turn
        self._card = antenna.card
        self.uid = antenna.uid
        self.atr = antenna.card.ats

    async def transmit(self, apdu):
        """Pass a command to the card as long as it is the one in the field."""
        self._check()
        if self._card.slow_ms:
            await self._antenna.kernel.sleep_ms(self._card.slow_ms)
            self._check()
        return self._card.transmit(apdu)

    def _check(self):
        if self._antenna.turn != self._turn or self._antenna.card is None:
            raise OSError(errno.ENODEV, "the card was taken away")

    async def converse(self, dialogue):
        """Carry a whole dialogue."""
        return await carry(dialogue, self.transmit)


class Antenna:
    """The place in front of the reader where the story holds its cards."""

    def __init__(self, kernel):
        self._changed = kernel.event()
        self.kernel = kernel
        self.card = None
        self.is_crowded = False
        self.uid = b""
        self.turn = 0

    def put(self, card, is_crowded=False) -> None:
        """Put a card into the field, alone or among others, or take it away with None."""
        self.card = card
        self.is_crowded = is_crowded
        self.uid = card.present() if card else b""
        self.turn += 1
        self._changed.set()

    async def wait_change(self):
        """Wait until something is put down or taken away."""
        self._changed.clear()
        await self._changed.wait_ms(None)


class Contactor:
    """The `Contactor` port."""

    def __init__(self, life, world):
        self._life = life
        self._world = world

    def close(self):
        """Close the relay."""
        self._life.check()
        self._world.command_contactor(True)

    def open(self):
        """Open the relay."""
        self._life.check()
        self._world.command_contactor(False)

    def is_closed(self):
        """Return the auxiliary contact."""
        return self._world.contactor_closed


class Plug:
    """The `Plug` port."""

    def __init__(self, world):
        self._world = world

    def state(self):
        """Return the IEC 61851-1 letter."""
        return self._world.pilot()

    async def wait_change(self, known_state):
        """Wait for another letter."""
        while self._world.pilot() == known_state:
            self._world.pilot_changed.clear()
            await self._world.pilot_changed.wait_ms(None)
        return self._world.pilot()


class Panel:
    """The `Panel` port: what is shown goes to whoever watches."""

    def __init__(self, life, watcher, buttons):
        self._life = life
        self._watcher = watcher
        self._buttons = buttons

    def show(self, screen):
        """Show a screen."""
        self._life.check()
        self._watcher.on_screen(screen)

    def signal(self, kind):
        """Sound or light."""
        self._life.check()
        self._watcher.on_signal(kind)

    async def wait_button(self):
        """Wait for a press."""
        while not self._buttons.pressed:
            self._buttons.event.clear()
            await self._buttons.event.wait_ms(None)
        return self._buttons.pressed.pop(0)


class Buttons:
    """The buttons of the charger."""

    def __init__(self, kernel):
        self.event = kernel.event()
        self.pressed = []

    def press(self, name: str) -> None:
        """Press one."""
        self.pressed.append(name)
        self.event.set()


class Entropy:
    """The `Entropy` port: seeded, so that the same seed plays the same story."""

    def __init__(self, prng):
        self._prng = prng

    def random(self, count):
        """Return seeded bytes."""
        return self._prng.random_bytes(count)


class Watchdog:
    """The `Watchdog` port: nothing hangs in virtual time."""

    def feed(self):
        """Do nothing."""

    def pace_ms(self):
        """Return None: it never bites."""


def make(life, charger) -> Board:
    """Return the board of one life of a charger's terminal."""
    return Board(
        clock=Clock(life, charger.wall),
        tasks=life,
        storage=charger.disk,
        meter_bus=Bus(life, charger.world),
        reader=Field(life, charger.antenna),
        contactor=Contactor(life, charger.world),
        plug=Plug(charger.world),
        panel=Panel(life, charger, charger.buttons),
        signer=charger.keys.current if charger.keys else charger.signer,
        entropy=Entropy(charger.prng),
        network=charger.link.network(life),
        watchdog=Watchdog(),
    )
