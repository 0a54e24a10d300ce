"""Measures what a repaint of the display during a session leaves as garbage on a 32-bit MicroPython.

It does not know screens; what runs there is on_board_repaint.py.
"""

import subprocess

from tools.benchmarks.measuring import CannotRun, Figures, figures_of
from tools.commands import interpreters
from tools.setup.ground import ROOT, SetupError

# With each reading of a session; the welcome is made once a session, and anew when a price changes.
REPAINTED = ("charging", "suspended")
LIMIT_S = 300


def repaint(is_quick: bool) -> Figures:
    """Return the kilobytes of the repaints of an open session."""
    return figures_of([size / 1024 for screen_id, size in garbage() if screen_id in REPAINTED])


def garbage() -> list[tuple[str, int]]:
    """Return (screen, bytes) of each repaint that is measured."""
    try:
        interpreter = interpreters.words("micropython32")
    except SetupError as error:
        raise CannotRun(str(error)) from error
    done = subprocess.run(
        [*interpreter, "-X", "heapsize=4m", "-m", "tools.benchmarks.on_board_repaint"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=interpreters.environment(),
        timeout=LIMIT_S,
    )
    told = [line.split() for line in done.stdout.splitlines()]
    return [(screen_id, int(size)) for screen_id, size in told]
