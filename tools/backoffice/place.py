"""The data directory of a back office: what lies in it, and what only its owner may read.

It does not know Django.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import outputs
from tools.backoffice.errors import OfficeError


def default_directory() -> Path:
    """Return where an office lives when nobody says where, after the XDG Base Directory Specification."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "kilotap" / "office"


class Place:
    """One data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise OfficeError(
                f"{self.directory} cannot be the data directory: {problem.strerror}; name another with --data"
            ) from problem

    @property
    def database(self) -> Path:
        """Where SQLite keeps the records when no other database is named."""
        return self.directory / "office.sqlite3"

    def secret(self) -> str:
        """Return the key that signs cookies and links, made on first use."""
        path = self.directory / "secret"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48).encode())
        return path.read_text()

    def note_running(self, url: str, pid: int) -> None:
        """Remember where the office can be reached while it runs."""
        write_private(
            self.directory / "office.json", json.dumps({"url": url, "pid": pid}).encode(), replace=True
        )

    def forget_running(self) -> None:
        """Forget the address when the office ends."""
        (self.directory / "office.json").unlink(missing_ok=True)

    def running_url(self) -> str | None:
        """Return the address of the office that runs on this directory, or None."""
        try:
            note = json.loads((self.directory / "office.json").read_text())
            os.kill(note["pid"], 0)
        except (OSError, ValueError):
            return None
        return str(note["url"])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process that asks for the same out, such as while tables change."""
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def write_private(path: Path, content: bytes, replace: bool = False) -> None:
    """Write a file that only its owner reads, whole or not at all; unless it may replace, the first wins."""
    _write(path, content, 0o600, replace)


def write_public(path: Path, content: bytes) -> None:
    """Write a file that others may read, such as a certificate, whole or not at all."""
    _write(path, content, 0o644, replace=True)


def _write(path: Path, content: bytes, mode: int, replace: bool) -> None:
    draft = outputs.draft(path, content, mode)
    try:
        if replace:
            draft.replace(path)
        else:
            _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
