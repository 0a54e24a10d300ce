"""Proves that a built-in map comes out as a file that compiles to the same meter, and as a table."""

import json
from pathlib import Path

import pytest

from firmware.metering import maps, models
from tests.tools.metering.test_cli_meter import said
from tools.metering.line import find_model


@pytest.mark.parametrize("name", maps.names())
def test_a_built_in_map_is_copied_changed_and_read_with(name: str, capsys, tmp_path: Path) -> None:
    code, out, err = said(capsys, "meter", "models", name, "--json")
    assert (code, err) == (0, "")
    path = tmp_path / "mine.json"
    path.write_text(out)
    copy, theirs = find_model(str(path)), models.find(name)
    assert (copy.name, copy.source) == (f"{name}-copy", theirs.source)
    assert (copy.plan, copy.serial_plan, copy.serial_type) == (
        theirs.plan,
        theirs.serial_plan,
        theirs.serial_type,
    )
    assert sorted(copy.quantities, key=str) == sorted(theirs.quantities, key=str)
    # Of its own file it prints the same again.
    again = json.loads(said(capsys, "meter", "models", path, "--json")[1])
    assert sorted(map(str, again["registers"])) == sorted(map(str, json.loads(out)["registers"]))
    path.write_text(json.dumps(json.loads(out) | {"name": "acme-m1", "most_registers": 20}))
    assert max(count for _function, _address, count in find_model(str(path)).plan) <= 20


def test_a_map_is_shown_as_a_table_with_what_tells_the_model(capsys) -> None:
    code, out, _ = said(capsys, "meter", "models", "abb-b23")
    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert ["probe", "3", "8960", "(35168)", "text4", "high", "B23/B24", "-", "-"] in rows
    assert ["power", "3", "5B14", "(23316)", "int32", "high", "0.01", "W", "7FFFFFFF"] in rows
    assert "2CMC485003M0201" in out and "at most 125 registers a read" in out


def test_a_name_that_is_none_and_a_file_that_is_not_there_are_told(capsys) -> None:
    code, out, err = said(capsys, "meter", "models", "abb-b32")
    assert (code, out) == (2, "") and "no meter model 'abb-b32'" in err and "abb-b23" in err
    code, out, err = said(capsys, "meter", "models", "/nowhere/mine.json")
    assert (code, out) == (2, "") and "/nowhere/mine.json cannot be read" in err
