"""Asks MicroPython's own compiler whether it takes a file.

It knows no rule: whatever the rules did not foresee shows here.
"""

import os
import re
from pathlib import Path

from tools.checks.finding import Finding
from tools.setup.ground import run
from tools.setup.mpy import mpy_cross

_LINE = re.compile(r'File "[^"]*", line (\d+)')


def check(path: Path, name: str) -> list[Finding]:
    """Return the compiler's error in one file, or nothing."""
    done = run([mpy_cross(), "-s", name, "-o", os.devnull, path], timeout_s=60)
    if done.returncode == 0:
        return []
    line = _LINE.search(done.stdout)
    reason = done.stdout.strip().rsplit("\n", 1)[-1] or f"exit code {done.returncode}"
    return [Finding(name, int(line[1]) if line else 1, f"MicroPython does not compile it: {reason}")]
