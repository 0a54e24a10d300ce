"""What can go wrong with `kilotap meter` at an installer's desk: a port of another speed, one that another
program has, one without rights, a meter of another model, Ctrl-C, a pipe that closes, a narrow terminal.

Each ends with words that name the field or the wire and the mend, and with its exit code.
"""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
import serial

from emulator.models.meter import Meter
from firmware.metering import modbus
from tests.interpreters import ROOT
from tests.tools.metering.lines import on_a_wire
from tests.tools.metering.test_cli_meter import said
from tools import inputs
from tools.commands import meter_scan
from tools.metering import capture, scan, table
from tools.metering.line import PortFailed

READ = ["meter", "read", "--model", "eastron-sdm630", "--port"]


def sdm() -> Meter:
    return Meter("eastron-sdm630", "21110042", 123_456)


def started(*words: str, **more) -> subprocess.Popen:
    command = [sys.executable, "-m", "tools", "meter", *words]
    # Tests that run in the background of a shell have Ctrl-C ignored, and what they start inherits that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_port_of_another_speed_is_told_with_what_to_look_at_and_found_by_a_scan(capsys):
    with on_a_wire(sdm(), speed=19200) as port:
        code, out, err = said(capsys, *READ, port, "--tries", "1", "--timeout-ms", "50")
        assert (code, out) == (2, "")
        assert "the meter did not answer; check its wiring, baud rate, parity and unit" in err
    with on_a_wire(sdm(), speed=19200) as port:
        code, out, err = said(capsys, *READ, port, "--baud", "19200", "--json")
        assert code == 0 and json.loads(out)["energy_wh"] == 123_456, err
    with on_a_wire(sdm(), speed=19200) as port:
        words = ("--units", "1", "--parity", "N", "--timeout-ms", "250", "--json")
        code, out, err = said(capsys, "meter", "scan", "--port", port, *words)
    (found,) = json.loads(out)
    assert (code, found["baud"], found["unit"], found["parity"]) == (0, 19200, 1, "N")
    assert "eastron-sdm630" in found["models"] and found["serial"] == "21110042"


def test_a_port_that_another_program_has_is_told(capsys):
    with on_a_wire(sdm()) as port, serial.Serial(port, 9600, exclusive=True):
        for words in (READ[:-1], ["meter", "scan", "--units", "1"]):
            code, out, err = said(capsys, *words, "--port", port)
            assert (code, out) == (2, "")
            assert f"port {port}: another program uses it; end that one" in err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give its rights up")
def test_a_port_without_rights_is_told(capsys):
    with on_a_wire(sdm()) as port:
        os.chmod(port, 0o600)
        capsys.readouterr()
        os.seteuid(65534)
        try:
            code, out, err = said(capsys, *READ, port)
        finally:
            os.seteuid(0)
    assert (code, out) == (2, "")
    assert f"port {port}: no right to open it; run: usermod -aG dialout" in err


@pytest.mark.parametrize("port", ["/dev/null", "/etc/hostname", "/"])
def test_what_is_no_serial_port_is_told(port, capsys):
    code, out, err = said(capsys, *READ, port)
    what = "a folder; name a serial port" if port == "/" else "no serial port; name one"
    assert (code, out) == (2, "") and f"port {port}: it is {what} (ls /dev/serial/by-id)" in err


@pytest.mark.parametrize(
    "port", ["tcp://h:0", "tcp://h:65536", "tcp://", "tcp://h:x", "tcp://h:\u00b2", "tcp://h:" + "9" * 5000]
)
def test_an_address_that_is_none_is_told(port, capsys):
    code, out, err = said(capsys, *READ, port)
    assert (code, out) == (2, "") and f"{port!r} is no address; use tcp://HOST" in err


@pytest.mark.parametrize(
    "units", ["", "0", "248", "5-3", "1-", "-3", "1-2-3", "a", "\u00b2", "1_0", "1" * 5000]
)
def test_units_that_are_none_are_told(units, capsys):
    code, out, err = said(capsys, "meter", "scan", "--port", "/dev/ttyUSB99", "--units", units)
    assert (code, out) == (2, "") and "--units: give a unit, or two as 1-247" in err


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_a_time_that_is_none_is_told(seconds, capsys):
    code, out, err = said(capsys, *READ[:1], "watch", *READ[2:], "/dev/ttyUSB99", "--every", seconds)
    assert (code, out) == (2, "") and "'--every'" in err


