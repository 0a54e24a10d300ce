"""The driver of the demo: what the page shows and what is touched there or typed, for one emulated charger.

It does not know browsers or keyboards.
"""

import threading
import time
from collections.abc import Callable
from typing import TextIO

from emulator.bench.setup import Bench
from emulator.ledger_folder import LedgerFolder
from firmware.ledger.journal import Journal
from firmware.pricing import calendar, money
from tools.commands import story

# Screens whose figures grow, and how often these are told to whoever only reads along.
GROWING = ("charging", "suspended")
EVERY_S = 5.0

HELP = """\
  plug            put the plug into the vehicle         unplug     take it out
  tap NAME        hold a card to the reader             stop       press the stop button
  language        press the language button             receipt    show the last receipt
  cut             take the terminal's power away        power      give it back
  help            this list                             quit       end the demo"""


class Driver:
    """Between people and the charger; `on_change` is called whenever `state()` would differ."""

    def __init__(self, told: dict, out: TextIO):
        self._told = told
        self._out = out
        self._hand = threading.Lock()
        self._bench: Bench | None = None
        self._office: str | None = None
        self._signal = ""
        self._signals = 0
        self._receipts: list[dict] = []
        self._shown: tuple[str, ...] = ()
        self._shown_s = 0.0
        self._seen: dict = {}
        self.on_change: Callable[[], None] = lambda: None

    def attach(self, bench: Bench, office: str | None) -> None:
        """Take the bench, once it is set up, and the address of its office."""
        self._bench = bench
        self._office = office

    def welcome(self, url: str, can_type: bool) -> None:
        """Say where to look and what to do; only at a terminal is anything typed."""
        cards = ", ".join(self._told["cards"])
        self._say(f"\nThe charger:      {url}")
        if self._office:
            self._say(f"The back office:  {self._office}")
            self._say(
                "                  (its certificate is its own: let the browser go on; the link is good once)"
            )
        if can_type:
            self._say(f"\nOr type here: plug, then tap with one of these cards: {cards}.\n{HELP}\n")
        else:
            self._say(
                "\nWhat is not typed at a terminal is not read: use the page. Ctrl-C or SIGTERM ends this.\n"
            )

    def watch(self, kind: str, told: object) -> None:
        """Hear of screens and signals; tell the screens here too, in words."""
        if kind == "signal":
            self._signal, self._signals = str(told), self._signals + 1
        if kind == "screen" and isinstance(told, dict):
            self._tell_screen(told)
        self.on_change()

    def look(self) -> None:
        """Look at what changes without being told, such as the meter, and at new receipts."""
        seen = self.state()
        if seen != self._seen:
            self._seen = seen
            self.on_change()

    def state(self) -> dict:
        """Return what the page shows."""
        bench = self._attached()
        charger = bench.charger
        world = charger.world.state()
        return {
            **world,
            "terminal": self._told["terminal"]["id"],
            "running": charger.is_powered,
            "time": str(calendar.format_utc(charger.clock.utc_s())).replace("T", " ").replace("Z", " UTC"),
            "screen": charger.screen,
            "signal": {"kind": self._signal, "count": self._signals},
            "cards": [{"name": name, "told": self._about(name)} for name in self._told["cards"]],
            "receipts": [self._short(receipt) for receipt in self._read_receipts()],
            "office": self._office,
        }

    def touch(self, action: str, argument: object) -> str | None:
        """Do what was touched on the page; return a sentence where it cannot be done."""
        with self._hand:
            charger = self._attached().charger
            if action == "plug" and isinstance(argument, bool):
                charger.plug(argument)
            elif action == "tap" and argument in charger.cards:
                return self._tap(str(argument))
            elif action == "button" and argument in ("stop", "language"):
                charger.press(str(argument))
            else:
                return f"There is nothing to do for {action} {argument}."
        return None

    def obey(self, line: str) -> bool:
        """Do what was typed; return False when it was the end."""
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        problem = None
        if word == "quit":
            return False
        if word in ("plug", "unplug"):
            problem = self.touch("plug", word == "plug")
        elif word == "tap":
            problem = self.touch("tap", rest) if rest in self._told["cards"] else self._which_card(rest)
        elif word in ("stop", "language"):
            problem = self.touch("button", word)
        elif word == "receipt":
            receipts = self._read_receipts()
            self._say(story.receipt(receipts[-1]) if receipts else "There is no receipt yet.")
        elif word == "cut":
            self._attached().terminal.power_cut()
        elif word == "power":
            self._attached().terminal.power_on()
        elif word == "help":
            self._say(HELP)
        elif word:
            problem = f"{word}? Type help for what there is."
        if problem:
            self._say(problem)
        return True

    def _tap(self, name: str) -> str | None:
        charger = self._attached().charger
        if not charger.is_powered:
            return "The terminal has no power."
        return None if charger.tap(name) else "The reader did not react. Take the card away and try again."

    def _which_card(self, name: str) -> str:
        known = ", ".join(self._told["cards"])
        return (
            f"There is no card {name!r}; tap one of {known}."
            if name
            else f"Tap which card? There are {known}."
        )

    def _tell_screen(self, screen: dict) -> None:
        """Tell a screen when it is another one, and now and then the figures that grow on it."""
        lines = tuple(screen["lines"])
        told = (screen["id"], *lines) if screen["id"] not in GROWING else (screen["id"],)
        if told != self._shown or (screen["id"] in GROWING and time.monotonic() - self._shown_s >= EVERY_S):
            self._shown, self._shown_s = told, time.monotonic()
            self._say("  [ " + " | ".join(lines) + " ]")

    def _read_receipts(self) -> list[dict]:
        """Return the receipts in the ledger, which is read on from where it was read before."""
        folder = LedgerFolder(self._attached().ledger)
        known = len(self._receipts)
        found = [story.payload_of(compact) for _, compact in Journal(folder).read_from(1)]
        self._receipts = [record for record in found if record["kind"] == "session.ended"]
        if len(self._receipts) > known:
            self._say("  A new receipt was signed and stored; type receipt to read it.")
        return self._receipts

    def _short(self, receipt: dict) -> dict:
        return {
            "receipt": receipt["receipt"],
            "energy": f"{receipt['energy_wh'] // 1000}.{receipt['energy_wh'] % 1000:03} kWh",
            "price": money.format_minor(receipt["gross_minor"], receipt["currency"]),
        }

    def _about(self, name: str) -> str:
        card = self._told["cards"][name]
        if card.get("uid") in self._told["terminal"]["deny"]:
            return "reported stolen"
        for contract in self._told["terminal"]["contracts"]:
            if contract["uid"] == card.get("uid"):
                return f"contract {contract['contract']}"
        return "no contract"

    def _attached(self) -> Bench:
        if self._bench is None:
            raise RuntimeError("the driver has no charger yet")
        return self._bench

    def _say(self, words: str) -> None:
        print(words, file=self._out, flush=True)
