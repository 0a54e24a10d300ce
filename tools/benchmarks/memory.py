"""Measures in how small a heap the terminal plays sessions, on a 32-bit MicroPython from `.mpy` in flash,
and whether what it keeps grows with them.

It does not know what fills the heap. The models of the world live in the same process and count.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from emulator import scenario
from tools.benchmarks.measuring import CannotRun, Figures
from tools.commands import interpreters
from tools.setup import romfs
from tools.setup.ground import ROOT, SetupError

LAUNCHER = ROOT / "emulator" / "simulation" / "rom_launcher.py"
MODULE = "emulator.simulation.__main__"
STORY = Path(__file__).with_name("heap.toml")
SESSIONS, QUICK_SESSIONS = 1000, 10
LOWEST_KB, HIGHEST_KB, STEP_KB = 32, 512, 2
LIMIT_S = 3600
# With some room, that both stories are played to their end.
GROWTH_HEAP_KB = 128


def heap(is_quick: bool) -> Figures:
    """Return the smallest heap in KB, found by bisection."""
    try:
        interpreter = interpreters.words("micropython32")
        image = romfs.build()
    except SetupError as error:
        raise CannotRun(str(error)) from error
    sessions = QUICK_SESSIONS if is_quick else SESSIONS
    lowest, highest, runs = LOWEST_KB, HIGHEST_KB, 1
    if not _plays(interpreter, image, highest, sessions):
        raise CannotRun(f"{sessions} sessions do not play in {highest} KB; play {STORY} with simulate")
    while highest - lowest > STEP_KB:
        middle = (lowest + highest) // 2
        runs += 1
        if _plays(interpreter, image, middle, sessions):
            highest = middle
        else:
            lowest = middle
    return Figures(highest, lowest, highest, runs)


def growth(is_quick: bool) -> Figures:
    """Return the bytes in use after all sessions less those after ten of them."""
    try:
        interpreter, image = interpreters.words("micropython32"), romfs.build()
    except SetupError as error:
        raise CannotRun(str(error)) from error
    sessions = 5 * QUICK_SESSIONS if is_quick else SESSIONS
    grown = [_live_bytes(interpreter, image, count) for count in (sessions, QUICK_SESSIONS)]
    difference = grown[0] - grown[1]
    return Figures(difference, difference, difference, 2)


def _live_bytes(interpreter: list[str], image: Path, sessions: int) -> int:
    done = _play(interpreter, image, GROWTH_HEAP_KB, sessions, ["--live"])
    if done.returncode != 0:
        raise CannotRun(f"{sessions} sessions do not play in {GROWTH_HEAP_KB} KB; play {STORY} with simulate")
    live: int = json.loads(done.stdout.splitlines()[-1])["live_bytes"]
    return live


def told(sessions: int) -> dict:
    """Return the story of so many sessions."""
    return {**scenario.read(STORY), "repeat": sessions}


def _plays(interpreter: list[str], image: Path, heap_kb: int, sessions: int) -> bool:
    # Too small a heap can also show as a violated invariant: a task that died for want of memory.
    return _play(interpreter, image, heap_kb, sessions).returncode == 0


def _play(
    interpreter: list[str], image: Path, heap_kb: int, sessions: int, options: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory() as folder:
        story = Path(folder) / "story.json"
        story.write_text(json.dumps(told(sessions)))
        ledger = Path(folder) / "ledger"
        ledger.mkdir()
        words = [*interpreter, "-X", f"heapsize={heap_kb}k", str(LAUNCHER), *options, str(image), MODULE]
        return subprocess.run(
            [*words, str(story), str(ledger)],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=interpreters.environment(),
            timeout=LIMIT_S,
        )
