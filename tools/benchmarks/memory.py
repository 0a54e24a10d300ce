"""Measures in how small a heap the whole terminal plays sessions, on a 32-bit MicroPython from `.mpy`.

It does not know what fills the heap. The models of the world live in the same process and count.
"""

import json
import subprocess
import tempfile
from pathlib import Path

from emulator import scenario
from tools.benchmarks.measuring import CannotRun, Figures
from tools.commands import interpreters
from tools.setup import mpy
from tools.setup.ground import CACHE, ROOT, SetupError

STORY = Path(__file__).with_name("heap.toml")
SESSIONS, QUICK_SESSIONS = 1000, 10
LOWEST_KB, HIGHEST_KB, STEP_KB = 32, 512, 2
LIMIT_S = 3600


def heap(is_quick: bool) -> Figures:
    """Return the smallest heap in KB, found by bisection."""
    try:
        interpreter = interpreters.words("micropython32")
        compiled = _compiled()
    except SetupError as error:
        raise CannotRun(str(error)) from error
    sessions = QUICK_SESSIONS if is_quick else SESSIONS
    lowest, highest, runs = LOWEST_KB, HIGHEST_KB, 1
    if not _plays(interpreter, compiled, highest, sessions):
        raise CannotRun(f"{sessions} sessions do not play in {highest} KB")
    while highest - lowest > STEP_KB:
        middle = (lowest + highest) // 2
        runs += 1
        if _plays(interpreter, compiled, middle, sessions):
            highest = middle
        else:
            lowest = middle
    return Figures(highest, lowest, highest, runs)


def _compiled() -> Path:
    out = CACHE / "mpy"
    mpy.compile_tree(["firmware", "hal"], out)
    mpy.compile_tree(["emulator/models", "emulator/simulation"], out / "emulator")
    mpy.compile_tree(["tools/benchmarks/device"], out)
    return out


def _plays(interpreter: list[str], compiled: Path, heap_kb: int, sessions: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        story = Path(folder) / "story.json"
        story.write_text(json.dumps(scenario.read(STORY)))
        ledger = Path(folder) / "ledger"
        ledger.mkdir()
        script = "import sys; from device import sessions; sys.exit(sessions.main(sys.argv[1:]))"
        words = [*interpreter, "-X", f"heapsize={heap_kb}k", "-c", script]
        done = subprocess.run(
            [*words, str(story), str(ledger), str(sessions)],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=interpreters.environment(compiled),
            timeout=LIMIT_S,
        )
    if done.stdout.strip().endswith("violated"):
        raise CannotRun("the sessions violate an invariant; play the story with simulate")
    return done.returncode == 0
