"""The back office of a bench: ours as a process of its own, or a foreign one that is only named.

It does not know what the office does with a record; it asks it over the same wire as a terminal.
"""

import http.client
import json
import secrets
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from emulator.bench.child import Child
from emulator.errors import BenchError

READY_S = 60.0
COMMAND_S = 60


class Office:
    """An office that can be reached at `host`, `port`, with the certificates in the file `ca`."""

    def __init__(self, url: str, ca: str):
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise BenchError(f"{url} is no address of an office; it begins with https:// and names a host")
        self.url = url
        self.ca = ca
        self.host: str = parts.hostname
        self.port: int = parts.port or 443

    def next_seq(self, terminal: str) -> int | None:
        """Return which record the office expects next, or None while it cannot be asked."""
        context = ssl.create_default_context(cafile=self.ca)
        line = http.client.HTTPSConnection(self.host, self.port, timeout=5, context=context)
        try:
            line.request("POST", f"/api/terminals/{terminal}/records", b"")
            told = json.loads(line.getresponse().read())
            return int(told["next_seq"])
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            return None
        finally:
            line.close()

    def order(self, terminal: str, told: dict) -> int:
        """Have a story's order made and return its serial number. Raises BenchError."""
        raise BenchError("the office is somebody else's, so nothing can be ordered there; take order out")

    def stats(self, terminal: str) -> dict:
        """Return what is known of the terminal's records there."""
        return {"stored": None, "duplicates": None, "next_seq": self.next_seq(terminal)}

    def close(self) -> None:
        """End it, where it is ours."""


class OwnOffice(Office):
    """`kilotap office` over SQLite in a directory of the bench."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        log: Path,
        env: Mapping[str, str],
        root: Path,
        clock: Path,
        poll_s: int,
    ):
        """Start it; `command` are the words that run `kilotap`, `clock` will be the file with the story's
        time, and an idle terminal asks for orders every `poll_s` of it. Raises BenchError.
        """
        self._desk: subprocess.Popen[str] | None = None
        self._command = command
        self._folder = folder
        self._env = env
        self._root = root
        words = [*command, "office", "serve", "--data", str(folder), "--port", "0", "--json"]
        words += ["--poll-s", str(poll_s), "--bench-clock", str(clock)]
        self.child = Child("the office", words, log, env, root)
        try:
            told = self.child.ready_line(READY_S)
        except BenchError:
            self.child.kill()
            raise
        super().__init__(told["url"], told["ca"])

    def enrol(self, terminal: str) -> str:
        """Return a code with which the terminal makes itself known, once."""
        return str(self._ask("enrol", terminal)["code"])

    def order(self, terminal: str, told: dict) -> int:
        """Have a story's order made and return its serial number. Raises BenchError."""
        changes = {name: told[name] for name in told if name != "tariffs"}
        tariffs = ", ".join(told.get("tariffs", ()))
        text = json.dumps(changes)
        if "tariffs" in told:
            # Their own text goes in, since it holds decimals.
            text = f'{text[:-1]}{", " if changes else ""}"tariffs": [{tariffs}]}}'
        desk = self._desk or self.open_desk(terminal)
        if desk.stdin is None or desk.stdout is None:
            raise BenchError("office order: it was started without its pipes; this is a bug")
        # One line: what stands between the words of a tariff's text is white space.
        desk.stdin.write(" ".join(text.splitlines()) + "\n")
        desk.stdin.flush()
        answer = desk.stdout.readline()
        if not answer:
            raise BenchError("office order: it takes no such order; office-log and its last words tell why")
        return int(json.loads(answer)["serial"])

    def open_desk(self, terminal: str) -> "subprocess.Popen[str]":
        """Have a process ready that makes orders: to start one takes minutes of a story."""
        words = [*self._command, "office", "order", terminal, "--file", "-", "--unjudged", "--json"]
        self._desk = subprocess.Popen(
            [*words, "--data", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._env,
            cwd=self._root,
        )
        return self._desk

    def login_link(self, user: str) -> str:
        """Make a user and return an address that opens the office in a browser, once."""
        self._run("user", user, "--password", secrets.token_urlsafe())
        return self._run("login-link", user, "--url", self.url).strip()

    def stats(self, terminal: str) -> dict:
        """Return how many records were stored, how many came again, and which is expected next."""
        return self._ask("stats", terminal)

    def close(self) -> None:
        """End it in order."""
        if self._desk:
            self._desk.communicate(timeout=COMMAND_S)
        self.child.end()

    def _ask(self, *words: str) -> dict:
        told: dict = json.loads(self._run(*words, "--json"))
        return told

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._command, "office", *words, "--data", str(self._folder)],
            check=False,
            capture_output=True,
            text=True,
            env=self._env,
            cwd=self._root,
            timeout=COMMAND_S,
        )
        if done.returncode != 0:
            raise BenchError(f"office {words[0]}: {done.stderr.strip()}")
        return done.stdout
