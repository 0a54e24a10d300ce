"""Soaks terminals for some seconds: the standard set of seeds, and what is said when something fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator import scenario
from emulator.simulation import play
from emulator.soak import playing, scenario_text, story
from emulator.soak.faults import standard as faults
from emulator.soak.shrink import shrink
from emulator.soak.watch import Watch
from firmware.crypto import jose
from firmware.ledger.journal import Journal
from firmware.session import actions, table
from firmware.session.events import CLOSE, READING
from firmware.session.state import STARTING
from firmware.terminal import resuming
from tests.emulator.soak.seeds import STANDARD_SET
from tools import __main__ as kilotap
from tools import outputs
from tools.commands.fast_craft import FastCraft


@pytest.mark.parametrize("seed", STANDARD_SET)
def test_heavy_faults_break_no_promise(seed: int) -> None:
    played = playing.play(playing.told(seed, "heavy"), FastCraft())
    assert played.violated == [], f"kilotap soak --seed {seed} --sessions 1 --faults heavy"


def test_without_faults_every_session_that_drivers_begin_is_paid_and_no_record_tells_of_a_fault() -> None:
    kinds: list[str] = []
    told = story.tell(5, "none")
    player = play.Player(told, lambda event: None, FastCraft(), Watch)
    assert player.run(True) == 0, player.violated()
    for compact in (compact for _seq, compact in Journal(player.charger.disk).read_from(1)):
        kinds.append(player.charger.decode(jose.unb64url(compact.split(".")[1]))["kind"])
    assert kinds.count("session.started") == kinds.count("session.ended") >= 3
    assert "fault" not in kinds and kinds.count("boot") == 1


def test_the_same_seed_gives_the_same_ledger_and_another_one_another() -> None:
    ledgers = [playing.play(playing.told(seed, "heavy"), FastCraft()).ledger for seed in (3, 3, 4)]
    assert ledgers[0] == ledgers[1] != ledgers[2]


def test_every_kind_of_fault_is_in_the_standard_set_and_every_seed_has_its_own_story() -> None:
    told = [one for seed in STANDARD_SET for one in playing.told(seed, "heavy")]
    actions = {step["action"] for one in told for step in one["steps"]}
    expected = {"power", "cut_at_write", "meter_fault", "meter_exchange", "link", "office", "clock"}
    assert expected | {"storage_free_bytes", "contactor_fault", "brush"} <= actions
    assert len({json.dumps(one["steps"]) for one in told}) == len(told)
    assert [level for level in faults.LEVELS if level != "none"] == ["light", "heavy"]


@pytest.mark.parametrize("seed", [7, 2**70 + 7])
def test_a_story_comes_back_from_its_scenario_file_as_it_was(seed: int, tmp_path: Path) -> None:
    told = story.tell(seed, "heavy")
    outputs.write_all(scenario_text.files(told, tmp_path / "soak.toml"))
    read = scenario.read(str(tmp_path / "soak.toml"))
    assert read["steps"] == told["steps"]
    first, second = (playing.play([one], FastCraft()).ledger for one in (told, read))
    assert first == second


def test_a_failing_seed_is_told_with_its_replay_and_leaves_a_short_scenario_that_fails_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    close_before_writing(monkeypatch)
    code = kilotap.main(["soak", "--seed", "3", "--sessions", "50", "--faults", "light", "--json", "-"])
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert code == 1
    assert "kilotap soak --seed 3 --sessions 1 --faults light" in said.err
    assert result["replay"] == "kilotap soak --seed 3 --sessions 1 --faults light"
    assert result["failing_seed"] == 3 and result["story"] == "soak-3.toml"
    read = scenario.read("soak-3.toml")
    # One plug, one tap and one wait would do; what is left over belongs to no shorter way to the same words.
    assert len(read["steps"]) <= 8
    assert kilotap.main(["simulate", "soak-3.toml"]) == 1


def test_a_seed_beyond_64_bits_is_replayed_as_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert kilotap.main(["soak", "--seed", str(2**70 + 1), "--sessions", "1", "--faults", "none"]) == 0


@pytest.mark.parametrize("years", ["nan", "inf", "-inf", "0", "-1"])
def test_years_that_have_no_end_are_refused(years: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert kilotap.main(["soak", f"--years={years}"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("kilotap: Invalid value for '--years'") and "Traceback" not in said


def test_a_result_that_could_not_be_written_is_refused_before_anything_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def play(*_told: object) -> None:
        pytest.fail("it was played")

    monkeypatch.setattr(playing, "play", play)
    for target in (tmp_path, tmp_path / "missing" / "soak.json"):
        assert kilotap.main(["soak", "--json", str(target)]) == 2
        assert capsys.readouterr().err.startswith(f"kilotap: {target}: ")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_seed_is_told_where_its_short_story_and_its_figures_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "soak-3.toml").mkdir()
    close_before_writing(monkeypatch)
    assert kilotap.main(["soak", "--seed", "3", "--faults", "light", "--json", "/dev/full"]) == 2
    said = capsys.readouterr()
    assert "VIOLATED" in said.out and "kilotap soak --seed 3 --sessions 1 --faults light" in said.err
    assert "the short story cannot be written: " in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["soak-3.toml"]


def close_before_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the contactor close before the start is written."""
    real = actions.begin

    def hasty(session: object, reading: object) -> tuple:
        after, effects = real(session, reading)
        return after, tuple(sorted(effects, key=lambda effect: effect[0] != CLOSE))

    monkeypatch.setitem(table.TABLE[STARTING], READING, hasty)


def test_a_clock_that_steps_in_the_second_in_which_it_was_learned_gives_no_false_alarm() -> None:
    told = story.tell(1, "none", 1)
    steps = [(0, "clock", "unset"), (0, "power", "cut"), (0, "power", "on"), (0, "clock", "set")]
    told["steps"] = [story.step_of(*step) for step in [*steps, (1, "clock", -86_400)]]
    assert playing.play([told], FastCraft()).violated == []


def test_a_session_that_goes_on_by_a_clock_that_was_set_back_without_power_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = story.tell(1, "none", 1)
    told["terminal"]["resume_within_s"] = 7200
    steps = [(0, "plug", True), (10, "tap", "alice"), (60, "wait", "charging"), (600, "power", "cut")]
    steps += [(60, "clock", -3600), (60, "power", "on"), (600, "plug", False), (60, "wait", "idle")]
    told["steps"] = [story.step_of(*step) for step in [*story.SESSION, *steps]]
    assert playing.play([told], FastCraft()).violated == []

    def trusting(billing: Any, reading: dict, _within_s: int) -> dict:
        return {
            "after_ms": billing.elapsed_ms,
            "from_s": billing.at_utc_s,
            "to_s": reading["utc_s"],
            "from_wh": billing.last_wh,
            "to_wh": reading["wh"],
            "clock": reading["clock"],
        }

    monkeypatch.setattr(resuming, "pause", trusting)
    assert "0 to 7200 are allowed" in str(playing.play([told], FastCraft()).violated)


def test_shrinking_keeps_only_the_steps_that_it_takes() -> None:
    told = story.tell(3, "heavy")

    def fails(one: dict) -> str | None:
        kept = [step["argument"] for step in one["steps"] if step["action"] == "power"]
        return "2026-03-28T17:00:00Z: a cut" if kept.count("cut") else None

    assert [step["argument"] for step in shrink(told, fails)["steps"]] == ["cut"]
