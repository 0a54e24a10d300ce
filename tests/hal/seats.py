"""Every board on every interpreter that can run it here, and the driver process that uses one of its ports.

It knows processes, and not what a port has to do.
"""

import json
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

from tests.interpreters import ROOT, command, environment

LIMIT_S = 30


class Seat(NamedTuple):
    """A board on an interpreter."""

    interpreter: str
    board: str

    def words(self, port: str, *words: object) -> list[str]:
        """Give the command line that lets the driver use a port."""
        arguments = ["-m", "tests.hal.driver", self.board, port, *(str(word) for word in words)]
        if self.interpreter == "cpython":
            return [sys.executable, *arguments]
        return command(self.interpreter, *arguments, heap="1m")

    def start(self, port: str, *words: object, **options: Any) -> "subprocess.Popen[str]":
        """Start the driver."""
        return subprocess.Popen(
            self.words(port, *words),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def results(self, port: str, *words: object, **options: Any) -> list[Any]:
        """Run the driver to its end and return what it said; an error of its own is a failure."""
        return finish(self.start(port, *words, **options))


def finish(process: "subprocess.Popen[str]", code: int = 0) -> list[Any]:
    """Wait for a driver's end, by this exit code, and return what it said."""
    said, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == code, f"exit code {process.returncode}:\n{said}{errors}"
    # A MicroPython that dies of an exception says so in words on standard output.
    return [json.loads(line) for line in said.splitlines()]


def seats(*pairs: tuple[str, str]) -> Any:
    """Mark a test to run on each of these, given as (interpreter, board)."""
    return pytest.mark.parametrize(
        "seat",
        [
            pytest.param(
                Seat(*pair),
                id="-".join(pair),
                marks=[] if pair[0] == "cpython" else [pytest.mark.xdist_group(pair[0])],
            )
            for pair in pairs
        ],
    )


BENCHES = (("cpython", "bench"), ("micropython", "bench"), ("micropython32", "bench"))
ALL = (("cpython", "linux"), *BENCHES)
FLASHES = (("micropython", "esp32"), ("micropython32", "esp32"))
