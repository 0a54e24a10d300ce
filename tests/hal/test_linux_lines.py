"""Proves what the Linux board does around its wires: names of lines, pilot states, watchdog, panel."""

import json
import socket
import sys
from pathlib import Path

import pytest

from firmware.errors import BoardError
from hal.common.contactor import Contactor
from hal.common.pilot import state_of
from hal.linux import gpio
from hal.linux.contactor import open_contactor
from hal.linux.panel import Panel
from hal.linux.plug import Plug, open_plug
from hal.linux.watchdog import Watchdog


def test_pilot_lines_mean_the_states_of_iec_61851() -> None:
    # Connected, asks for power, fault: each of the eight combinations.
    assert state_of(False, False, False) == "A"
    assert state_of(True, False, False) == "B"
    assert state_of(True, True, False) == "C"
    assert state_of(False, True, False) == "E"
    for is_connected in (False, True):
        for asks_power in (False, True):
            assert state_of(is_connected, asks_power, True) == "E"


def test_a_line_has_a_chip_and_an_offset_and_may_be_active_low() -> None:
    assert gpio.parse("plug_lines", "gpiochip0:17") == ("gpiochip0", 17, False)
    assert gpio.parse("plug_lines", " !gpiochip4:5 ") == ("gpiochip4", 5, True)
    for name in ("", "17", "gpiochip0:", ":17", "gpiochip0:x", "gpiochip0:-1"):
        with pytest.raises(BoardError, match="plug_lines: .* names no line; use CHIP:OFFSET"):
            gpio.parse("plug_lines", name)


def test_lines_that_are_not_named_are_refused() -> None:
    for lines in (("", ""), ("gpiochip0:17", ""), ("", "gpiochip0:18")):
        with pytest.raises(BoardError, match="name its GPIO lines in `contactor_line` and"):
            open_contactor(*lines)
    for names in ("", "gpiochip0:1", "gpiochip0:1,gpiochip0:2,gpiochip0:3,gpiochip0:4"):
        with pytest.raises(BoardError, match="name the GPIO lines in `plug_lines`"):
            open_plug(names)


def test_without_gpiod_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(BoardError, match=r"contactor_line: .* run: pip install 'kilotap\[gpio\]'"):
        open_contactor("gpiochip0:17", "gpiochip0:18")


class Levels:
    """GPIO lines whose levels a test decides."""

    def __init__(self, *levels: bool) -> None:
        self.levels = list(levels)

    def read(self) -> list[bool]:
        return self.levels

    def is_active(self) -> bool:
        return self.levels[0]

    def set(self, is_active: bool) -> None:
        self.levels = [is_active]


def test_the_contactor_says_what_its_contact_says_not_what_it_was_told() -> None:
    coil, contact = Levels(False), Levels(False)
    relay = Contactor(coil, contact)
    relay.close()
    assert (coil.levels, relay.is_closed()) == ([True], False)
    contact.set(True)
    relay.open()
    assert (coil.levels, relay.is_closed()) == ([False], True)


def test_the_plug_reads_two_lines_or_three() -> None:
    assert Plug(Levels(True, False)).state() == "B"
    assert Plug(Levels(True, True, False)).state() == "C"
    assert Plug(Levels(True, True, True)).state() == "E"


def test_systemd_hears_that_the_terminal_is_ready_and_then_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        dog = Watchdog()
        dog.feed()
        dog.feed()
        assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1\nWATCHDOG=1", b"WATCHDOG=1"]
    # A systemd that is gone does not harm the terminal.
    dog.feed()


def test_without_systemd_nobody_is_fed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    dog = Watchdog()
    dog.feed()
    assert dog.pace_ms() is None


def test_a_watchdog_is_fed_twice_in_the_time_that_systemd_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "@nobody")
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert Watchdog().pace_ms() == 15000
    # A unit without WatchdogSec= has nobody waiting.
    monkeypatch.delenv("WATCHDOG_USEC")
    assert Watchdog().pace_ms() is None


def test_the_panel_writes_words_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    screen = {"id": "idle", "language": "en", "lines": ["Hold your card here", "0.49 EUR/kWh"]}
    Panel("").show(screen)
    Panel("").signal("accepted")
    assert capsys.readouterr().out == "Hold your card here | 0.49 EUR/kWh\n(accepted)\n"
    Panel("json").show(screen)
    Panel("json").signal("refused")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"screen": screen}, {"signal": "refused"}]
    with pytest.raises(BoardError, match="this board knows no '127.0.0.1:80'"):
        Panel("127.0.0.1:80")
