"""The emulated charger around a terminal: world, wires and panel, and what an onlooker would see of it.

It does not know the terminal's process, the office or the story's steps.
"""

import contextlib
import threading
import time
from collections.abc import Callable

from emulator.bench.panel_socket import PanelSocket
from emulator.bench.wires import Wires
from emulator.bench.world import ScaledTime, World
from emulator.models import cards
from emulator.models.prng import Prng

# How long a driver holds a card or waits for the machine to notice.
HAND_LIMIT_S = 3.0
# A driver's hand: no tap is shorter, however fast the terminal answers.
SHORTEST_TAP_S = 0.05
OPEN_SCREENS = ("charging", "suspended")
BUSY_SCREENS = ("starting", "finishing", "recovering")


class Charger:
    """A charger that waits for its terminal on `settings()["panel"]`.

    `watch(kind, told)` hears of `("screen", dict)`, `("signal", str)`, `("power", bool)` and of the world's
    changes, in any thread.
    """

    def __init__(
        self,
        story: dict,
        clock: ScaledTime,
        watch: Callable[[str, object], None],
        reader: str,
        meter_port: str,
    ):
        self._watch = watch
        self._news = threading.Condition()
        # How often the meter was asked, whatever became of its answers.
        self.questions = 0
        self._reactions = 0
        self.clock = clock
        self.is_powered = False
        self.screen: dict | None = None
        self.cards = {
            name: cards.make(card, Prng(story["seed"], f"card {name}"))
            for name, card in story["cards"].items()
        }
        with contextlib.ExitStack() as parts:
            self.world = World(story, clock, self._on_change)
            parts.callback(self.world.close)
            self.panel = PanelSocket(self._greeting, self._take, self._lost)
            parts.callback(self.panel.close)
            unit = story["terminal"].get("meter_unit", 1)
            self.wires = Wires(self.world.meter, unit, self._before_read, reader, meter_port)
            parts.callback(self.wires.close)
            self._parts = parts.pop_all()

    def settings(self) -> dict:
        """Return the settings with which a terminal finds this charger."""
        return {
            "board": "bench",
            "panel": f"127.0.0.1:{self.panel.port}",
            "meter_port": self.wires.meter_port,
            "reader": self.wires.reader,
            "bench_epoch_ms": self.clock.epoch_ms,
            "bench_start_utc_s": self.clock.start_utc_s,
            "bench_speed": self.clock.speed,
        }

    def tap(self, name: str | list[str]) -> bool:
        """Hold cards to the reader until the terminal reacts; return whether it did within a few seconds."""
        before = self._reactions
        began_s = time.monotonic()
        names = [name] if isinstance(name, str) else name
        self.wires.insert(*[self.cards[each] for each in names])
        reacted = self.wait_for(lambda: self._reactions != before or not self.is_powered, HAND_LIMIT_S)
        time.sleep(max(0.0, SHORTEST_TAP_S - (time.monotonic() - began_s)))
        self.wires.remove()
        return reacted

    def plug(self, is_in: bool) -> None:
        """Plug in or out; out of an open session it takes until the terminal has noticed."""
        was_open = self._shows(OPEN_SCREENS)
        self.world.plug(is_in)
        if was_open and not is_in:
            self.wait_for(lambda: not self._shows(OPEN_SCREENS), HAND_LIMIT_S)

    def press(self, button: str) -> None:
        """Press a button; the one that stops an open session until the terminal has noticed."""
        was_open = self._shows(OPEN_SCREENS)
        self.panel.send({"button": button})
        if was_open and button == "stop":
            self.wait_for(lambda: not self._shows(OPEN_SCREENS), HAND_LIMIT_S)

    def come_to_rest(self) -> None:
        """Wait until the terminal has done what takes real time: asked the meter, signed, stored."""
        if self.world.meter.fault == "none":
            self.wait_for(lambda: not self._shows(BUSY_SCREENS), HAND_LIMIT_S)

    def hold(self, name: str) -> None:
        """Lay a card on the reader and leave it there; an empty name takes it away."""
        if name:
            self.wires.insert(self.cards[name])
        else:
            self.wires.remove()

    def wait_for(self, holds: Callable[[], bool], limit_s: float) -> bool:
        """Wait until something holds; it is looked at after every change and ten times a second."""
        end_s = time.monotonic() + limit_s
        while not holds():
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return False
            with self._news:
                self._news.wait(min(0.1, left_s))
        return True

    def close(self) -> None:
        """Take the charger apart."""
        self._parts.close()

    def _shows(self, screens: tuple[str, ...]) -> bool:
        return self.screen is not None and self.screen["id"] in screens

    def _before_read(self) -> None:
        """Let a contactor that was told to open before this read be open: wires differ in speed."""
        self.panel.pump()
        self.world.advance()
        self.questions += 1
        self._look()

    def _greeting(self) -> list[dict]:
        state = self.world.state()
        return [{"plug": state["plug"]}, {"contactor": state["contactor"]}]

    def _on_change(self, kind: str, state: object) -> None:
        self.panel.send({kind: state})
        self._tell(kind, state)

    def _take(self, message: dict) -> None:
        """Take what the terminal says."""
        if "hello" in message:
            self.is_powered = True
            self._tell("power", True)
        if "screen" in message:
            self.screen = message["screen"]
            self._tell("screen", message["screen"])
        if "signal" in message:
            self._reactions += 1
            self._tell("signal", message["signal"])
        if "contactor" in message:
            self.world.command_contactor(message["contactor"])

    def _lost(self) -> None:
        """Let the contactor drop: nobody holds it any more."""
        self.screen = None
        self.is_powered = False
        self.world.command_contactor(False)
        self._tell("power", False)

    def _tell(self, kind: str, told: object) -> None:
        self._watch(kind, told)
        self._look()

    def _look(self) -> None:
        """Let whoever waits for something look whether it holds now."""
        with self._news:
            self._news.notify_all()
