"""Starts the MicroPythons for tests, and runs batches of portable test files on them.

It knows processes and lines of text; what a test asserts it does not know.
"""

import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.setup import micropython

ROOT = Path(__file__).resolve().parents[1]
FILE_LIMIT_S = 300


def require(name: str) -> Path:
    """Return the launcher of `micropython` or `micropython32`; without it skip, or fail where it could be had."""
    found = micropython.find(name)
    if found.path is not None:
        return found.path
    if os.environ.get("CI") == "true" or (os.geteuid() == 0 and not found.offline):
        pytest.fail(found.reason, pytrace=False)
    pytest.skip(found.reason)


def command(name: str, *words: str | Path, heap: str = "32m") -> list[str]:
    """Give the command line that runs `words` on the named interpreter with a heap such as `128k`."""
    return [str(require(name)), "-X", f"heapsize={heap}", *(str(word) for word in words)]


def environment(*import_paths: str | Path) -> dict[str, str]:
    """Give the environment in which MicroPython imports from these folders, or else from the checkout."""
    folders = [".frozen", *(str(path) for path in import_paths or (ROOT,))]
    return {**os.environ, "MICROPYPATH": ":".join(folders)}


class Batch:
    """Portable test files on one interpreter, in one process as long as none of them breaks it."""

    def __init__(self, name: str, files: Sequence[str]) -> None:
        self._name = name
        self._waiting = list(files)
        self._results: dict[str, tuple[bool, str]] = {}
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def result(self, file: str) -> tuple[bool, str]:
        """Return whether every test of the file passed, and what was printed; start and restart as needed."""
        while file not in self._results:
            if self._process is None:
                self._start()
            self._read_file()
        return self._results[file]

    def close(self) -> None:
        """End the process, if one still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        words = command(self._name, "-m", "tests.portable_runner", *self._waiting)
        self._process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._lines = queue.Queue()
        threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True).start()

    def _read_file(self) -> None:
        """Read what the process says of the next file, up to its END line, its death or the time limit."""
        file, deadline_s, said = self._waiting[0], time.monotonic() + FILE_LIMIT_S, []
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except queue.Empty:
                said.append(f"no end after {FILE_LIMIT_S} s; the process was killed")
                line = None
            if line is None:
                return self._broke(file, said)
            said.append(line)
            if line.startswith(f"END {file} "):
                self._waiting.remove(file)
                self._results[file] = (line == f"END {file} 0", "\n".join(said))
                return None

    def _broke(self, file: str, said: list[str]) -> None:
        """Blame the file that was running, and let the next request start a fresh process for the rest."""
        assert self._process is not None
        code = self._process.poll()
        self.close()
        self._waiting.remove(file)
        said.append(f"the interpreter ended in the middle of {file} (exit code {code})")
        self._results[file] = (False, "\n".join(said))


def _pump(process: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.rstrip("\n"))
    lines.put(None)
