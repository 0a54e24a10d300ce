"""A terminal's configuration stands for the options of commands that speak with its meter."""

import json

import pytest

from emulator.models.meter import Meter
from firmware.metering import maps
from tests.tools.metering.lines import on_a_wire
from tools.__main__ import main
from tools.metering import map_document


@pytest.fixture
def said(capsys, tmp_path):
    """Run a command with a configuration that holds these settings; give exit code, output and errors."""

    def run(settings: dict | str, *words: str) -> tuple[int, str, str]:
        path = tmp_path / "terminal.json"
        path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
        capsys.readouterr()
        code = main(["meter", *words, "--config", str(path)])
        out, err = capsys.readouterr()
        return code, out, err.replace(str(path), "terminal.json")

    return run


def loaded(model: str) -> Meter:
    meter = Meter(model, "21110042", 123_456)
    meter.advance(3_600_000, 11_040)
    return meter


def test_a_configuration_says_which_meter_is_read_and_what_its_fuse_is(said):
    with on_a_wire(loaded("abb-b23"), 7) as port:
        settings = {"meter_model": "abb-b23", "meter_port": port, "meter_unit": 7, "fuse_a": 10}
        code, out, err = said(settings, "read")
        assert code == 0, err
        assert "abb-b23, number 21110042" in out
        assert "L1 is over its fuse: 16.000 of 10 A" in out
        code, out, _ = said(settings, "watch", "--count", "1")
        assert code == 0 and "L3 is over its fuse: 16.000 of 10 A" in out
        assert said({**settings, "fuse_a": 0}, "read")[1].count("fuse") == 0


def test_the_command_line_wins(said):
    with on_a_wire(loaded("eastron-sdm630"), 7) as port:
        settings = {
            "meter_model": "abb-b23",
            "meter_port": "/dev/none",
            "meter_unit": 3,
            "meter_baud": 19200,
            "fuse_a": 10,
        }
        words = ["--model", "eastron-sdm630", "--port", port, "--unit", "7", "--baud", "9600", "--fuse", "20"]
        code, out, err = said(settings, "read", *words)
    assert code == 0, err
    assert "eastron-sdm630" in out and "fuse" not in out


def test_a_map_of_the_operators_own_is_read_unless_the_command_line_names_a_model(said):
    table = {**map_document.document("acme-m1", maps.part("eastron-sdm120") or ""), "name": "acme-m1"}
    with on_a_wire(loaded("eastron-sdm120")) as port:
        settings = {"meter_model": "acme-m1", "meter_map": table, "meter_port": port}
        code, out, err = said(settings, "read", "--json")
        assert code == 0, err
        assert json.loads(out)["model"] == "acme-m1"
        code, out, err = said(settings, "read", "--json", "--model", "eastron-sdm120")
        assert code == 0, err
        assert json.loads(out)["model"] == "eastron-sdm120"


def test_what_is_wrong_is_told_with_the_file_and_the_field_all_at_once(said):
    settings = {"meter_model": "abb-b99", "meter_baud": 1, "meter_unti": 3, "fuse_a": "16"}
    code, out, err = said(settings, "read")
    assert (code, out) == (2, "")
    told = [line.split(": ", 3)[1:] for line in err.splitlines()]
    assert sorted((file, field) for file, field, _ in told) == [
        ("terminal.json", "fuse_a"),
        ("terminal.json", "meter_baud"),
        ("terminal.json", "meter_model"),
        ("terminal.json", "meter_unti"),
    ]
    assert "did you mean meter_unit?" in err and "the known are" in err


def test_a_map_that_is_none_is_told_with_its_place(said):
    code, _, err = said({"meter_model": "acme-m1", "meter_map": {"name": "acme-m1"}}, "read")
    assert code == 2 and "terminal.json: meter_map: " in err and "registers" in err


def test_what_else_a_terminal_needs_is_nothing_to_its_meter(said):
    with on_a_wire(loaded("eastron-sdm630")) as port:
        code, _, err = said({"meter_port": port, "tariffs": 7, "wifi_ssid": ""}, "read")
    assert code == 0, err


@pytest.mark.parametrize("content", ["[", "[]", ""])
def test_a_file_that_is_no_configuration_is_named(said, content):
    code, out, err = said(content, "read")
    assert (code, out) == (2, "") and "terminal.json: the configuration" in err


def test_the_port_of_an_esp32_is_asked_for(said):
    settings = {"board": "esp32", "meter_port": "uart1:17,16,4", "meter_model": "eastron-sdm630"}
    code, _, err = said(settings, "read")
    assert code == 2
    assert "terminal.json: meter_port: uart1:17,16,4 is on the esp32 itself; give the --port" in err
    with on_a_wire(loaded("eastron-sdm630")) as port:
        assert said(settings, "read", "--port", port)[0] == 0


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], "give the meter's --model and --port, or the --config of its terminal"),
        (["--model", "abb-b23"], "give the --port that the meter is at, or the --config of its terminal"),
    ],
)
def test_a_meter_that_nothing_names_is_asked_for(capsys, words, asked):
    assert main(["meter", "read", *words]) == 2
    assert asked in capsys.readouterr().err
