"""Builds a bench in a folder: office, link, charger and terminal, each the real thing or its emulation.

It does not know what will happen on it.
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.bench.charger import Charger
from emulator.bench.link import Link
from emulator.bench.office import Office, OwnOffice
from emulator.bench.terminal import Terminal
from emulator.bench.world import ScaledTime
from emulator.models import bank, card_issuer, vde

# The story's clock stands at its start when the terminal is up: starting takes real time.
LEAD_S = 1.5
# Wires and drivers' hands take real time, so what waits for them gets at least so much of it.
WIRE_PATIENCE_S = 2
LONGEST_PATIENCE_S = 3600
# An emulated meter answers within milliseconds, and needs no rest: so long, in real time, it is waited for
# where the story is hurried. Less, and a busy machine would be taken for a silent meter.
METER_TIMEOUT_MS = 200
CLOCK_FILE = "office.clock"
# How often, in the story's time, the terminal asks for orders where the story has some, and where not.
POLL_S = 60
IDLE_POLL_S = 3600


@dataclass
class Place:
    """Where and with what a bench runs: `kilotap` run the command, `reader`, `meter_port` are as in Wires."""

    folder: Path
    root: Path
    kilotap: Sequence[str]
    interpreter: Sequence[str]
    env: Mapping[str, str]
    reader: str
    speed: int
    meter_port: str = "rtu"
    office_url: str | None = None
    office_ca: str | None = None
    enrol_code: str | None = None
    captures: bool = False


class Bench:
    """`office`, `link` (None before a foreign office), `charger` and `terminal`, which is off at first."""

    link: Link | None = None

    def __init__(self, story: dict, place: Place, watch: Callable[[str, object], None]):
        """Set it up; `watch` is the charger's. Raises BenchError, OSError."""
        self._place = place
        self._parts = contextlib.ExitStack()
        self.ledger = place.folder / "ledger"
        with contextlib.ExitStack() as half_built:
            half_built.callback(self.close)
            settings = dict(story["terminal"])
            settings.update(self._open_office(story))
            clock = ScaledTime(story["start_utc_s"], place.speed, LEAD_S)
            # The time that the office signs in orders is the story's.
            told = f"{clock.start_utc_s} {clock.epoch_ms} {clock.speed}"
            (place.folder / CLOCK_FILE).write_text(told)
            self.charger = Charger(story, clock, watch, place.reader, place.meter_port)
            self._parts.callback(self.charger.close)
            if place.captures:
                numbers = [card["pan"] for card in story["cards"].values() if "pan" in card]
                self.charger.wires.capture(place.folder, numbers)
            settings.update(self.charger.settings())
            patience_s = min(LONGEST_PATIENCE_S, max(60, WIRE_PATIENCE_S * place.speed))
            settings.setdefault("meter_patience_s", patience_s)
            settings.setdefault("plug_timeout_s", patience_s)
            if self.charger.wires.is_meter_ours and place.speed > 1:
                settings.setdefault("meter_timeout_ms", METER_TIMEOUT_MS)
                settings.setdefault("meter_idle_ms", 0)
            settings["ledger"] = str(self.ledger)
            settings["key_file"] = str(place.folder / "terminal.key")
            if settings.get("bank_cards"):
                settings["bank_cards"] = _write_bank_keys(place.folder, settings["bank_cards"])
            if "desfire" in str(settings.get("card_order", "")):
                settings["card_keys"] = str(_write_card_keys(place.folder / "card-keys.json"))
            if "vde" in str(settings.get("card_order", "")):
                issuers = place.folder / "card-issuers.pem"
                issuers.write_bytes(vde.issuers_file())
                settings["card_issuers"] = str(issuers)
            self.terminal = Terminal(
                place.interpreter, place.env, place.root, place.folder, settings, story["tariffs"]
            )
            self._parts.callback(self.terminal.end)
            half_built.pop_all()

    def note_processes(self) -> None:
        """Write who runs under which process id, for whoever looks on."""
        told = {
            "bench": os.getpid(),
            "terminal": self.terminal.pid,
            "office": self.office.child.pid if isinstance(self.office, OwnOffice) else None,
            "reader": self.charger.wires.reader_pid(),
        }
        (self._place.folder / "bench.json").write_text(json.dumps(told) + "\n")

    def close(self) -> None:
        """End every part, the terminal first."""
        self._parts.close()

    def _open_office(self, story: dict) -> dict:
        """Open the office and return the settings with which the terminal finds it."""
        place = self._place
        self.office: Office
        if place.office_url:
            self.office = Office(place.office_url, place.office_ca or "")
            code = place.enrol_code or story["terminal"].get("enrol_code", "")
            return {"office_url": place.office_url, "office_ca": place.office_ca or "", "enrol_code": code}
        orders = [step for step in story["steps"] if step["action"] == "order"]
        office = OwnOffice(
            place.kilotap,
            place.folder / "office",
            place.folder / "office-log",
            place.env,
            place.root,
            place.folder / CLOCK_FILE,
            POLL_S if orders else IDLE_POLL_S,
        )
        self.office = office
        self._parts.callback(office.close)
        if orders:
            office.open_desk(story["terminal"]["id"])
        self.link = Link(office.host, office.port, story["seed"])
        self._parts.callback(self.link.close)
        return {
            "office_url": f"https://{office.host}:{self.link.port}",
            "office_ca": office.ca,
            "enrol_code": office.enrol(story["terminal"]["id"]),
            "receipt_url": office.url + "/r/{token}",
        }


def _write_card_keys(path: Path) -> Path:
    """Write the keys to the story's secure cards, for the terminal's process alone."""
    return _write_private(path, json.dumps(card_issuer.KEYS))


def _write_bank_keys(folder: Path, given: dict) -> dict:
    """Write what the terminal needs for the story's bank cards; return the terms that name it."""
    terms = bank.terms(given)
    files = {"ca_keys": json.dumps(bank.authorities()), "hash_key": bank.HASH_KEY.hex()}
    for key, content in files.items():
        if key not in given:
            terms[key] = str(_write_private(folder / terms[key], content))
    return terms


def _write_private(path: Path, content: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(content)
    return path
