"""The story of `kilotap meter`: every model is read over a serial line and a network, watched, recorded,
played and exchanged, and what is wrong is told in one line.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from emulator.models import meter as meter_module
from emulator.models.meter import Meter
from firmware.metering import maps
from tests.tools.metering.lines import on_a_wire
from tools import inputs
from tools.__main__ import main

ROOT = Path(__file__).parents[3]
MAP = {
    "name": "acme-m1",
    "source": "ACME M1 Modbus Manual 1.0",
    "registers": [
        {"quantity": "energy", "function": 4, "address": "0x0048", "type": "float32", "unit": "kWh"},
        {"quantity": "voltage", "function": 4, "address": 0, "type": "float32", "unit": "V"},
    ],
}


def said(capsys, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def read(capsys, port: str, model: str = "eastron-sdm630", *more: str) -> dict:
    code, out, err = said(capsys, "meter", "read", "--model", model, "--port", port, "--json", *more)
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("kind", ["line", "network"])
def test_every_model_is_read_over_a_wire(kind, capsys):
    for name in maps.names():
        meter = Meter(name, "21110042", 20_123_456)
        meter.advance(3_600_000, 11_040)
        with on_a_wire(meter, 7, kind) as port:
            now = read(capsys, port, name, "--unit", "7")
        phases = len(now["voltage_mv"])
        assert now["model"] == name
        assert now["serial"] == (None if name == "dzg-dvh4013" else "21110042")
        assert now["energy_wh"] == meter.shown_wh()
        assert now["power_w"] == 11_040
        assert now["voltage_mv"] == [230_000] * phases
        assert now["current_ma"] == [16_000 * 3 // phases] * phases
        assert now["frequency_mhz"] == 50_000


def test_a_number_that_a_meter_may_refuse_is_none_there(capsys):
    for model, address in (("janitza-b23", 0x8900), ("eastron-sdm630", 0xFC00), ("abb-b23", 0x8900)):
        meter = Meter(model, "21110042", 123_450)
        meter._areas = [area for area in meter._areas if area[1] != address]
        words = ("--model", model, "--json", "--port")
        with on_a_wire(meter) as port:
            code, out, err = said(capsys, "meter", "read", *words, port)
        now = json.loads(out)
        assert (code, now["serial"], now["energy_wh"]) == (0, None, 123_450), model
        needs_one = "no serial number: the meter refused with exception 2, illegal data address"
        assert (needs_one in err) == (model == "abb-b23"), model


def test_a_map_of_ones_own_is_checked_and_read(capsys, tmp_path):
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(MAP))
    code, out, _ = said(capsys, "meter", "models", path, "--json")
    assert code == 0 and json.loads(out)["registers"][0]["address"] == "0x0048"
    assert "4:0000+2, 4:0048+2" in said(capsys, "meter", "models", path)[1]
    with on_a_wire(Meter("eastron-sdm120", "1", 4200)) as port:
        now = read(capsys, port, str(path))
    assert (now["energy_wh"], now["voltage_mv"], now["power_w"], now["serial"]) == (
        4200,
        [230_000],
        None,
        None,
    )
    broken = {**MAP, "registers": [{**MAP["registers"][0], "type": "float33"}, MAP["registers"][1]]}
    path.write_text(json.dumps(broken))
    code, out, err = said(capsys, "meter", "models", path)
    assert (code, out) == (2, "") and "registers/0/type: unknown type 'float33'" in err


def test_a_meter_that_refuses_what_a_map_of_ones_own_spans_is_told_with_the_mend(capsys, tmp_path):
    path = tmp_path / "acme.json"
    beyond = {"quantity": "power", "function": 4, "address": "0x0056", "type": "float32", "unit": "W"}
    path.write_text(json.dumps({**MAP, "widest_gap": 50, "registers": [*MAP["registers"], beyond]}))
    with on_a_wire(Meter("eastron-sdm120", "1", 4200)) as port:
        code, out, err = said(capsys, "meter", "read", "--model", path, "--port", port)
    assert (code, out) == (2, "")
    assert "exception 2" in err and "may be no acme-m1: check the addresses in its map" in err
    assert "widest_gap 0" in err


def test_a_map_in_a_pipe_or_a_device_is_read_within_bounds(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "PATIENCE_S", 0.2)
    pipe, device = tmp_path / "pipe.json", tmp_path / "device.json"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDWR), "w") as writer:
        code, out, err = said(capsys, "meter", "models", pipe)
        assert (code, out) == (2, "") and "pipe.json: nobody writes into this pipe" in err
        writer.write(json.dumps(MAP))
    device.symlink_to("/dev/zero")
    code, out, err = said(capsys, "meter", "models", device)
    assert (code, out) == (2, "") and "device.json: JSON of 1000001 bytes, at most 1000000 are read" in err


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("silent", "did not answer"),
        ("checksum", "damaged answer"),
        ("exception", "exception 4, server device failure"),
        ("wrong_unit", "unit 2 answered"),
        ("not_available", "register 0x0048 says not available"),
        ("truncated", "damaged answer"),
    ],
)
def test_what_is_wrong_with_the_meter_is_told_in_one_line(fault, word, capsys):
    meter = Meter("eastron-sdm630", "1", 5000)
    meter.fault = fault
    with on_a_wire(meter) as port:
        words = ("--model", "eastron-sdm630", "--port", port, "--timeout-ms", "300", "--tries", "1")
        code, out, err = said(capsys, "meter", "read", *words)
    assert (code, out) == (2, "")
    assert word in err and len(err.strip().splitlines()) == 1


def test_a_line_with_an_echo_and_noise_is_read_all_the_same(capsys):
    meter = Meter("eastron-sdm630", "1", 5000)
    with on_a_wire(meter) as port:
        for meter.fault in ("echo", "noise"):
            assert read(capsys, port)["energy_wh"] == 5000


def test_a_unit_that_answers_as_another_meter_is_named(capsys):
    with on_a_wire(Meter("abb-b21", "1", 5000)) as port:
        code, _, err = said(capsys, "meter", "read", "--model", "schneider-iem3155", "--port", port)
        assert code == 2 and "exception 2" in err
    with on_a_wire(Meter("finder-7m24", "1", 5000)) as port:
        code, _, err = said(capsys, "meter", "read", "--model", "finder-7m38", "--port", port)
        assert code == 2 and "says that it is '7M.24" in err and "kilotap meter scan" in err
    with on_a_wire(Meter("eastron-sdm630", "1", 5000)) as port:
        code, _, err = said(capsys, "meter", "read", "--model", "abb-b23", "--port", port)
        assert code == 2 and "exception 2" in err and "may be no abb-b23" in err and "meter scan" in err
    charging = Meter("eastron-sdm630", "1", 5000)
    charging.advance(1000, 10_000)
    with on_a_wire(charging) as port:
        code, _, err = said(capsys, "meter", "read", "--model", "carlo-gavazzi-em340", "--port", port)
        assert code == 2 and "which no known carlo-gavazzi-em340 does" in err
        assert "may be no carlo-gavazzi-em340" in err


def test_a_port_that_is_missing_and_a_wrong_use_exit_with_2(capsys):
    for words, word in (
        (("--model", "eastron-sdm630", "--port", "/dev/ttyUSB99"), "there is no such device"),
        (("--model", "abacus", "--port", "/dev/null"), "the known are eastron-sdm120"),
        (("--model", "eastron-sdm630", "--port", "/dev/null"), "it is no serial port"),
        (("--model", "eastron-sdm630", "--port", "tcp://127.0.0.1:1"), "port tcp://127.0.0.1:1"),
        (("--model", "nothing.json", "--port", "/dev/null"), "nothing.json"),
        (("--model", "eastron-sdm630", "--port", "/dev/null", "--unit", "300"), "300"),
    ):
        code, out, err = said(capsys, "meter", "read", *words)
        assert (code, out) == (2, "") and word in err, words


def test_people_see_phases_and_what_is_over_the_fuse(capsys):
    meter = Meter("eastron-sdm630", "21110042", 20_123_456)
    meter.advance(1000, 11_040)
    with on_a_wire(meter) as port:
        words = ("meter", "read", "--model", "eastron-sdm630", "--port", port, "--fuse", "15")
        code, out, _ = said(capsys, *words)
    assert code == 0
    assert "energy     20123.459 kWh (in steps of 2 Wh)" in out
    assert out.count("230.000 V") == 3 and "L3 is over its fuse: 16.000 of 15 A" in out


def test_watch_shows_a_reading_after_the_other(capsys):
    with on_a_wire(Meter("carlo-gavazzi-em340", "1", 5000)) as port:
        words = (
            "--model",
            "carlo-gavazzi-em340",
            "--port",
            port,
            "--every",
            "0.05",
            "--count",
            "3",
            "--json",
        )
        code, out, _ = said(capsys, "meter", "watch", *words)
    assert code == 0
    assert [json.loads(line)["energy_wh"] for line in out.splitlines()] == [5000] * 3


def test_scan_finds_unit_and_model(capsys):
    for name in ("abb-b23", "carlo-gavazzi-em340", "eastron-sdm630"):
        with on_a_wire(Meter(name, "21110042", 5000), 3) as port:
            words = ("--port", port, "--units", "2-3", "--baud", "9600", "--parity", "N", "--json")
            code, out, err = said(capsys, "meter", "scan", *words)
        (found,) = json.loads(out)
        assert (code, found["unit"], found["baud"], found["serial"]) == (0, 3, 9600, "21110042"), name
        assert name in found["models"] and "looking" in err
    with on_a_wire(Meter("abb-b23", "1", 0), 3) as port:
        words = ("--port", port, "--units", "9", "--baud", "9600", "--parity", "N", "--json")
        code, out, err = said(capsys, "meter", "scan", *words)
    assert (code, json.loads(out)) == (1, []) and "nothing answers" in err


class OnePhaseWired(Meter):
    """A meter of three phases of which the first alone is connected."""

    def registers(self, function, address, count):
        for first, area in [(first, area) for of, first, area in self._areas if of == 4]:
            for register in (0x02, 0x04, 0x08, 0x0A):
                area[2 * (register - first) : 2 * (register - first) + 4] = bytes(4)
        return super().registers(function, address, count)


def test_a_scan_tells_an_eastron_of_one_phase_from_one_of_three(capsys):
    # Registers that a meter has not are zero there: SDM230 in esphome/issues#3912, SDM120 in #3600.
    one, three = ["eastron-sdm120", "eastron-sdm230"], ["eastron-sdm630", "eastron-sdm72d-m-v2"]
    for kind, name, power_w, expected in (
        (Meter, "eastron-sdm120", 2300, one),
        (Meter, "eastron-sdm230", 0, one + three),
        (OnePhaseWired, "eastron-sdm630", 2300, three),
        (OnePhaseWired, "eastron-sdm630", 0, one + three),
        (Meter, "eastron-sdm630", 0, three),
    ):
        meter = kind(name, "21110042", 5000)
        meter.advance(0, power_w)
        with on_a_wire(meter) as port:
            words = ("--port", port, "--units", "1", "--baud", "9600", "--parity", "N", "--json")
            (found,) = json.loads(said(capsys, "meter", "scan", *words)[1])
        assert (found["models"], found["power_w"]) == (expected, power_w), name


@pytest.mark.parametrize("code", [10, 11])
def test_a_scan_knows_that_a_gateway_answers_for_a_meter_that_is_not_there(code, capsys, monkeypatch):
    # Modbus Application Protocol V1.1b3, 7: gateway path unavailable, target failed to respond.
    meter = Meter("abb-b23", "1", 0)
    monkeypatch.setattr(meter_module, "DEVICE_FAILURE", code)
    meter.fault = "exception"
    with on_a_wire(meter, 3) as port:
        words = ("--port", port, "--units", "3", "--baud", "9600", "--parity", "N", "--json")
        code, out, err = said(capsys, "meter", "scan", *words)
    assert (code, json.loads(out)) == (1, []) and "nothing answers" in err


@pytest.mark.parametrize("model", ["eastron-sdm630", "abb-b23", "carlo-gavazzi-em24"])
def test_what_was_recorded_is_decoded_and_answers_again(model, capsys, tmp_path):
    path = tmp_path / "meter.capture"
    with on_a_wire(Meter(model, "21110042", 123_400)) as port:
        words = ("--model", model, "--port", port, "--out", path, "--count", "2", "--every", "0.05")
        assert said(capsys, "meter", "record", *words)[0] == 0
    code, out, _ = said(capsys, "meter", "play", path, "--model", model, "--json")
    assert code == 0
    assert [reading["energy_wh"] for reading in json.loads(out)] == [123_400] * 2
    words = [sys.executable, "-m", "tools", "meter", "play", str(path), "--seconds", "20"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as player:
        try:
            now = read(capsys, player.stdout.readline().strip(), model)
            assert (now["energy_wh"], now["serial"]) == (123_400, "21110042")
        finally:
            player.terminate()


def test_a_line_that_is_none_of_a_capture_is_named(capsys, tmp_path):
    path = tmp_path / "meter.capture"
    path.write_text("0.1 > 01zz\n")
    code, _, err = said(capsys, "meter", "play", path)
    assert code == 2 and "line 1: it has to be SECONDS, > or <, and HEX" in err


def replaced(folder: Path, port: str, *more: str) -> tuple[int, str, str]:
    config = {"id": "KT-0001", "meter_port": port, "ledger": str(folder / "ledger")}
    config["key_file"] = str(folder / "key.pem")
    (folder / "config.json").write_text(json.dumps(config))
    words = ("meter", "replace", "--config", str(folder / "config.json"), *more)
    done = subprocess.run([sys.executable, "-m", "tools", *words], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_an_exchange_writes_both_registers_into_the_ledger(capsys, tmp_path):
    with on_a_wire(Meter("eastron-sdm630", "21110042", 123_456)) as port:
        code, out, err = replaced(tmp_path, port, "--yes", "--json")
        assert code == 0, err
        first = json.loads(out)
        assert first["before"] == {"serial": None, "wh": None}
        assert first["meter"] == {"model": "eastron-sdm630", "serial": "21110042", "wh": 123_456}
        code, out, err = replaced(tmp_path, port, "--yes", "--json", "--old-wh", "123456")
        assert code == 2 and "record 1 has this exchange already, with None Wh" in err
        code, out, err = replaced(tmp_path, port, "--yes", "--json")
        assert (code, json.loads(out)) == (0, first) and "record 1 has this exchange already" in err
    with on_a_wire(Meter("eastron-sdm630", "21110042", 20)) as port:
        # The same meter after a reset; its last register was not below that of the ledger.
        code, _, err = replaced(tmp_path, port, "--yes", "--old-wh", "123455")
        assert code == 2 and "123455 Wh is less than the 123456 Wh" in err
        code, out, err = replaced(tmp_path, port, "--yes", "--json", "--old-wh", "125000")
        assert code == 0 and json.loads(out)["before"] == {"serial": "21110042", "wh": 125_000}, err
    with on_a_wire(Meter("eastron-sdm630", "21110043", 7)) as port:
        code, out, _ = replaced(tmp_path, port, "--yes", "--json", "--old-wh", "130000")
        second = json.loads(out)
    assert second["before"] == {"serial": "21110042", "wh": 130_000}
    assert (second["meter"]["serial"], second["meter"]["wh"], second["seq"]) == ("21110043", 7, 3)
    own = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    public = own.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "public.pem").write_bytes(public)
    checked = ("ledger", "check", tmp_path / "ledger", "--key", tmp_path / "public.pem", "--json")
    code, out, _ = said(capsys, *checked)
    assert (code, json.loads(out)["records"]) == (0, 3)
