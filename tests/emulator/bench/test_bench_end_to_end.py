"""Shows the whole way over real wires: from a card on a reader to a receipt that the office has stored.

It does not know how the terminal works; a library that others wrote verifies what came out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from tests import interpreters, pcsc

ROOT = Path(__file__).parents[3]
TARIFF = ROOT / "tests" / "scenarios" / "tariffs" / "energy.json"

SHORT = f"""\
title = "Ten minutes of charging"
start = "2026-03-28T16:59:00Z"
speed = 300
[terminal]
id = "KT-0001"
timezone = "CET-1CEST,M3.5.0,M10.5.0/3"
[meter]
register_wh = 123456
[[tariff]]
file = "{TARIFF}"
[[card]]
name = "alice"
kind = "rfid"
uid = "04A1B2C3D4E580"
[[contract]]
contract = "DE-KTP-C00001-K"
card = "alice"
tariff = "energy"
"""
BEGIN = """
[[step]]
after_s = 5
plug = true
[[step]]
after_s = 5
tap = "alice"
[[step]]
after_s = 5
wait = "charging"
"""
END = """
[[step]]
after_s = 600
tap = "alice"
[[step]]
after_s = 60
plug = false
[[step]]
after_s = 60
wait = "uploaded"
"""

pytestmark = pytest.mark.e2e


def run(folder: Path, story: str, *words: str) -> tuple[dict, str]:
    """Play a story and return the result and what was said; the exit code is held against the result."""
    (folder / "story.toml").write_text(story)
    out = folder / "result.json"
    command = [sys.executable, "-m", "tools", "bench", folder / "story.toml", "--json", out]
    done = subprocess.run(
        [*command, "--keep", folder / "kept", *words], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert out.exists(), done.stderr
    result = json.loads(out.read_text())
    assert done.returncode == bool(result["invariants"]["violated"]), done.stderr
    return result, done.stderr


def play(folder: Path, story: str, *words: str) -> dict:
    """Play a story in which all holds and return the result."""
    result, said = run(folder, story, *words)
    assert result["invariants"]["violated"] == [], said
    return result


def kinds(result: dict) -> list[str]:
    return [record["kind"] for record in result["records"]]


@pytest.mark.parametrize(
    ("interpreter", "reader"),
    [
        pytest.param("cpython", "pcsc", marks=pcsc.one_at_a_time),
        pytest.param("cpython", "pn532", marks=pytest.mark.xdist_group("pn532")),
        pytest.param("micropython", "pn532", marks=pytest.mark.xdist_group("micropython")),
        pytest.param("micropython32", "pn532", marks=pytest.mark.xdist_group("micropython32")),
    ],
)
def test_a_tap_becomes_a_receipt_that_the_office_has_stored(interpreter, reader, tmp_path, request):
    if interpreter != "cpython":
        interpreters.require(interpreter)
    if reader == "pcsc":
        request.addfinalizer(pcsc.require_daemon().close)
    result = play(tmp_path, SHORT + BEGIN + END, "--interpreter", interpreter, "--reader", reader)
    assert kinds(result)[0] == "boot"
    assert kinds(result)[-2:] == ["session.started", "session.ended"]
    assert result["office"]["stored"] == len(result["records"])
    assert result["office"]["next_seq"] == len(result["records"]) + 1
    # joserfc is nobody's own: a stranger verifies every record with the key of the ready line.
    key = ECKey.import_key(result["terminal"]["key"])
    registry = jws.JWSRegistry(header_registry={})
    for compact, record in zip(result["jws"], result["records"], strict=True):
        verified = jws.deserialize_compact(compact, key, algorithms=["ES256"], registry=registry)
        assert json.loads(verified.payload) == record
    receipt = result["receipts"][0]
    billed_wh = result["meter"]["last_wh"] - result["meter"]["first_wh"]
    assert receipt["energy_wh"] == billed_wh > 0
    # 0.49 EUR net a kWh and 19 % VAT make 0.05831 cents gross a Wh; half up to the cent.
    assert receipt["gross_minor"] == (billed_wh * 5831 + 50_000) // 100_000


def test_power_that_fails_in_mid_session_loses_no_energy(tmp_path):
    cut = '\n[[step]]\nafter_s = 300\npower = "cut"\n[[step]]\nafter_s = 300\npower = "on"\n'
    end = '\n[[step]]\nafter_s = 60\nwait = "idle"\n[[step]]\nafter_s = 5\nwait = "uploaded"\n'
    result = play(tmp_path, SHORT + BEGIN + cut + end, "--reader", "pn532")
    receipt = result["receipts"][0]
    assert receipt["reason"] == "power_loss"
    assert receipt["meter"]["stop_wh"] == result["meter"]["last_wh"]
    assert kinds(result).count("boot") == 2


def test_lost_answers_make_duplicates_on_the_wire_and_none_in_the_office(tmp_path):
    lost = '\n[[step]]\nafter_s = 5\nlink = "loses_answers"\n'
    found = '\n[[step]]\nafter_s = 900\nlink = "up"\n[[step]]\nafter_s = 60\nwait = "uploaded"\n'
    story = SHORT + lost + BEGIN + END.split("[[step]]\nafter_s = 60\nwait")[0] + found
    result = play(tmp_path, story, "--reader", "pn532")
    assert result["office"]["duplicates"] > 0
    assert result["office"]["stored"] == len(result["records"])


def test_nothing_that_the_bench_started_outlives_it(tmp_path):
    play(tmp_path, SHORT + '[[step]]\nwait = "idle"\n', "--reader", "pn532")
    noted = json.loads((tmp_path / "kept" / "bench.json").read_text())
    for name in ("bench", "terminal", "office"):
        with pytest.raises(ProcessLookupError):
            os.kill(noted[name], 0)
