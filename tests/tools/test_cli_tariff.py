"""The story of `kilotap tariff check`: what is said of tariffs, to people and as JSON, and the exit code.

It does not know the rules; tests/tools/pricing does.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.__main__ import main

ROOT = Path(__file__).parents[2]
NOW = ("--at", "2026-11-20T12:00:00Z")
COMPONENT = {"type": "ENERGY", "price": 0.4, "vat": 20, "step_size": 1}
SOUND = {"id": "A", "currency": "EUR", "end_date_time": "2027-01-01T00:00:00Z"}
SOUND["elements"] = [{"price_components": [COMPONENT]}]  # type: ignore[assignment]
GAP = {
    **SOUND,
    "id": "B",
    "elements": [{"price_components": [COMPONENT], "restrictions": {"end_time": "20:00"}}],
}
WRONG = {**SOUND, "id": "C", "elements": [{"price_components": [COMPONENT], "restriction": {}}]}


def write(folder: Path, content: object) -> str:
    path = folder / "T.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_a_sound_tariff_exits_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "check", write(tmp_path, SOUND), *NOW]) == 0
    assert capsys.readouterr().out == "Tariff A\n  nothing to say.\n"


def test_a_tariff_is_exported_as_ocpp_has_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    element = {"price_components": [COMPONENT, {"type": "PARKING_TIME", "price": 6}]}
    tariff = {
        "id": "A",
        "currency": "EUR",
        "elements": [element],
        "max_price": {"excl_vat": 50, "incl_vat": 60},
    }
    assert main(["tariff", "export", write(tmp_path, tariff)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "tariffId": "A",
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": 0.4}], "taxRates": [{"type": "VAT", "tax": 20}]},
        "idleTime": {"prices": [{"priceMinute": 0.1}]},
        "maxCost": {"exclTax": 50, "inclTax": 60},
    }


def test_what_ocpp_cannot_say_is_told_and_nothing_is_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    element = {"price_components": [{**COMPONENT, "step_size": 500}, {"type": "TIME", "price": 1}]}
    path = write(tmp_path, {**SOUND, "elements": [element]})
    assert main(["tariff", "export", path]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    for place in (
        "/energy/prices/0: OCPP has no step_size",
        "/chargingTime/prices/0/priceMinute",
        "/validFrom",
    ):
        assert f"kilotap: {path}: {place}" in told.err


def test_a_warning_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tariff", "check", write(tmp_path, GAP), *NOW]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("  warning /elements: charging is free here")
    assert "20:00 to 00:00" in told[1] or "20:00 to 24:00" in told[1]
    assert told[2] == "  1 warning."


def test_an_error_exits_with_1_and_all_tariffs_of_a_file_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tariff", "check", write(tmp_path, {"data": [SOUND, GAP, WRONG]}), *NOW, "--json"]) == 1
    told = capsys.readouterr()
    assert told.err == ""
    found = json.loads(told.out)
    assert found["holds"] is False
    assert [one["id"] for one in found["tariffs"]] == ["A", "B", "C"]
    assert [[each["level"] for each in one["findings"]] for one in found["tariffs"]] == [
        [],
        ["warning"],
        ["error"],
    ]
    (error,) = found["tariffs"][2]["findings"]
    assert (error["rule"], error["path"]) == ("refused", "/elements/0/restriction")
    assert "did you mean restrictions?" in error["what"]


def test_the_power_of_the_charger_brings_the_rule_of_fast_chargers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fee = {**SOUND, "elements": [{"price_components": [COMPONENT, {"type": "FLAT", "price": 1, "vat": 20}]}]}
    path = write(tmp_path, fee)
    assert main(["tariff", "check", path, *NOW]) == 0
    assert "say --power 50 to see why" in capsys.readouterr().out
    assert main(["tariff", "check", path, *NOW, "--power", "49.9"]) == 0
    assert capsys.readouterr().out == "Tariff A\n  nothing to say.\n"
    assert main(["tariff", "check", path, *NOW, "--power", "50"]) == 1
    assert "a price per session; from 50 kW on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "content", "sentence"),
    [
        ((), "{", "T.json: JSON, line 1, column 2: expected a key in double quotes"),
        ((), [], "T.json: holds an empty list where a tariff was expected"),
        ((), {"charging_periods": []}, "T.json: holds no tariff"),
        (("--at", "noon"), SOUND, "'noon' is no moment such as"),
        (("--power", "-1"), SOUND, "Invalid value for '--power'"),
    ],
)
def test_what_cannot_be_checked_exits_with_2(
    words: tuple[str, ...],
    content: object,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tariff", "check", write(tmp_path, content), *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert sentence in told.err


def test_as_a_process_it_prints_one_json_value_and_nothing_else(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tools", "tariff", "check", write(tmp_path, WRONG), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["holds"] is False
    assert done.stdout.count("\n") == 1
