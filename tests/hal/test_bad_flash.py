"""Lets an ESP32's flash turn a bit around: what LittleFS still gives back is read, and room is found again.

It does not know what a start makes of it: tests/firmware/ledger and the simulation do.
"""

import subprocess

import pytest

from tests.interpreters import ROOT, command, environment

LIMIT_S = 600


@pytest.mark.xdist_group("micropython32")
@pytest.mark.timeout(LIMIT_S)
def test_a_pointer_that_went_bad_takes_no_record_that_is_given_back() -> None:
    words = command("micropython32", "-m", "tests.hal.bad_littlefs", heap="4m")
    done = subprocess.run(
        words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    _, count, less = done.stdout.split()
    # Most of the flash is what LittleFS wrote before and reads no more.
    assert int(count) > 200 and int(less) > 20
