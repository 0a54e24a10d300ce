"""The terminal of a bench as a process of its own: configured, started, cut from power, started again.

It does not know the charger or the story.
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.bench.child import Child
from emulator.errors import BenchError

READY_S = 60.0


class Terminal:
    """`main.py` on an interpreter; `configuration` may change while it is off."""

    def __init__(
        self,
        interpreter: Sequence[str],
        env: Mapping[str, str],
        root: Path,
        folder: Path,
        configuration: dict,
        tariffs: Sequence[str],
    ):
        self._words = [*interpreter, str(root / "main.py"), str(folder / "config.json"), "--json"]
        self._env = env
        self._root = root
        self._folder = folder
        self._tariffs = tariffs
        self._child: Child | None = None
        self.configuration = configuration
        self.ready: dict = {}

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._child.pid if self._child and self._child.is_running() else None

    def power_on(self) -> None:
        """Start it and wait until it would take a card. Raises BenchError with its own last words."""
        if self.pid is not None:
            return
        self._write_configuration()
        self._child = Child("the terminal", self._words, self._folder / "terminal", self._env, self._root)
        self.ready = self._child.ready_line(READY_S)

    def flicker(self, for_s: float) -> None:
        """Start it and take its power away so soon after, ready or not."""
        if self.pid is None:
            self._write_configuration()
            self._child = Child("the terminal", self._words, self._folder / "terminal", self._env, self._root)
        time.sleep(for_s)
        self.power_cut()

    def power_cut(self) -> None:
        """Take its power away, in the middle of whatever it does."""
        if self._child:
            self._child.kill()

    def end(self) -> None:
        """Ask it to end."""
        if self._child:
            self._child.end()

    def last_words(self) -> str:
        """Return what it said last."""
        return self._child.last_words() if self._child else ""

    def _write_configuration(self) -> None:
        """Write settings and tariffs; the tariffs' own text goes in, since it holds decimals."""
        settings = json.dumps(self.configuration, ensure_ascii=False, indent=1)
        tariffs = ",\n".join(self._tariffs)
        if not settings.endswith("\n}"):
            raise BenchError("a terminal without settings cannot be started")
        text = f'{settings[:-2]},\n "tariffs": [\n{tariffs}]\n}}\n'
        (self._folder / "config.json").write_text(text, encoding="utf-8")
