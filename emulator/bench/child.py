"""A program that the bench starts, knows ready by its first line, and always ends, by its process id.

It does not know what the program does.
"""

import json
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.errors import BenchError

LAST_LINES = 4


class Child:
    """One program; its stdout is kept for `ready_line`, its stderr goes into a log file."""

    def __init__(self, name: str, words: Sequence[str], log: Path, env: Mapping[str, str], folder: Path):
        """Start it. Should the bench itself be killed, the kernel ends the program too."""
        self.name = name
        self._log = log
        tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*tied, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
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
        end = time.monotonic() + limit_s
        received = b""
        stdout = self._process.stdout
        if stdout is None:
            raise BenchError(f"{self.name} has no output")
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in received:
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise BenchError(f"{self.name} was not ready after {limit_s:.0f} s{self._last_words()}")
                part = stdout.read1(65536)  # type: ignore[attr-defined]
                if not part:
                    self._process.wait()
                    code = self._process.returncode
                    raise BenchError(
                        f"{self.name} ended with code {code} before it was ready{self._last_words()}"
                    )
                received += part
        line = received.split(b"\n")[0]
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
        self._close()

    def end(self, limit_s: float = 5.0) -> None:
        """Ask it to end; take its power away when it does not."""
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(limit_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:]
        return "".join(f"\n  {line}" for line in lines)
