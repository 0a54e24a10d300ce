"""Proves what a terminal does for the process that it runs in, on the interpreters whose heap cannot grow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interpreters import ROOT, command, environment
from tools.setup.micropython import NAMES

# Of every twenty pieces one lives on, as records' hashes do among their texts. More than is free goes through
# a heap of 1 MB, in which the firmware's source takes its part; then somebody needs a quarter of it in one.
SCATTER = """
kept = []
for turn in range(6000):
    piece = bytes(200)
    if turn % 20 == 0:
        kept.append(bytes(16))
piece = bytearray(262144)
"""
START = "import main\nassert main.main(['absent.json']) == 2\n"
IMPORT = "import main\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_heap_of_which_a_little_lives_on_keeps_room_in_one_piece(name: str) -> None:
    started, imported = (
        subprocess.run(
            command(name, "-c", before + SCATTER, heap="1m"),
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
        )
        for before in (START, IMPORT)
    )
    assert started.returncode == 0, started.stdout + started.stderr
    assert "kilotap: absent.json cannot be read" in started.stderr
    assert "MemoryError" in imported.stdout + imported.stderr


# What a terminal says when it starts, of its storage, and to a driver who has no other display.
WORDS = """
from hal.common import process, text_panel
for turn in range(3):
    process.say("ready")
    process.warn("storage is full")
    text_panel.TextPanel("json").show({"lines": []})
open("went-on", "w").close()
"""


@pytest.mark.parametrize("name", ["cpython", *NAMES])
@pytest.mark.parametrize("closed", ["full", "gone", "never there"])
def test_words_that_nobody_takes_end_nothing(name: str, closed: str, tmp_path: Path) -> None:
    python = [sys.executable] if name == "cpython" else command(name, heap="1m")
    how = {"full": ">/dev/full 2>/dev/full", "gone": "", "never there": ">&- 2>&-"}[closed]
    (tmp_path / "words.py").write_text(WORDS)
    reading, writing = os.pipe()
    os.close(reading)
    subprocess.run(
        ["sh", "-c", f'exec "$@" {how}', "sh", *python, str(tmp_path / "words.py")],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=writing,
        check=False,
    )
    os.close(writing)
    assert (tmp_path / "went-on").exists()
