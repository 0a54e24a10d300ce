"""Proves that the same cases cost the same on every interpreter, byte for byte.

It does not know what they cost.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.host.pricing import cases, generate
from tests.interpreters import ROOT, command, environment
from tools.setup.micropython import NAMES

CASES = 300
MODULE = "tests.host.pricing.price_cases"


def answers(words: list[str]) -> list[str]:
    """Return the lines that an interpreter prints."""
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    return done.stdout.splitlines()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_300_cases_cost_the_same_bytes_as_on_cpython(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cases"
    with path.open("w") as file:
        for seed in range(CASES):
            case = generate.case(seed)
            file.write(cases.written([case.tariff, case.cdr, cases.ZONES[case.zone]]) + "\n")
    known = answers([sys.executable, "-m", MODULE, str(path)])
    assert len(known) == CASES
    for seed, (ours, theirs) in enumerate(
        zip(answers(command(name, "-m", MODULE, path)), known, strict=True)
    ):
        assert ours == theirs, f"seed {seed}"
