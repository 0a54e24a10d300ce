"""A program that the bench starts, knows ready by its first line, and always ends, by its process id.

It does not know what the program does.
"""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.errors import BenchError

LAST_LINES = 4
LOOK_S = 0.01


class Child:
    """One program; what it says goes to the files `<log>.out` and `<log>.err`."""

    def __init__(self, name: str, words: Sequence[str], log: Path, env: Mapping[str, str], folder: Path):
        """Start it. Should the bench itself be killed, the kernel ends the program too."""
        self.name = name
        self._out, self._err = log.with_suffix(".out"), log.with_suffix(".err")
        tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._said_before = out.tell()
            self._process = subprocess.Popen(
                [*tied, *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=env,
                cwd=folder,
                # Ctrl-C in the shell is for the bench, which ends its children in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """Return whether it still runs."""
        return self._process.poll() is None

    def ready_line(self, limit_s: float) -> dict:
        """Return the JSON of its first line. Raises BenchError with its last words when none comes."""
        end_s = time.monotonic() + limit_s
        while b"\n" not in self._said():
            if not self.is_running():
                code = self._process.returncode
                raise BenchError(f"{self.name} ended with code {code} before it was ready{self.last_words()}")
            if time.monotonic() > end_s:
                raise BenchError(f"{self.name} was not ready after {limit_s:.0f} s{self.last_words()}")
            time.sleep(LOOK_S)
        line = self._said().split(b"\n")[0]
        try:
            told: dict = json.loads(line)
        except ValueError as error:
            raise BenchError(f"{self.name} said {line!r} in place of its ready line") from error
        return told

    def kill(self) -> None:
        """Take its power away."""
        if self.is_running():
            self._process.kill()
        self._process.wait()

    def end(self, limit_s: float = 5.0) -> None:
        """Ask it to end; take its power away when it does not."""
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self) -> str:
        """Return the last lines that it said, each on a line of its own, for an error's end."""
        said = self._err.read_bytes() + self._said()
        lines = said.decode("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
        return "".join(f"\n  {line}" for line in lines)

    def _said(self) -> bytes:
        with self._out.open("rb") as out:
            out.seek(self._said_before)
            return out.read()
