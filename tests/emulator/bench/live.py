"""A bench whose terminal is a real `kilotap run`, driven by hand: for what happens to processes and disks.

It does not know what is expected of it.
"""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from emulator import scenario
from emulator.bench import evidence
from emulator.bench.setup import Bench, Place
from tests.emulator.bench.test_bench_end_to_end import BEGIN, SHORT
from tests.interpreters import ROOT
from tools.commands import interpreters

SPEED = 30
START_S = 30.0
PATIENCE_S = 20.0
GONE_S = 1.5


class Live:
    """One charger, its office and its terminal; `screens` are the ids of all that were shown."""

    def __init__(self, folder: Path):
        (folder / "story.toml").write_text((SHORT + BEGIN).replace("speed = 300", f"speed = {SPEED}"))
        place = Place(
            folder=folder / "bench",
            root=ROOT,
            kilotap=[sys.executable, "-m", "tools"],
            interpreter=[sys.executable],
            env=interpreters.environment(),
            reader="pn532",
            speed=SPEED,
        )
        place.folder.mkdir()
        self.screens: list[str] = []
        self._folder = place.folder
        self._process: subprocess.Popen | None = None
        self._bench = Bench(scenario.read(str(folder / "story.toml")), place, self._watch)
        self.ledger = self._bench.ledger
        self.charger = self._bench.charger

    def _watch(self, kind: str, told: object) -> None:
        if kind == "screen" and isinstance(told, dict):
            self.screens.append(told["id"])

    def say_into(self, path: Path) -> None:
        """Let what it says on stderr go into a file elsewhere."""
        path.touch()
        self._log("err").symlink_to(path)

    def launch(self) -> None:
        """Start `kilotap run`, as it will be asked for by whoever keeps a terminal running."""
        self._bench.terminal._write_configuration()
        words = [
            sys.executable,
            "-m",
            "tools",
            "run",
            "--config",
            str(self._folder / "config.json"),
            "--json",
        ]
        with self._log("out").open("wb") as out, self._log("err").open("wb") as err:
            self._process = subprocess.Popen(
                words, stdout=out, stderr=err, env=interpreters.environment(), cwd=ROOT
            )

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.launch()
        assert self.charger.wait_for(lambda: self.said().endswith("\n"), START_S), self.warned()
        assert json.loads(self.said())["ready"]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send it a signal; return its exit code and how many seconds it took."""
        assert self._process
        self._process.send_signal(number)
        began_s = time.monotonic()
        code = self._process.wait(PATIENCE_S)
        return code, time.monotonic() - began_s

    def begin(self) -> None:
        """Plug in, tap a card and wait until it charges."""
        self.charger.plug(True)
        self.shows("welcome")
        self._tap()
        self.shows("charging")

    def stop(self) -> None:
        """Tap the card once more."""
        self._tap()

    def _tap(self) -> None:
        """Tap the card when the reader has seen that it was gone: one that lies there is not read again."""
        time.sleep(GONE_S)
        self.charger.tap("alice")

    def shows(self, screen_id: str) -> None:
        """Wait for a screen."""
        reached = self.charger.wait_for(
            lambda: (self.charger.screen or {}).get("id") == screen_id, PATIENCE_S
        )
        assert reached, (screen_id, self.screens[-5:], self.warned())

    def uploaded(self) -> None:
        """Wait until the office has all."""
        assert self.charger.wait_for(
            lambda: self._bench.office.next_seq("KT-0001") == evidence.last_seq(self.ledger) + 1, PATIENCE_S
        )

    def records(self) -> list[dict]:
        """Return the payloads of the ledger."""
        told = subprocess.run(
            [sys.executable, "-m", "tools", "ledger", "dump", str(self.ledger), "--json"],
            cwd=ROOT, capture_output=True, check=True,
        )  # fmt: skip
        return list(json.loads(told.stdout))

    def receipts_shown(self) -> int:
        """Return how often a receipt took the place of another screen."""
        ids = ["", *self.screens]
        return sum(before != after == "receipt" for before, after in zip(ids, ids[1:], strict=False))

    def kinds(self) -> list[str]:
        return [record["kind"] for record in self.records()]

    def said(self) -> str:
        return self._log("out").read_text()

    def warned(self) -> str:
        return self._log("err").read_text()

    def _log(self, kind: str) -> Path:
        return self._folder / f"run.{kind}"

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._bench.close()


@contextlib.contextmanager
def living(folder: Path) -> Iterator[Live]:
    """Give a bench, and take all of it apart."""
    live = Live(folder)
    try:
        yield live
    finally:
        live.close()
