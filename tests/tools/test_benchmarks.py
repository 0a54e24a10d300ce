"""Proves that the benchmarks run and report in the form that scripts rely on; their figures are no test."""

import json
import subprocess
import sys

import pytest

from tests.interpreters import ROOT
from tests.pcsc import one_at_a_time, require_daemon
from tools.__main__ import main

MEMBERS = {"name", "ratio", "min", "max", "runs", "unit", "yardstick", "bound", "holds"}


def measured(capsys: pytest.CaptureFixture[str], *names: str) -> list[dict]:
    """Run benchmarks quickly and return what they report; whether their bounds hold is not asked."""
    assert main(["benchmark", *names, "--quick", "--json"]) in (0, 1)
    reported: list[dict] = json.loads(capsys.readouterr().out)
    return reported


def check(reported: list[dict], names: tuple[str, ...]) -> None:
    """Expect a figure of each benchmark."""
    assert [row["name"] for row in reported] == list(names)
    for row in reported:
        assert set(row) >= MEMBERS and row["ratio"] is not None, row
        assert row["min"] <= row["ratio"] <= row["max"]


def test_storage_and_meter_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("append", "append-sqlite", "flash-writes", "meter-poll-cpu", "meter-poll-latency")
    check(measured(capsys, *names), names)


def test_prices_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("price-live-growth", "price-day", "price-heap")
    check(measured(capsys, *names), names)


def test_signatures_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("sign", "sign-verify", "sign-cpython", "receipt", "ev2-garbage", "dda")
    check(measured(capsys, *names), names)


def test_the_simulation_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("simulator", "simulator-long")
    check(measured(capsys, *names), names)


def test_contracts_screens_and_the_herd_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("herd", "contract-lookup", "repaint")
    check(measured(capsys, *names), names)


def test_uploads_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    # Apart, for Django is bound to a database once in a process.
    words = [sys.executable, "-m", "tools", "benchmark", "batch-upload", "ingest-sqlite", "--quick", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=110)
    reported: list[dict] = json.loads(done.stdout)
    check(reported, ("batch-upload", "ingest-sqlite"))


def test_an_office_in_which_much_is_stored_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    # PostgreSQL's server is not to be had everywhere; where it is not, that is told.
    (growth,) = measured(capsys, "ingest-growth")
    check([growth], ("ingest-growth",))


@one_at_a_time
def test_cards_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("tap-to-uid", "card-read")
    with require_daemon():
        pass
    check(measured(capsys, *names), names)


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "miracle"]) == 2
    assert "miracle" in capsys.readouterr().err
