"""Proves what a terminal does for the process that it runs in, on the interpreters whose heap cannot grow."""

import subprocess

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
