"""Measures a durable append of the journal's storage against a bare write and against a row in SQLite.

It does not know what is stored.
"""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware.ledger.journal import Journal
from hal.linux.storage import open_storage
from tools.benchmarks.measuring import Figures, compare
from tools.setup.ground import CACHE

RECORD = "x" * 890
LINE = b"x" * 900
APPENDS, QUICK_APPENDS = 200, 40


def append(is_quick: bool) -> Figures:
    """Compare an append of the journal with the same bytes written and synchronised bare."""
    with _folder() as folder:
        subject = _journal_appends(folder, is_quick)
        file = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def bare() -> float:
            began_s = time.perf_counter()
            for _ in range(_count(is_quick)):
                os.write(file, LINE)
                os.fdatasync(file)
            return time.perf_counter() - began_s

        try:
            return compare(subject, bare, is_quick)
        finally:
            os.close(file)


def append_sqlite(is_quick: bool) -> Figures:
    """Compare an append of the journal with a row committed by SQLite, WAL and FULL."""
    with (
        _folder() as folder,
        contextlib.closing(sqlite3.connect(folder / "rows", isolation_level=None)) as database,
    ):
        subject = _journal_appends(folder, is_quick)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, line BLOB)")

        def rows() -> float:
            began_s = time.perf_counter()
            for _ in range(_count(is_quick)):
                database.execute("INSERT INTO record (line) VALUES (?)", (LINE,))
            return time.perf_counter() - began_s

        return compare(subject, rows, is_quick)


def _journal_appends(folder: Path, is_quick: bool) -> Callable[[], float]:
    journal = Journal(open_storage(str(folder / "ledger")))
    seq = 0

    def appends() -> float:
        nonlocal seq
        began_s = time.perf_counter()
        for _ in range(_count(is_quick)):
            seq += 1
            journal.append(seq, RECORD)
        return time.perf_counter() - began_s

    return appends


def _count(is_quick: bool) -> int:
    return QUICK_APPENDS if is_quick else APPENDS


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder on the disk of the checkout: where temporary files lie may be memory."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=CACHE) as name:
        yield Path(name)