def test_a_unit_that_answers_as_another_meter_is_told(capsys):
    for model, word in (
        ("carlo-gavazzi-em24", "says that it is '341', as a carlo-gavazzi-em330 does"),
        ("abb-b23", "unit 1 is there and may be no abb-b23"),
    ):
        with on_a_wire(Meter("carlo-gavazzi-em340", "21110042", 123_456)) as port:
            code, out, err = said(capsys, "meter", "read", "--model", model, "--port", port)
            assert (code, out) == (2, "") and word in err and "kilotap meter scan" in err, err


def test_a_scan_of_an_address_where_nobody_is_says_so(capsys):
    code, out, err = said(capsys, "meter", "scan", "--port", "tcp://127.0.0.1:1", "--units", "1-3", "--json")
    assert (code, out) == (2, "")
    assert "port tcp://127.0.0.1:1: Connection refused; check the address" in err and "A and B" not in err


def test_an_eastron_of_three_phases_is_not_taken_for_one_of_one(capsys):
    # The energy stands in the same register, and where one has its power the other has that of L1.
    with on_a_wire(sdm()) as port:
        code, out, err = said(capsys, "meter", "read", "--model", "eastron-sdm230", "--port", port)
        assert (code, out) == (2, "")
        assert "has voltage on 3 phases, as a eastron-sdm630 does and no eastron-sdm230" in err
    with on_a_wire(Meter("eastron-sdm120", "21110042", 123_456)) as port:
        code, out, err = said(capsys, "meter", "read", "--model", "eastron-sdm230", "--port", port)
        assert (code, err) == (0, "") and "123.456 kWh" in out


def test_control_c_ends_a_watch_a_record_and_a_play_and_leaves_whole_lines(tmp_path):
    path = tmp_path / "meter.capture"
    with on_a_wire(sdm()) as port:
        watch = started("watch", *READ[2:], port, "--every", "0.1", "--json")
        record = None
        try:
            assert json.loads(watch.stdout.readline())["energy_wh"] == 123_456
            watch.send_signal(signal.SIGINT)
            rest, err = watch.communicate(timeout=20)
            assert watch.returncode == 130 and err.strip() == "kilotap: interrupted"
            assert all(json.loads(line) for line in rest.splitlines())
            record = started(
                "record", *READ[2:], port, "--every", "0.05", "--count", "999", "--out", str(path)
            )
            while not path.exists() or path.stat().st_size < 400:
                time.sleep(0.05)
            record.send_signal(signal.SIGINT)
            assert record.communicate(timeout=20)[1].strip() == "kilotap: interrupted"
        finally:
            for process in (watch, record):
                if process and process.poll() is None:
                    process.kill()
    assert record.returncode == 130
    play = started("play", str(path))
    try:
        assert play.stdout.readline().startswith("/dev/")
        play.send_signal(signal.SIGINT)
        assert play.communicate(timeout=20)[1].strip() == "kilotap: interrupted"
        assert play.returncode == 130
    finally:
        play.poll() is None and play.kill()


def test_a_scan_goes_through_all_parities_and_tells_what_it_found_before_control_c(capsys, monkeypatch):
    looked = []
    real = scan.look

    async def look(lines, step):
        looked.append((lines[0].settings.parity, lines[0].settings.unit))
        if looked[-1] == ("O", 2):
            raise KeyboardInterrupt
        return await real(lines, step)

    monkeypatch.setattr(scan, "look", look)
    with on_a_wire(sdm()) as port:
        words = ("--port", port, "--units", "1-2", "--baud", "9600", "--timeout-ms", "500")
        code, out, err = said(capsys, "meter", "scan", *words, "--json")
    assert code == 130 and "interrupted" in err
    assert looked == [(parity, unit) for parity in "NEO" for unit in (1, 2)]
    # A pseudo-terminal knows no parity: it is found with each.
    assert [place["parity"] for place in json.loads(out)] == ["N", "E", "O"]


def test_a_scan_whose_adapter_is_unplugged_tells_what_it_found_before(capsys, monkeypatch):
    real = meter_scan.SerialPort

    def opened(path, baud, parity):
        return real(path if parity == "N" else "/dev/ttyUSB99", baud, parity)

    monkeypatch.setattr(meter_scan, "SerialPort", opened)
    with on_a_wire(sdm()) as port:
        words = ("--port", port, "--units", "1", "--baud", "9600", "--timeout-ms", "500")
        code, out, err = said(capsys, "meter", "scan", *words, "--json")
    assert code == 2 and "there is no such device; plug the adapter in" in err
    assert [place["parity"] for place in json.loads(out)] == ["N"]


