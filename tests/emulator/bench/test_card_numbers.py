"""Searches everything that a bench leaves for the numbers of its bank cards: files, wires, words, memory.

It does not know how the terminal hides them. A number may be found in the emulated card's own process alone.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.ledger_folder import LedgerFolder
from emulator.models import bank
from firmware.crypto import canonical, jose
from firmware.ledger.journal import Journal
from tests import interpreters, pan_search, pcsc
from tests.emulator.bench.test_bench_end_to_end import ROOT, TARIFF

# Test numbers of 16, 15 and 19 digits.
PANS = ("4761739001010119", "374245455400126", "6799998900000200036")
MASKS = ("476173******0119", "374245*****0126", "679999*********0036")
STORY = f"""\
title = "One bank card charges, others are turned away"
start = "2026-03-28T16:59:00Z"
speed = 60
[terminal]
bank_cards = {{ limit_minor = 2000, tariff = "energy" }}
[[tariff]]
file = "{TARIFF}"
[[card]]
name = "pays"
kind = "emv"
pan = "{PANS[0]}"
expires = "2031-12"
[[card]]
name = "forged"
kind = "emv"
pan = "{PANS[1]}"
expires = "2031-12"
behaves = "forged"
[[card]]
name = "other"
kind = "emv"
pan = "{PANS[2]}"
expires = "2031-12"
proof = "fDDA"
[[step]]
after_s = 60
tap = "forged"
[[step]]
after_s = 30
plug = true
[[step]]
after_s = 10
tap = "pays"
[[step]]
after_s = 5
wait = "charging"
[[step]]
after_s = 30
tap = "other"
[[step]]
after_s = 30
tap = "pays"
[[step]]
after_s = 60
plug = false
[[step]]
after_s = 480
wait = "uploaded"
"""
PATIENCE_S = 90

pytestmark = pytest.mark.e2e


def records(ledger: Path) -> list[dict]:
    if not ledger.exists():
        return []
    found = [compact for _, compact in Journal(LedgerFolder(ledger)).read_from(1)]
    return [canonical.decode(jose.split(compact, "record+jws")[0]) for compact in found]


def image(pid: int) -> Iterator[bytes]:
    """Yield what a process may write to: its heaps, stacks and data."""
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if place:
                begin, end = (int(number, 16) for number in place.groups())
                try:
                    memory.seek(begin)
                    yield memory.read(end - begin)
                except OSError:
                    continue  # A page that went meanwhile, or the kernel's own.


def assert_without_numbers(content: bytes, where: object) -> None:
    for pan in PANS:
        assert pan_search.found(pan, content) == [], where


@pytest.mark.parametrize(
    ("interpreter", "reader"),
    [
        pytest.param("cpython", "pcsc", marks=pcsc.one_at_a_time),
        pytest.param("micropython32", "pn532", marks=pytest.mark.xdist_group("micropython32")),
    ],
)
def test_no_number_is_in_a_file_on_a_wire_or_in_memory(interpreter, reader, tmp_path, request):
    if interpreter != "cpython":
        interpreters.require(interpreter)
    if reader == "pcsc":
        request.addfinalizer(pcsc.require_daemon().close)
    kept = tmp_path / "kept"
    (tmp_path / "story.toml").write_text(STORY)
    words = [sys.executable, "-m", "tools", "bench", tmp_path / "story.toml", "--keep", kept]
    words += ["--interpreter", interpreter, "--reader", reader, "--json", tmp_path / "result.json"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as bench:
        end_s = time.monotonic() + PATIENCE_S
        while not [record for record in records(kept / "ledger") if record["kind"] == "session.ended"]:
            assert bench.poll() is None and time.monotonic() < end_s, "no session came to its end"
            time.sleep(0.2)
        processes = json.loads((kept / "bench.json").read_text())
        is_read = False
        for name in ("terminal", "office"):
            for region in image(processes[name]):
                assert_without_numbers(region, name)
                is_read = is_read or bank.HASH_KEY in region
        said = bench.communicate(timeout=PATIENCE_S)[0]
    assert bench.returncode == 0, said.decode()
    assert_without_numbers(said, "what the bench said")
    # The key of the terminal's hashes is in its memory: the image was really read.
    assert is_read

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"card.capture", "meter.capture", "config.json", "result.json", "bench.json"} <= names
    for path in files:
        if path.name != "story.toml":
            assert_without_numbers(path.read_bytes(), path)
    told = json.loads((tmp_path / "result.json").read_text())
    assert [record["kind"] for record in told["records"]].count("session.rejected") == 1
    text = json.dumps(told)
    assert MASKS[0] in text and MASKS[1] in text
    capture = (kept / "card.capture").read_text()
    for pan in PANS:
        assert pan[:6] + "f" * (len(pan) - 10) + pan[-4:] in capture


def test_the_search_finds_a_number_where_the_card_keeps_it():
    assert pan_search.found(PANS[0], STORY.encode())
    with pytest.raises(AssertionError):
        assert_without_numbers(b"5a08" + PANS[0].encode(), "here")
