"""Opens whole boards by a configuration, as main.py does; what is missing is named before anything runs."""

import json
import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hal.seats import ALL, BENCHES, Seat, seats

PORTS = [
    "clock", "contactor", "entropy", "meter_bus", "network", "panel", "plug", "reader", "signer", "storage",
    "tasks", "watchdog",
]  # fmt: skip


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Give two serial ports with nobody at their far ends."""
    pairs = [pty.openpty() for _ in range(2)]
    for _, far in pairs:
        tty.setraw(far)
    yield [os.ttyname(far) for _, far in pairs]
    for near, far in pairs:
        os.close(near)
        os.close(far)


def settings(folder: Path, lines: list[str], board: str, **changed: str) -> Path:
    """Store a configuration with everything that a bench needs, but for what is changed."""
    document = {
        "id": "KT-0001",
        "board": board,
        "ledger": str(folder / "ledger"),
        "key_file": str(folder / "key"),
        "meter_port": lines[0],
        "reader": f"pn532:{lines[1]}",
        "panel": "127.0.0.1:9" if board == "bench" else "",
    }
    path = folder / "config.json"
    path.write_text(json.dumps(document | changed))
    return path


@seats(*BENCHES)
def test_a_bench_opens_with_every_port(seat: Seat, tmp_path: Path, lines: list[str]) -> None:
    assert seat.results("boards:open_whole", settings(tmp_path, lines, "bench")) == [PORTS]


def missing(seat: Seat, path: Path) -> str:
    ((kind, sentence),) = seat.results("boards:open_whole", path)
    assert kind == "BoardError"
    return sentence


@seats(*ALL)
def test_what_is_missing_is_named_with_its_setting(seat: Seat, tmp_path: Path, lines: list[str]) -> None:
    for changed, words in (
        ({"ledger": str(tmp_path / "none" / "ledger")}, "writable directory in `ledger`"),
        ({"meter_port": "/dev/ttyUSB99"}, "port /dev/ttyUSB99"),
        ({"reader": "pn532:/dev/ttyUSB98"}, "port /dev/ttyUSB98"),
        ({"reader": "mifare"}, "reader: 'mifare' is none"),
    ):
        assert words in missing(seat, settings(tmp_path, lines, seat.board, **changed))


@seats(("cpython", "linux"))
def test_linux_without_a_contactor_or_a_plug_does_not_open(
    seat: Seat, tmp_path: Path, lines: list[str]
) -> None:
    path = settings(tmp_path, lines, "linux")
    assert "`contactor_line` and `contactor_feedback_line`" in missing(seat, path)


@seats(*BENCHES)
def test_a_bench_without_its_host_does_not_open(seat: Seat, tmp_path: Path, lines: list[str]) -> None:
    for panel in ("", "localhost", "localhost:", ":80", "localhost:http"):
        path = settings(tmp_path, lines, "bench", panel=panel)
        assert "a bench needs its host's as `panel`, host:port" in missing(seat, path)