def test_a_scan_at_one_speed_whose_adapter_is_unplugged_says_so_beside_what_it_found(capsys, monkeypatch):
    real = scan.look

    async def look(lines, step):
        if lines[0].settings.unit == 2:
            raise PortFailed("port: Input/output error; check that its adapter is still plugged in")
        return await real(lines, step)

    monkeypatch.setattr(scan, "look", look)
    with on_a_wire(sdm()) as port:
        words = ("--port", port, "--units", "1-3", "--baud", "9600", "--parity", "N", "--timeout-ms", "60")
        code, out, err = said(capsys, "meter", "scan", *words, "--json")
    assert code == 2 and "check that its adapter is still plugged in" in err
    assert [place["unit"] for place in json.loads(out)] == [1]


def test_a_watch_tells_that_its_adapter_was_unplugged_and_goes_on_when_it_is_back(tmp_path):
    port = tmp_path / "ttyUSB0"
    watch = None
    try:
        with on_a_wire(sdm()) as path:
            port.symlink_to(path)
            watch = started("watch", *READ[2:], str(port), "--every", "0.1", "--json", "--tries", "1")
            assert json.loads(watch.stdout.readline())["energy_wh"] == 123_456
            port.unlink()
        told = watch.stderr.readline()
        assert f"kilotap: port {port}: " in told and "check that its adapter is still plugged in" in told
        with on_a_wire(Meter("eastron-sdm630", "21110042", 200_000)) as path:
            port.symlink_to(path)
            while json.loads(watch.stdout.readline())["energy_wh"] != 200_000:
                pass
            watch.send_signal(signal.SIGINT)
            assert watch.wait(timeout=20) == 130
    finally:
        watch and watch.poll() is None and watch.kill()


def test_whoever_has_read_enough_closes_the_pipe_and_nothing_complains():
    with on_a_wire(sdm()) as port:
        watch = started("watch", *READ[2:], port, "--every", "0.05", "--json")
        try:
            assert watch.stdout.readline()
            watch.stdout.close()
            assert watch.wait(timeout=20) in (1, 2)
            assert watch.stderr.read() == ""
        finally:
            watch.poll() is None and watch.kill()


def test_a_recording_that_never_began_leaves_the_file_that_was_there(tmp_path, capsys):
    path = tmp_path / "old.capture"
    path.write_text("0.1 > 0104\n")
    meter = sdm()
    meter.fault = "silent"
    with on_a_wire(meter) as port:
        for at in ("/dev/ttyNOPE", port):
            words = ("record", *READ[2:], at, "--out", path, "--tries", "1", "--timeout-ms", "30")
            assert said(capsys, "meter", *words)[0] == 2
    assert path.read_text() == "0.1 > 0104\n"


def test_a_capture_in_a_pipe_or_a_device_is_read_within_bounds(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(inputs, "PATIENCE_S", 0.2)
    monkeypatch.setattr(capture, "MOST_BYTES", 1000)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDWR), "w"):
        code, out, err = said(capsys, "meter", "play", pipe, "--model", "abb-b23")
    assert (code, out) == (2, "") and "nobody writes into this pipe" in err
    code, out, err = said(capsys, "meter", "play", "/dev/zero", "--model", "abb-b23")
    assert (code, out) == (2, "") and "/dev/zero: it has more than 1000 bytes" in err


def test_captures_that_are_none_are_told(tmp_path, capsys):
    path = tmp_path / "bad.capture"
    for content, word in (
        (b"\xff\xfe", "byte 0 is no ASCII"),
        (b"", "nobody asks a meter anything in it"),
        (b"# a remark\n0.1 < 0104\n", "nobody asks a meter anything in it"),
        (b"0.1 > 01\n0.2 = 02\n", "line 2: it has to be SECONDS, > or <, and HEX"),
        (b"soon > 01\n", "line 1: it has to be SECONDS"),
        (b"nan > 01\n", "line 1: it has to be SECONDS"),
        (b"0.1 > 01\n1e999 < 01\n", "line 2: it has to be SECONDS"),
        (b"-1 > 01\n", "line 1: it has to be SECONDS"),
    ):
        path.write_bytes(content)
        for more in ((), ("--model", "eastron-sdm630")):
            code, out, err = said(capsys, "meter", "play", path, *more)
            assert (code, out) == (2, "") and word in err, (content, err)
    # 74 registers from 0, of which nothing comes back.
    path.write_text(f"0.1 > {modbus.read_request(1, 4, 0, 74).hex()}\n0.2 < 0104\n")
    code, out, _ = said(capsys, "meter", "play", path, "--model", "eastron-sdm630", "--json")
    assert code == 1 and "a damaged answer, 2 of 153 bytes" in json.loads(out)[0]["why"]
    path.write_text("0.1 > 010400000000\n0.2 < 0104\n")
    code, _, err = said(capsys, "meter", "play", path, "--model", "eastron-sdm630")
    assert code == 2 and "nobody asks for registers in the capture" in err


