"""What every step of the setup stands on: folders, one error, and how to talk and run commands.

It knows no step.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


class SetupError(Exception):
    """Says what is missing and the line that helps; `offline` tells bad weather from a wrong machine."""

    def __init__(self, message: str, offline: bool = False) -> None:
        super().__init__(message)
        self.offline = offline


def say(line: str) -> None:
    """Tell the user one thing, on stderr, so that stdout stays free for results."""
    print(f"setup: {line}", file=sys.stderr, flush=True)


def run(
    words: Sequence[str | Path], timeout_s: int = 900, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command quietly and return its code and what it printed, both streams together."""
    merged = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
    try:
        return subprocess.run(
            [str(word) for word in words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=merged,
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 127, f"{words[0]}: no such program\n")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 124, f"{words[0]}: no end after {timeout_s} s\n")


def last_lines(output: str, count: int = 6) -> str:
    """Shorten a command's output to its last lines, where the reason stands."""
    return "\n".join([line for line in output.splitlines() if line.strip()][-count:])
