"""Charging sessions whose meter lies, falls silent or is another one at some moment, made of a seed, and what
has to be billed then, reckoned from what it truly counted: `python -m tests.host.metering.meter_stories 300`.

It does not know how the terminal judges readings. A story is one session of a quarter of an hour or two, the
trouble before, within or at the end of it or across a power cut, and a second session when all is well again.
"""

import bisect
import random
import sys
from collections.abc import Callable, Iterator

from emulator.models import encoding
from emulator.models.meter import Meter
from emulator.simulation.play import Player
from firmware.crypto import canonical, jose
from firmware.pricing import calendar
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story

MODELS = (
    "eastron-sdm630",
    "eastron-sdm120",
    "abb-b23",
    "carlo-gavazzi-em24",
    "carlo-gavazzi-em340",
    "schneider-iem3155",
    "janitza-b23",
    "finder-7m38",
    "inepro-pro380",
    "dzg-dvh4013",
)
OWN, OTHER = "21110042", "31110099"
# What the register shows instead of what it counted.
LIES = ("not_available", "rollover", "jump", "jump_by_fuse", "backwards", "one_step_back", "freeze")
LINE = ("silent", "checksum", "exception", "wrong_unit", "truncated")
TROUBLES = (*LIES, *LINE, "wrong_power", "echo", "noise", "exchange")
# Bad readings and silence are repeated for as long as ten tries take: nine seconds at least.
RIDDEN_OUT_S = 5
POLL_S, LATE_S = 2, 3
CHECKPOINT_S = 60
METER_FLAGS = {"meter_fault", "last_good_reading", "meter_changed", "meter_backwards", "meter_jump"}


class LyingMeter(Meter):
    """A meter whose register shows what a function makes of what it counted; it remembers what that was."""

    def __init__(self, model: str, serial: str, register_wh: int) -> None:
        self.lie: Callable[[int], int | None] | None = None
        self.log: dict[str, list[tuple[int, int]]] = {serial: [(0, register_wh * 3_600_000)]}
        super().__init__(model, serial, register_wh)

    def advance(self, duration_ms: int, power_w: int) -> None:
        super().advance(duration_ms, power_w)
        self.log.setdefault(self.serial, []).append((self.lived_ms, self._counted_w_ms))

    def counted_at(self, serial: str, at_s: float) -> float:
        """Return what a meter had counted at a moment, in Wh."""
        log = self.log[serial]
        i = bisect.bisect_right(log, (int(at_s * 1000), 1 << 80))
        if i == 0 or i == len(log):
            return log[min(i, len(log) - 1)][1] / 3_600_000
        (t0, w0), (t1, w1) = log[i - 1], log[i]
        return (w0 + (w1 - w0) * (at_s * 1000 - t0) / max(1, t1 - t0)) / 3_600_000

    def _show_energy(self) -> None:
        if self.lie is None:
            super()._show_energy()
            return
        shown_wh = self.lie(self.counted_wh())
        self._shown = -1
        for row in self._energies:
            if shown_wh is None:
                self._put(row, encoding.not_available(row[2]))
            else:
                self._write(row, max(0, shown_wh))


class Told:
    """What a seed decides."""

    def __init__(self, seed: int) -> None:
        prng = self.prng = random.Random(seed)
        self.seed = seed
        self.model = prng.choice(MODELS)
        self.register_wh = prng.choice((0, prng.randint(1, 99_999), prng.randint(10**6, 10**8)))
        self.power_w = prng.choice((1_400, 3_700, 11_000, 22_000))
        self.session_s = prng.choice((900, 1800))
        self.trouble = prng.choice(TROUBLES)
        self.lasts_s = prng.choice((1, RIDDEN_OUT_S, 60, 600))
        self.where = prng.choice(("start", "middle", "middle", "end", "cut"))
        self.resumes_s = prng.choice((0, 3600))
        self.max_power_w = prng.choice((0, 22_000))
        ends_s = 10 + self.session_s
        self.begins_s = {
            "start": prng.uniform(2, 12),
            "middle": prng.uniform(60, ends_s - 60),
            "end": ends_s + prng.uniform(-6, 3),
            "cut": prng.uniform(120, ends_s - 120),
        }[self.where]
        # Since the start: when power goes and comes.
        self.cut_s = self.begins_s + prng.uniform(0.1, 3) if self.where == "cut" else None
        self.back_s = None if self.cut_s is None else self.cut_s + prng.choice((2, 30, 300))
        self.ends_s = ends_s

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.model} at {self.register_wh} Wh, "
            f"{self.power_w} W for {self.session_s} s, "
            f"{self.trouble} for {self.lasts_s} s from {self.begins_s:.1f} s ({self.where}), "
            f"resumes {self.resumes_s}, fuse {self.max_power_w} W, cut {self.cut_s}"
        )

    def steps(self) -> list[dict]:
        """Return the steps of the story at their moments."""
        at = [(5, "plug", True), (10, "tap", "alice"), (self.ends_s, "tap", "alice")]
        at += [(self.ends_s + 20, "plug", False)]
        if self.cut_s is not None:
            at += [(self.cut_s, "power", "cut"), (self.back_s, "power", "on")]
        second_s = self.ends_s + 2500
        at += [(second_s, "plug", True), (second_s + 5, "tap", "alice"), (second_s + 300, "tap", "alice")]
        at += [(second_s + 330, "plug", False), (second_s + 900, "link", "up")]
        at.sort(key=lambda step: step[0])
        moments = [0, *(int(step[0] * 1000) for step in at)]
        waits = [b - a for a, b in zip(moments, moments[1:], strict=False)]
        return [
            {"after_ms": wait_ms, "action": step[1], "argument": step[2]}
            for wait_ms, step in zip(waits, at, strict=True)
        ]