def on_a_terminal(columns: int, *words: str) -> str:
    """Return what a command shows on a terminal of so many columns."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "tools", "meter", *words]
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen(command, cwd=ROOT, stdout=far, stderr=far, env=environment)
    os.close(far)
    shown = b""
    while True:
        try:
            shown += os.read(near, 65536)
        except OSError:
            break
    os.close(near)
    assert process.wait(timeout=30) == 0
    return shown.decode()


def test_live_values_fit_a_terminal_of_sixty_columns():
    meter = sdm()
    meter.advance(3_600_000, 22_000)
    with on_a_wire(meter) as port:
        shown = on_a_terminal(60, "watch", *READ[2:], port, "--count", "2", "--every", "0.05", "--fuse", "16")
    lines = [line for line in shown.replace("\x1b[2J", "").replace("\x1b[1;1H", "").splitlines() if line]
    assert all(len(line) <= 60 for line in lines), lines
    assert shown.count("\x1b[2J") == 2
    assert sum("is over its fuse: 31.884 of 16 A" in line for line in lines) == 6


def test_the_json_has_the_same_members_whatever_the_meter_gives(capsys, tmp_path):
    members = ["current_ma", "energy_wh", "frequency_mhz", "model", "power_w", "resolution_wh", "serial"]
    members.append("voltage_mv")
    for name in ("eastron-sdm120", "dzg-dvh4013", "iskra-wm3m4"):
        with on_a_wire(Meter(name, "21110042", 5)) as port:
            words = ("--model", name, "--port", port, "--json")
            assert sorted(json.loads(said(capsys, "meter", "read", *words)[1])) == members
            watched = said(capsys, "meter", "watch", *words, "--count", "1")[1]
            assert sorted(json.loads(watched)) == members
            words = ("--port", port, "--units", "1", "--baud", "9600", "--parity", "N", "--json")
            (found,) = json.loads(said(capsys, "meter", "scan", *words)[1])
            assert sorted(found) == sorted([*members, "baud", "models", "parity", "unit"])
    listed = json.loads(said(capsys, "meter", "models", "--json")[1])
    assert all(sorted(row) == ["max_a", "model", "phases", "reads", "serial", "source"] for row in listed)


@pytest.mark.parametrize(
    ("currents", "fuse", "told"),
    [
        ([16_000, 16_000, 16_000], 16, []),
        ([16_001, 16_000, 16_000], 16, ["L1 is over its fuse: 16.001 of 16 A"]),
        ([-16_001], 16, ["L1 is over its fuse: -16.001 of 16 A"]),
        ([10_000, 8_000, 6_000], None, ["the phases are out of balance by 25 % of their mean"]),
        ([10_000, 9_000, 8_000], None, []),
        ([1_900, 0, 0], None, []),
        ([20_000, None, None], None, []),
        ([None, None, 33_000], 32, ["L3 is over its fuse: 33.000 of 32 A"]),
        ([40_000], 32, ["L1 is over its fuse: 40.000 of 32 A"]),
        ([-10_000, -10_000, -2_000], None, ["the phases are out of balance by 73 % of their mean"]),
    ],
)
def test_over_current_and_imbalance_are_told(currents, fuse, told):
    assert table.warnings(currents, fuse) == told


def test_phases_without_voltage_are_told():
    (told,) = table.dead_phases([230_000, 0, 0])
    assert told.startswith("no voltage on L2 and L3: ") and "name its model" in told
    assert table.dead_phases([230_000, 230_000, 229_000]) == table.dead_phases([230_000, None, None]) == []
    assert table.dead_phases([0, 0, 0]) == table.dead_phases([]) == []


def test_the_help_of_every_command_shows_examples(capsys):
    for name in ("models", "scan", "read", "watch", "record", "play", "replace"):
        code, out, _ = said(capsys, "meter", name, "--help")
        assert code == 0 and f"kilotap meter {name}" in out, name
