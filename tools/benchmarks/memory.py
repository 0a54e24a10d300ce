"""Measures in how small a heap the terminal plays sessions, on a 32-bit MicroPython from `.mpy` in flash.

It does not know what fills the heap. The models of the world live in the same process and count.
"""

import json
import subprocess
import tempfile
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


def told(sessions: int) -> dict:
    """Return the story of so many sessions."""
    return {**scenario.read(STORY), "repeat": sessions}


def _plays(interpreter: list[str], image: Path, heap_kb: int, sessions: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        story = Path(folder) / "story.json"
        story.write_text(json.dumps(told(sessions)))
        ledger = Path(folder) / "ledger"
        ledger.mkdir()
        words = [*interpreter, "-X", f"heapsize={heap_kb}k", str(LAUNCHER), str(image), MODULE]
        done = subprocess.run(
            [*words, str(story), str(ledger)],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=interpreters.environment(),
            timeout=LIMIT_S,
        )
    # Too small a heap can also show as a violated invariant: a task that died for want of memory.
    return done.returncode == 0
