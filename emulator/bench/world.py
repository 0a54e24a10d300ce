"""The physics of the emulated charger in scaled time: vehicle, contactor, and a meter that counts what flows.

It does not know the wires: it tells a watcher when the pilot or the contactor changed.
"""

import threading
import time
from collections.abc import Callable

from emulator.models.meter import Meter
from emulator.models.vehicle import Vehicle

TICK_S = 0.02


class ScaledTime:
    """The story's time: `start_utc_s` is reached in `lead_s` of ours, and it runs `speed` times as fast."""

    def __init__(self, start_utc_s: int, speed: int, lead_s: float = 0.0):
        self.start_utc_s = start_utc_s
        self.speed = speed
        lead_ms = int(lead_s * 1000)
        self._begins_ns = time.monotonic_ns() + lead_ms * 1_000_000
        self.epoch_ms = time.time_ns() // 1_000_000 + lead_ms

    def now_ms(self) -> int:
        """Return the story's milliseconds since its start, negative before it."""
        return (time.monotonic_ns() - self._begins_ns) * self.speed // 1_000_000

    def utc_s(self) -> int:
        """Return the story's true wall time."""
        return self.start_utc_s + self.now_ms() // 1000


class World:
    """Vehicle, contactor and meter; every method may be called from any thread, and holds the `guard`.

    `watch(kind, state)` is told of `("plug", "A".."F")` and `("contactor", is_closed)`, in their order.
    """

    def __init__(self, story: dict, clock: ScaledTime, watch: Callable[[str, object], None]):
        self._clock = clock
        self._watch = watch
        self.guard = threading.RLock()
        self._telling = threading.Lock()
        self._vehicle = Vehicle(story["vehicle"]["power_w"], story["vehicle"]["battery_wh"])
        self._commanded = False
        self._closed = False
        self._contactor_fault = "none"
        self._counted_until_ms = clock.now_ms()
        self._told: dict[str, object] = {"plug": "A", "contactor": False}
        self.meter = _CountingMeter(self, story["meter"])
        self.first_wh = self.meter.shown_wh()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="world", daemon=True)
        self._ticker.start()

    def close(self) -> None:
        """Let time stop."""
        self._ended.set()
        self._ticker.join()

    def plug(self, is_in: bool) -> None:
        """Put the plug into the vehicle, or take it out."""
        with self.guard:
            self.advance()
            self._vehicle.plugged = is_in
        self._tell()

    def vehicle_power(self, power_w: int) -> None:
        """Let the vehicle ask for another power."""
        with self.guard:
            self.advance()
            self._vehicle.power_w = power_w
        self._tell()

    def command_contactor(self, closed: bool) -> None:
        """Do what the terminal commands, as far as the contactor is able to."""
        with self.guard:
            self.advance()
            self._commanded = closed
            self._move_contactor()
        self._tell()

    def contactor_fault(self, fault: str) -> None:
        """Weld the contactor (`welded`), jam it open (`stuck_open`) or repair it (`none`)."""
        with self.guard:
            self.advance()
            self._contactor_fault = fault
            self._move_contactor()
        self._tell()

    def meter_fault(self, fault: str) -> None:
        """Make the meter or its line fail, as the model's FAULTS say."""
        with self.guard:
            self.meter.fault = fault

    def exchange_meter(self, serial: str, register_wh: int) -> None:
        """Put another meter of the same model in the place of this one, as the model's `swap` says."""
        with self.guard:
            self.advance()
            self.meter.swap(serial, register_wh)

    def power_failure(self) -> None:
        """Take the power from the meter as well as from the terminal."""
        with self.guard:
            self.meter.power_failure()

    def advance(self) -> None:
        """Count what flowed until now."""
        with self.guard:
            now_ms = self._clock.now_ms()
            elapsed_ms, self._counted_until_ms = now_ms - self._counted_until_ms, now_ms
            for duration_ms, power_w in self._vehicle.draw(elapsed_ms, self._closed):
                self.meter.advance(duration_ms, power_w)

    def state(self) -> dict:
        """Return what an onlooker sees: plug, contactor, register and power."""
        with self.guard:
            self.advance()
            return {
                "plug": self._vehicle.state(),
                "contactor": self._closed,
                "register_wh": self.meter.shown_wh(),
                "power_w": self.meter.power_w,
            }

    def _move_contactor(self) -> None:
        if self._contactor_fault == "stuck_open":
            self._closed = False
        elif self._contactor_fault != "welded" or self._commanded:
            # A welded one still closes; it only never opens again.
            self._closed = self._commanded

    def _tick(self) -> None:
        while not self._ended.wait(TICK_S):
            self.advance()
            self._tell()

    def _tell(self) -> None:
        """Tell of changes; one thread at a time, or an older state could arrive last and stay."""
        with self._telling:
            with self.guard:
                seen = {"plug": self._vehicle.state(), "contactor": self._closed}
            for kind, state in seen.items():
                if self._told[kind] != state:
                    self._told[kind] = state
                    self._watch(kind, state)


class _CountingMeter(Meter):
    """A meter that counts up to the very moment at which it is read."""

    __slots__ = ("_world",)

    def __init__(self, world: World, meter: dict):
        super().__init__(meter["model"], meter["serial"], meter["register_wh"])
        self._world = world

    def registers(self, function: int, address: int, count: int) -> bytes | int:
        with self._world.guard:
            self._world.advance()
            return super().registers(function, address, count)
