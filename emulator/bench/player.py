"""Plays a story over real wires, step by step, and holds the evidence together at its end.

It does not know how the terminal works or how the bench is built: it acts and watches.
"""

import random
import threading
import time
from collections.abc import Callable

from emulator.bench import evidence
from emulator.bench.setup import Bench, Place
from emulator.bench.trouble import Trouble
from emulator.errors import BenchError
from emulator.models.ordering import NEWEST
from firmware.pricing import calendar

SHORTEST_PATIENCE_S = 120
PATIENCE_S = 3600
SETTLE_S = 30.0
ORDER_S = 10.0
SAME_SCREEN_MS = 60_000
WAITED_SCREENS = {"idle": "welcome", "charging": "charging"}

OF_THE_METER = ("meter_fault", "meter_exchange")

# A start takes about a second of real time, or two on a busy machine.
FLICKER_S = 1.5
# How long a display that is dark after it is awaited.
DARK_S = 5.0


class Player:
    """One playing of one story; `emit` gets the same events as the simulation's."""

    def __init__(self, story: dict, place: Place, emit: Callable[[dict], None]):
        self._story = story
        self._place = place
        self._emit = emit
        self._guard = threading.Lock()
        self._checked = 0
        self._violated: list[str] = []
        self._shown: tuple[str, list[str], int] = ("", [], 0)
        self._expects_death = False
        self._ordered = 0
        # A start takes real time, so its instants are drawn, and not told by the story.
        self._chance = random.Random(story["seed"])  # noqa: S311 - what a seed draws can be drawn again
        self._bench = Bench(story, place, self._watch)
        settings, charger = self._bench.terminal.configuration, self._bench.charger
        self._trouble = Trouble(story["terminal"], settings, place.speed, lambda: charger.questions)

    def play(self) -> None:
        """Play to the end, emit the result, and end every part whatever happens."""
        try:
            steps = list(enumerate(self._story["steps"], 1))
            # What is wrong with the meter from the first moment on meets the terminal's first reading.
            while steps and not steps[0][1]["after_ms"] and steps[0][1]["action"] in OF_THE_METER:
                self._act(*steps.pop(0))
            self._power("on")
            self._bench.note_processes()
            self._sleep(-self._bench.charger.clock.now_ms())
            for number, step in steps:
                self._pass(step["after_ms"])
                self._act(number, step)
                self._bench.charger.come_to_rest()
                self._check_terminal()
            self._settle()
            self._conclude()
        finally:
            self._bench.close()

    def _act(self, number: int, step: dict) -> None:
        told = {"step": number, "action": step["action"], "argument": step["argument"]}
        self._emit({"progress": told})
        ACTIONS[step["action"]](self, step["argument"])

    # What is seen

    def _watch(self, kind: str, told: object) -> None:
        if kind == "screen" and isinstance(told, dict):
            self._see(told)

    def _see(self, screen: dict) -> None:
        """Emit a screen: every other one, and the same one with other figures once a minute."""
        self._trouble.see(screen["id"])
        now_ms = self._bench.charger.clock.now_ms()
        shown_id, shown_lines, shown_ms = self._shown
        if screen["lines"] == shown_lines:
            return
        if screen["id"] != shown_id:
            self._check_durable(screen["id"])
        elif now_ms - shown_ms < SAME_SCREEN_MS:
            return
        self._shown = (screen["id"], screen["lines"], now_ms)
        self._emit({"screen": {"at": self._now(), "lines": screen["lines"]}})

    def _check_durable(self, screen_id: str) -> None:
        """The screen never claims what is not durable: the ledger on disk is read at that moment."""
        if screen_id == "receipt":
            self._check(
                evidence.open_session(self._bench.ledger) is None,
                "the screen shows a receipt that the ledger does not hold",
            )

    def _check(self, holds: bool, what: str) -> None:
        with self._guard:
            self._checked += 1
            if not holds:
                self._violated.append(f"{self._now()}: {what}")

    def _check_terminal(self) -> None:
        terminal = self._bench.terminal
        if not self._expects_death and terminal.pid is None:
            self._expects_death = True
            self._check(False, f"the terminal died{terminal.last_words()}")

    # The steps

    def _tap(self, name: str | list[str]) -> None:
        self._bench.charger.tap(name)

    def _hold(self, name: str) -> None:
        self._bench.charger.hold(name)

    def _brush(self, name: str | dict) -> None:
        if isinstance(name, dict):
            raise BenchError(
                "no hand is so quick here; play this story with simulate, or brush a card's name"
            )
        self._bench.charger.hold(name)
        self._bench.charger.hold("")

    def _plug(self, is_in: bool) -> None:
        self._bench.charger.plug(is_in)

    def _vehicle_power(self, power_w: int) -> None:
        self._bench.charger.world.vehicle_power(power_w)

    def _meter_fault(self, fault: str) -> None:
        self._bench.charger.world.meter_fault(fault)
        self._trouble.begin(fault)

    def _meter_exchange(self, other: dict) -> None:
        self._bench.charger.world.exchange_meter(other["serial"], other["register_wh"])

    def _key_retire(self, is_asked: bool) -> None:
        raise BenchError("the bench changes no key; play this story with simulate, or use kilotap key rotate")

    def _damage(self, kind: str) -> None:
        raise BenchError("the bench damages no storage; play this story with simulate")

    def _office(self, event: str) -> None:
        raise BenchError(
            "the bench's office has no backup; play this story with simulate, or leave office out"
        )

    def _link(self, mode: str) -> None:
        if mode in ("repeats", "replays", "claims"):
            raise BenchError("TLS lets nobody on the wire send again; play this story with simulate")
        if self._bench.link:
            self._bench.link.mode = mode

    def _power(self, state: str) -> None:
        terminal = self._bench.terminal
        self._expects_death = True
        if state == "flicker":
            terminal.flicker(self._chance.uniform(0, FLICKER_S))
        if state != "on":
            terminal.power_cut()
            self._bench.charger.wait_for(lambda: not self._bench.charger.is_powered, 1.0)
            self._bench.charger.world.power_failure()
            self._trouble.begin_anew()
            return
        terminal.power_on()
        # It takes cards a moment before it shows anything, and nobody holds one to a display that is dark.
        charger = self._bench.charger
        charger.wait_for(lambda: charger.screen is not None or terminal.pid is None, DARK_S)
        self._expects_death = False
        self._bench.note_processes()

    def _cut_at_write(self, number: int) -> None:
        self._expects_death = True
        self._bench.charger.panel.send({"cut_at_write": number})

    def _set_clock(self, change: str | int) -> None:
        """Change the clock of the terminal's board, which keeps time while the terminal is off."""
        settings = self._bench.terminal.configuration
        if change == "unset":
            settings["bench_clock"] = "unset"
            self._bench.charger.panel.send({"clock": "unset"})
        elif change == "set":
            raise BenchError("the bench cannot give a clock its time back yet; play this story with simulate")
        else:
            settings["bench_start_utc_s"] += int(change)
            self._bench.charger.panel.send({"clock_step_s": int(change)})

    def _button(self, name: str) -> None:
        self._bench.charger.press(name)

    def _contactor_fault(self, fault: str) -> None:
        self._bench.charger.world.contactor_fault(fault)

    def _storage_free(self, count: int) -> None:
        self._bench.charger.panel.send({"storage_free_bytes": count})

    def _order(self, order: dict) -> None:
        """Order something; where there is a way it takes until the terminal has decided."""
        if "forged" in order:
            raise BenchError("TLS lets no forger answer for the office; play this story with simulate")
        if NEWEST in [command["receipt"] for command in order.get("commands", ())]:
            raise BenchError("the bench's office knows receipts by their numbers alone; give the number")
        self._ordered = self._bench.office.order(self._story["terminal"]["id"], order)
        if self._has_way():
            self._bench.charger.wait_for(self._is_decided, ORDER_S)

    def _wait(self, state: str) -> None:
        patience_s = max(SHORTEST_PATIENCE_S, PATIENCE_S // self._place.speed)
        charger = self._bench.charger
        if state == "uploaded":
            reached = charger.wait_for(self._is_uploaded, patience_s)
        else:
            wanted = WAITED_SCREENS[state]
            reached = charger.wait_for(lambda: (charger.screen or {}).get("id") == wanted, patience_s)
        self._check(reached, f"the story waited {patience_s} s for {state}")

    # The end

    def _settle(self) -> None:
        """Give what is on its way the time to arrive, where there is a way."""
        if self._has_way():
            self._bench.charger.wait_for(self._is_uploaded, SETTLE_S)
        self._bench.terminal.end()

    def _has_way(self) -> bool:
        """Return whether the terminal runs and reaches its office."""
        mode = self._bench.link.mode if self._bench.link else "up"
        return self._bench.terminal.pid is not None and mode in ("up", "slow")

    def _is_decided(self) -> bool:
        """Return whether the terminal has decided what was ordered last."""
        return evidence.newest_order(self._bench.ledger) >= self._ordered

    def _is_uploaded(self) -> bool:
        if not self._is_decided():
            return False
        expected = self._bench.office.next_seq(self._story["terminal"]["id"])
        return expected is not None and expected == evidence.last_seq(self._bench.ledger) + 1

    def _conclude(self) -> None:
        world = self._bench.charger.world
        last_wh = world.state()["register_wh"]
        identity = self._story["terminal"]["id"]
        figures = self._bench.office.stats(identity)
        key = self._bench.terminal.ready["key"]
        found = evidence.Evidence(identity, key, self._bench.ledger, last_wh, figures)
        checked, violated = found.judge(world.first_wh, lambda compact, _: self._emit({"jws": compact}))
        result = {
            "terminal": {"id": identity, "key": key},
            "office": figures,
            "meter": {"first_wh": world.first_wh, "last_wh": last_wh},
            "invariants": {"checked": self._checked + checked, "violated": self._violated + violated},
        }
        self._emit({"result": result})

    def _now(self) -> str:
        return str(calendar.format_utc(self._bench.charger.clock.utc_s()))

    def _pass(self, story_ms: int) -> None:
        """Let the time to the next step pass, more of it while the meter is in trouble."""
        self._sleep(story_ms)
        if self._bench.terminal.pid is not None and self._bench.charger.wires.is_meter_ours:
            more_ms = self._trouble.stretched_ms(story_ms) - story_ms
            self._bench.charger.wait_for(self._trouble.has_passed, more_ms / 1000 / self._place.speed)

    def _sleep(self, story_ms: int) -> None:
        time.sleep(max(0, story_ms) / 1000 / self._place.speed)


ACTIONS: dict[str, Callable] = {
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
    "clock": Player._set_clock,
    "button": Player._button,
    "contactor_fault": Player._contactor_fault,
    "storage_free_bytes": Player._storage_free,
    "key_retire": Player._key_retire,
    "order": Player._order,
    "wait": Player._wait,
}
