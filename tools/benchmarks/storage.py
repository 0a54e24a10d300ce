"""Measures a durable append of the journal's storage against a bare write and against a row in SQLite.

It does not know what is stored.
"""

import contextlib
import itertools
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware.ledger.journal import Journal
from hal.linux.storage import open_storage
from tools.benchmarks.measuring import CannotRun, Figures, compare, timed
from tools.commands import interpreters
from tools.setup.ground import CACHE, ROOT, SetupError

RECORD = "x" * 890
LINE = b"x" * 900
# Several segments, in a flash of 1 MB.
FLASH_RECORDS = 400
APPENDS, QUICK_APPENDS = 200, 40


def append(is_quick: bool) -> Figures:
    """Compare an append of the journal with the same bytes written and synchronised bare."""
    with _folder() as folder:
        file = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def bare() -> None:
            os.write(file, LINE)
            os.fdatasync(file)

        try:
            return _compared(_journal_append(folder), bare, is_quick)
        finally:
            os.close(file)


def append_sqlite(is_quick: bool) -> Figures:
    """Compare an append of the journal with a row committed by SQLite, WAL and FULL."""
    with (
        _folder() as folder,
        contextlib.closing(sqlite3.connect(folder / "rows", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, line BLOB)")

        def row() -> None:
            database.execute("INSERT INTO record (line) VALUES (?)", (LINE,))

        return _compared(_journal_append(folder), row, is_quick)


def flash_writes(is_quick: bool) -> Figures:
    """Return how many bytes littlefs programs for each byte of a record."""
    try:
        words = interpreters.words("micropython32")
    except SetupError as error:
        raise CannotRun(str(error)) from error
    told = subprocess.run(
        [*words, "-X", "heapsize=4m", "-m", "tools.benchmarks.on_board_flash", str(FLASH_RECORDS)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=interpreters.environment(),
    ).stdout.split()
    ratio = int(told[0]) / int(told[1])
    return Figures(ratio, ratio, ratio, 1)


def _compared(subject: Callable[[], None], yardstick: Callable[[], None], is_quick: bool) -> Figures:
    return compare(timed(subject), timed(yardstick), QUICK_APPENDS if is_quick else APPENDS, is_quick)


def _journal_append(folder: Path) -> Callable[[], None]:
    journal = Journal(open_storage(str(folder / "ledger")))
    numbers = itertools.count(1)
    return lambda: journal.append(next(numbers), RECORD)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder on the disk of the checkout: where temporary files lie may be memory."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=CACHE) as name:
        yield Path(name)
