"""Stories of meters that lie, fall silent or are exchanged, and what must come of each, reckoned by hand.

It does not know how they are played: the same story goes through the simulation and over both wires.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.interpreters import ROOT

TARIFF = ROOT / "tests" / "scenarios" / "tariffs" / "energy.json"
SPEED = 200
FIRST_WH = 123_456
# At 22 kW the battery is full after 164 s: from then on the register stands, so a bill is known to the Wh.
POWER_W, BATTERY_WH = 22_000, 1_000
FULL_S = 300
LASTING_S = 300
MOMENT_S = 3
UNREAD = ("last_good_reading", "meter_fault")

Step = tuple[float, str, Any]
BEGIN: list[Step] = [(2, "plug", True), (2, "tap", "alice"), (2, "wait", "charging")]
STOP: list[Step] = [(5, "tap", "alice")]
LEAVE: list[Step] = [(60, "plug", False), (30, "wait", "idle")]
# A second session shows that nothing of the first one's trouble is left; the battery is full.
AGAIN: list[Step] = [(30, "plug", True), (5, "tap", "alice"), (120, "tap", "alice"), *LEAVE]


@dataclass
class Session:
    """What a receipt has to say; `wh` is the energy, or the least and the most that it may be."""

    wh: int | tuple[int, int]
    reason: str = "card"
    flags: tuple[str, ...] = ()
    unbilled_wh: int = 0


@dataclass
class Tale:
    """A story of one meter; `faults` are words of what the ledger tells, one for each fault, and `says` what
    the display does at some moment.
    """

    steps: list[Step]
    sessions: list[Session]
    faults: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    model: str = "eastron-sdm630"
    first_wh: int = FIRST_WH
    serial: str = "21110042"
    terminal: dict[str, Any] = field(default_factory=dict)
    vehicle: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """Return the scenario file."""
        told = [
            'title = "A tale of a meter"',
            'start = "2026-03-28T16:59:00Z"',
            f"speed = {SPEED}",
            _table("terminal", {"id": "KT-0001", "timezone": "UTC0", **self.terminal}),
            _table("meter", {"model": self.model, "serial": self.serial, "register_wh": self.first_wh}),
            _table("vehicle", {"power_w": POWER_W, "battery_wh": BATTERY_WH, **self.vehicle}),
            _table("[tariff]", {"file": str(TARIFF)}),
            _table("[card]", {"name": "alice", "kind": "rfid", "uid": "04A1B2C3D4E580"}),
            _table("[contract]", {"contract": "C1", "card": "alice", "tariff": "energy"}),
        ]
        for after_s, action, argument in self.steps:
            told.append(_table("[step]", {"after_s": after_s, action: argument}))
        return "\n".join(told)

    def wrong(self, result: dict) -> list[str]:
        """Return what of a result is not as it was reckoned."""
        records = result["records"]
        wrong = list(result["invariants"]["violated"])
        told = [record["what"] for record in records if record["kind"] == "fault"]
        if len(told) != len(self.faults) or not all(
            re.search(word, what) for word, what in zip(self.faults, told, strict=True)
        ):
            wrong.append(f"faults {told}, not {self.faults}")
        shown = [" ".join(screen["lines"]) for screen in result["screens"]]
        for words in self.says:
            if not any(words in lines for lines in shown):
                wrong.append(f"no screen says {words!r}: {sorted(set(shown))}")
        started = [record for record in records if record["kind"] == "session.started"]
        ended = result["receipts"]
        if not len(started) == len(ended) == len(self.sessions):
            return [*wrong, f"{len(started)} begins and {len(ended)} ends of {len(self.sessions)} sessions"]
        for session, start, end in zip(self.sessions, started, ended, strict=True):
            wrong += _differences(session, start, end)
        return wrong


def _differences(session: Session, start: dict, end: dict) -> list[str]:
    least_wh, most_wh = session.wh if isinstance(session.wh, tuple) else (session.wh, session.wh)
    wrong = []
    if not least_wh <= end["energy_wh"] <= most_wh:
        wrong.append(f"{end['receipt']}: {end['energy_wh']} Wh, not {session.wh}")
    if end["reason"] != session.reason or tuple(sorted(end.get("flags", ()))) != session.flags:
        wrong.append(f"{end['receipt']}: {end['reason']} {end.get('flags')}, not {session}")
    if start["unbilled_wh"] != session.unbilled_wh:
        wrong.append(f"{end['receipt']}: {start['unbilled_wh']} Wh given back, not {session.unbilled_wh}")
    return wrong


def _table(name: str, members: dict) -> str:
    lines = [f"{key} = {_toml(told)}" for key, told in members.items()]
    return "\n".join([f"[{name}]", *lines])


def _toml(told: Any) -> str:
    """Return a value of JSON as TOML has it."""
    if isinstance(told, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in told.items()) + " }"
    return json.dumps(told)


def _charged(*during: Step, rest: list[Step] | None = None) -> list[Step]:
    """Return a session with a full battery, in which something happens."""
    return [*BEGIN, (FULL_S, "link", "up"), *during, *(STOP + LEAVE + AGAIN if rest is None else rest)]


def _fault(name: str, lasting_s: float, after_s: float = 0) -> list[Step]:
    return [(after_s, "meter_fault", name), (lasting_s, "meter_fault", "none")]


SILENT = "The energy meter does not answer"
IMPLAUSIBLE = "The meter's readings are not plausible"
SET_BACK = "The energy meter was set back"
EXCHANGED = "The energy meter was exchanged"
BILLED = "Meter fault: billed up to its last good reading"
# What ledger and display tell of each fault; a gateway refuses for a meter whose answers are damaged.
WORDS = {
    "jump": ("jump, from 124456 to 1124456 Wh", IMPLAUSIBLE),
    "backwards": ("backwards, from 124456 to 123456 Wh", SET_BACK),
    "rollover": ("backwards, from 124456 to 0 Wh", SET_BACK),
    "not_available": ("says not available", IMPLAUSIBLE),
    "silent": ("did not answer", SILENT),
    "checksum": ("damaged answer|exception 11", SILENT),
    "exception": ("exception 4", "The energy meter reports a fault"),
    "wrong_unit": ("unit", SILENT),
    "truncated": ("damaged answer|did not answer", SILENT),
}
LIES = {"jump": "meter_jump", "backwards": "meter_backwards", "rollover": "meter_backwards"}
OTHER = {"serial": "7", "register_wh": 5}
OWN = {"serial": "21110042", "register_wh": 0}
FULL, NOTHING = Session(BATTERY_WH), Session(0)


def _cut(*during: Step) -> list[Step]:
    """Return a cut of the power in which something happens."""
    return [(120, "power", "cut"), *during, (30, "power", "on")]


def _each() -> dict[str, Tale]:
    """Return what each fault does in the middle, for a moment, at the end, and across a cut."""
    tales = {}
    for name, (word, says) in WORDS.items():
        lasting, ends = _fault(name, LASTING_S), LEAVE + AGAIN
        tales[f"{name} in the middle"] = Tale(
            _charged(*lasting, rest=ends),
            [Session(BATTERY_WH, "meter_fault", UNREAD), NOTHING],
            (word,),
            (BILLED, says),
        )
        tales[f"{name} for a moment"] = Tale(_charged(*_fault(name, MOMENT_S)), [FULL, NOTHING])
        tales[f"{name} at the end"] = Tale(
            _charged(
                (0, "meter_fault", name), (0.2, "tap", "alice"), (LASTING_S, "meter_fault", "none"), rest=ends
            ),
            [Session(BATTERY_WH, "card", ("last_good_reading",)), NOTHING],
            (word,),
            (BILLED, says),
        )
        flags = ("last_good_reading", LIES[name], "power_loss") if name in LIES else ("power_loss",)
        tales[f"{name} after a cut"] = Tale(
            _charged(*_cut((30, "meter_fault", name)), (LASTING_S, "meter_fault", "none"), rest=ends),
            [Session(BATTERY_WH, "power_loss", flags), NOTHING],
            (word,),
            (BILLED, says) if name in LIES else (),
        )
        tales[f"{name} while there is no power"] = Tale(
            _charged(*_cut((5, "meter_fault", name), (30, "meter_fault", "none")), rest=ends),
            [Session(BATTERY_WH, "power_loss", ("power_loss",)), NOTHING],
        )
    return tales


# Trouble of the first five minutes; a register that nothing was billed on is given up for another that stays
# for ten minutes.
LATER = [(900, "link", "up"), *_charged()]
TALES: dict[str, Tale] = {
    **_each(),
    "echoes all along": Tale(_charged(*_fault("echo", LASTING_S)), [FULL, NOTHING]),
    "noise all along": Tale(_charged(*_fault("noise", LASTING_S)), [FULL, NOTHING]),
    "silence of a minute": Tale(
        _charged(*_fault("silent", 60), rest=LEAVE + AGAIN),
        [Session(BATTERY_WH, "meter_fault", ("meter_fault",)), NOTHING],
        ("did not answer",),
    ),
    "silence from the first moment": Tale(
        [*_fault("silent", LASTING_S), *LATER], [FULL, NOTHING], ("did not",), (SILENT,)
    ),
    "no register at first": Tale(
        [*_fault("not_available", LASTING_S), *LATER], [FULL, NOTHING], ("says not",), (IMPLAUSIBLE,)
    ),
    "zero at first, then what it counted in its life": Tale(
        [*_fault("rollover", LASTING_S), *LATER],
        [FULL, NOTHING],
        ("jump, from 0 to 123456 Wh",),
        (IMPLAUSIBLE,),
    ),
    "too much at first": Tale(
        [*_fault("jump", LASTING_S), *LATER],
        [FULL, NOTHING],
        ("backwards, from 1123456 to 123456 Wh",),
        (SET_BACK,),
    ),
    "a little too low at first": Tale(
        [*_fault("backwards", LASTING_S), *LATER], [Session(BATTERY_WH, unbilled_wh=1000), NOTHING]
    ),
    "a tap while it jumps": Tale(
        [
            (2, "plug", True),
            (2, "meter_fault", "jump"),
            (2, "tap", "alice"),
            (LASTING_S, "meter_fault", "none"),
            (60, "link", "up"),
            (2, "plug", False),
            *_charged(),
        ],
        [FULL, NOTHING],
        ("jump, from 123456 to 1123456 Wh",),
        (IMPLAUSIBLE,),
    ),
    "a tenth of the power": Tale(
        [*BEGIN, (300, "meter_fault", "wrong_power"), (LASTING_S, "meter_fault", "none"), *LEAVE],
        # Five minutes at 22 kW, and at most two windows of a minute more.
        [Session((1500, 1834 + 734 + 200), "meter_fault", UNREAD)],
        ("power and energy disagree",),
        (BILLED, IMPLAUSIBLE),
        vehicle={"battery_wh": 60_000},
    ),
    "another meter after a cut": Tale(
        _charged(*_cut((5, "meter_exchange", OTHER)), (LASTING_S, "meter_exchange", OWN), rest=LEAVE + AGAIN),
        [Session(BATTERY_WH, "power_loss", ("meter_changed", "power_loss")), NOTHING],
        ("the meter is 7, not 21110042",),
        (EXCHANGED,),
    ),
    "another meter behind a silence": Tale(
        _charged(
            (0, "meter_fault", "silent"),
            (60, "meter_exchange", OTHER),
            (0, "meter_fault", "none"),
            (LASTING_S, "meter_exchange", OWN),
            rest=LEAVE + AGAIN,
        ),
        [Session(BATTERY_WH, "meter_fault", ("meter_changed", "meter_fault")), NOTHING],
        ("did not answer", "7, not 21110042"),
        (EXCHANGED,),
    ),
    "another meter without a pause": Tale(
        _charged((0, "meter_exchange", OTHER), (LASTING_S, "meter_exchange", OWN), rest=LEAVE + AGAIN),
        [Session(BATTERY_WH, "meter_fault", ("meter_changed", "meter_fault")), NOTHING],
        ("7, not 21110042",),
        (EXCHANGED,),
    ),
    "another meter before anybody charges": Tale(
        [
            (60, "power", "cut"),
            (5, "meter_exchange", OTHER),
            (5, "power", "on"),
            (60, "plug", True),
            (5, "tap", "alice"),
            (60, "plug", False),
            (5, "meter_exchange", OWN),
            (60, "wait", "idle"),
            *_charged(),
        ],
        [FULL, NOTHING],
        ("7, not 21110042",),
        (EXCHANGED,),
    ),
}
