"""Proves that the whole terminal, with the world around it, runs from ROM in the heap of a small board.

The 96 KB fit beside Wi-Fi and TLS on an ESP32 without external memory; `kilotap benchmark heap` looks for
the smallest heap.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from emulator.simulation import play
from emulator.simulation.files import Files
from tests.interpreters import ROOT, command, environment
from tools.benchmarks import memory
from tools.commands.fast_craft import FastCraft
from tools.setup import romfs

SESSIONS = 60
HEAP = "96k"
LAUNCHER = ROOT / "emulator/simulation/rom_launcher.py"


@pytest.mark.timeout(300)
def test_the_terminal_plays_from_rom_in_96_kb_what_it_plays_from_source(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    told = memory.told(SESSIONS)
    (tmp_path / "story.json").write_text(json.dumps(told))
    program = (LAUNCHER, romfs.build(), romfs.ROOT_MODULE)
    words = command("micropython32", *program, tmp_path / "story.json", small, heap=HEAP)
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    result = json.loads(done.stdout.splitlines()[-1])["result"]
    assert result["invariants"]["violated"] == []

    assert play.play(told, lambda event: None, FastCraft(Files(str(large)))) == 0
    assert _ledger(small) == _ledger(large)
    assert len(re.findall(rb"\n[0-9a-f]{8} ey", b"\n" + _ledger(small))) == result["office"]["stored"]


def _ledger(directory: Path) -> bytes:
    """Return all records, each with its checksum, as they lie on the disk."""
    segments = sorted(directory.glob("ledger-*.log"))
    assert segments
    return b"".join(segment.read_bytes() for segment in segments)