class Played:
    """A story that was played, and what did not hold."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.screens: list[str] = []
        self.records: list[dict] = []
        self.wrong: list[str] = []
        document = {**story([]), "steps": told.steps()}
        document["terminal"] |= {"meter_model": told.model, "language": "en"}
        document["terminal"] |= {"resume_within_s": told.resumes_s, "checkpoint_s": CHECKPOINT_S}
        if told.max_power_w:
            document["terminal"]["max_power_w"] = told.max_power_w
        document["meter"] = {"model": told.model, "serial": OWN, "register_wh": told.register_wh}
        document["vehicle"] = {"power_w": told.power_w, "battery_wh": 10**9}
        self.start_utc_s = document["start_utc_s"]
        player = Player(document, self._take, QuickCraft())
        self.meter = LyingMeter(told.model, OWN, told.register_wh)
        self.charger = player.charger
        self.charger.world._meter = self.meter
        player._first_wh = self.charger.world.shown_wh()
        self.charger.kernel.spawn(self._trouble())
        player.run(True)
        self._reckon()

    def _take(self, event: dict) -> None:
        if "jws" in event:
            self.records.append(canonical.decode(jose.split(event["jws"], "record+jws")[0]))
        if "screen" in event:
            self.screens.append(" ".join(event["screen"]["lines"]))

    async def _trouble(self) -> None:
        told, kernel, world = self.told, self.charger.kernel, self.charger.world
        await kernel.sleep_ms(int(told.begins_s * 1000))
        world.sync()
        if told.trouble == "exchange":
            # A register that goes on where the other's was is found by its number alone, within ten minutes;
            # one a little higher by the fuse, where that is told.
            little_wh = 700 if told.max_power_w else 10**7
            register_wh = told.prng.choice((0, 5, told.register_wh + little_wh, 10**8))
            world.exchange_meter(OTHER, register_wh)
            self.meter.log[OTHER] = [(self.meter.lived_ms, register_wh * 3_600_000)]
        elif told.trouble in LIES:
            self.meter.lie = self._lie(told.trouble)
        else:
            self.meter.fault = told.trouble
        await kernel.sleep_ms(1000 * told.lasts_s)
        world.sync()
        self.meter.lie, self.meter.fault, self.meter._shown = None, "none", -1
        if told.trouble == "exchange":
            world.exchange_meter(OWN, 0)

    def _lie(self, name: str) -> Callable[[int], int | None]:
        held_wh = self.meter.counted_wh()
        return {
            "not_available": lambda wh: None,
            "rollover": lambda wh: 0,
            "jump": lambda wh: wh + 1_000_000,
            # What 22 kW cannot bring; where no power is told, 400 kW may have while power was away.
            "jump_by_fuse": lambda wh: wh + (20_000 if self.told.max_power_w else 1_000_000),
            "backwards": lambda wh: wh - 1_000,
            "one_step_back": lambda wh: wh - self._step_wh(),
            "freeze": lambda wh: held_wh,
        }[name]

    def _step_wh(self) -> int:
        kind, numerator, denominator = self.meter._energies[0][2:5]
        if kind == "f":
            return 16
        return -(-denominator // numerator)

    # What has to hold

    def _of(self, kind: str) -> list[dict]:
        return [record for record in self.records if record["kind"] == kind]

    def _at_s(self, record: dict) -> float:
        return calendar.parse_utc(record["at"]) - self.start_utc_s

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def _reckon(self) -> None:
        started, ended = self._of("session.started"), self._of("session.ended")
        self._expect(len(started) == len(ended), f"{len(started)} starts, {len(ended)} ends")
        for start, end in zip(started, ended, strict=False):
            self._reckon_session(start, end)
        for before, after in zip(ended, started[1:], strict=False):
            if before["meter"]["serial"] == after["meter"]["serial"]:
                gap_wh = after["meter"]["wh"] - before["meter"]["stop_wh"]
                self._expect(
                    after["unbilled_wh"] == max(0, gap_wh), f"{gap_wh} Wh between are told otherwise"
                )
        self._expect(bool(started), "nobody could ever charge")
        numbers = {start["meter"]["serial"] for start in started}
        self._expect(numbers <= self._numbers(), "a foreign meter was billed")
        told, reasons = self.told, [end["reason"] for end in ended]
        if told.where in ("middle", "end") and told.lasts_s <= RIDDEN_OUT_S and told.trouble != "exchange":
            self._expect(reasons == ["card", "card"], "a moment's trouble ended a session")
        self._expect(len(ended) < 2 or reasons[-1] == "card", "the second session did not end as it should")
        lasting = told.where == "middle" and told.lasts_s >= 60 and told.begins_s + 90 < told.ends_s
        if lasting and told.trouble in (*LIES[:5], *LINE) and not self._is_possible():
            self._expect(reasons[0] == "meter_fault", f"ended by {reasons[0]}, not the meter")
            self._expect(bool(self._of("fault")), "no fault stands in the ledger")

    def _is_possible(self) -> bool:
        """Return whether a register that is turned to 0 may have stood there."""
        told = self.told
        return told.trouble == "rollover" and told.register_wh == 0 and told.begins_s < 60 + told.lasts_s

    def _numbers(self) -> set[str]:
        return {"" if self.told.model == "dzg-dvh4013" else OWN}

    def _flowed_wh(self, serial: str, from_s: float, to_s: float) -> float:
        if serial not in self.meter.log:
            return 0.0
        return self.meter.counted_at(serial, to_s) - self.meter.counted_at(serial, from_s)

    def _reckon_session(self, start: dict, end: dict) -> None:
        told, meter = self.told, end["meter"]
        step_wh = meter["resolution_wh"]
        begun_s, ended_s = self._at_s(start), self._at_s(end)
        flags = set(end.get("flags", ()))
        self._expect(
            end["energy_wh"] == meter["stop_wh"] - meter["start_wh"], "energy is not stop less start"
        )
        self._expect(meter["start_wh"] == start["meter"]["wh"], "start registers differ")
        truth_wh = self.meter.counted_at(OWN, begun_s)
        is_foreign = told.trouble == "exchange"
        slack_wh = step_wh + (self._step_wh() if told.trouble == "one_step_back" else 0)
        behind_wh = 0.0
        if told.trouble in ("freeze", "one_step_back"):
            # A register that stood still, or a step behind, is what anybody saw: the driver's gain.
            behind_wh = self._flowed_wh(OWN, told.begins_s, told.begins_s + told.lasts_s) + slack_wh
        self._expect(
            -slack_wh - 1 - behind_wh <= meter["start_wh"] - truth_wh <= slack_wh + 1,
            f"start at {meter['start_wh']}, was {truth_wh:.0f}",
        )
        flowed_wh = self._flowed_wh(OWN, begun_s - 1, ended_s + 1)
        # What flows through another meter until its number is asked for counts as its register has it.
        through_wh = self._flowed_wh(OTHER, begun_s - 1, ended_s + 1) if is_foreign else 0
        self._expect(
            end["energy_wh"] <= flowed_wh + through_wh + slack_wh + 1,
            f"{end['energy_wh']} Wh billed, {flowed_wh:.0f} Wh flowed",
        )
        if flags & METER_FLAGS:
            said = any("Meter fault" in screen for screen in self.screens)
            self._expect(said, f"the screen does not tell of {sorted(flags)}")
            known_s = told.begins_s - 2 * POLL_S - LATE_S - (CHECKPOINT_S + LATE_S if told.cut_s else 0)
            least_wh = self.meter.counted_at(OWN, max(begun_s, known_s)) - self.meter.counted_at(OWN, begun_s)
        elif is_foreign:
            # It was away for less than anybody looks: what flowed through the other one is nobody's.
            least_wh = 0
        else:
            least_wh = flowed_wh - told.power_w * 2 / 3600
            least_wh -= behind_wh
        self._expect(
            end["energy_wh"] >= least_wh - slack_wh - 1 - told.power_w / 3600,
            f"{end['energy_wh']} Wh billed, at least {least_wh:.0f} Wh were known, flags {sorted(flags)}",
        )


def play(seeds: range) -> Iterator[Played]:
    """Play stories."""
    for seed in seeds:
        yield Played(Told(seed))


if __name__ == "__main__":
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count, failed, troubles = int(sys.argv[1]), 0, {}
    for played in play(range(first, first + count)):
        reasons = [end["reason"] for end in played._of("session.ended")]
        key = (played.told.trouble, reasons[0] if reasons else "none")
        troubles[key] = troubles.get(key, 0) + 1
        if played.wrong:
            failed += 1
            print(played.told, *played.wrong, sep="\n    ", flush=True)
    for (trouble, reason), number in sorted(troubles.items()):
        print(f"{trouble:<15}{reason:<14}{number:>5}")
    print(f"{count} stories, {failed} in which something does not hold")
    sys.exit(1 if failed else 0)
