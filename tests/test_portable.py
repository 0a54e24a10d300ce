"""Runs every portable test file on both MicroPythons; on CPython pytest runs the same files itself.

It knows where portable tests lie, and not what they assert.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interpreters import FILE_LIMIT_S, ROOT, Batch, command, environment, require
from tools.setup import micropython as interpreters
from tools.setup.micropython import NAMES

PORTABLE = ("tests/firmware", "tests/emulator/models", "tests/emulator/simulation")

FILES = sorted(
    path.relative_to(ROOT).as_posix() for folder in PORTABLE for path in (ROOT / folder).rglob("test_*.py")
)

CASES = [
    pytest.param(name, file, id=f"{name}-{file.removeprefix('tests/')}", marks=pytest.mark.xdist_group(name))
    for name in NAMES
    for file in FILES
]


@pytest.fixture(scope="module")
def batches(request: pytest.FixtureRequest) -> Iterator[dict[str, Batch]]:
    """Give one batch an interpreter, of the files that this run selected."""
    chosen: dict[str, list[str]] = {name: [] for name in NAMES}
    for item in request.session.items:
        callspec = getattr(item, "callspec", None)
        if item.fspath == request.fspath and callspec is not None and "file" in callspec.params:
            chosen[callspec.params["name"]].append(callspec.params["file"])
    made = {name: Batch(name, files) for name, files in chosen.items()}
    yield made
    for batch in made.values():
        batch.close()


@pytest.mark.timeout(FILE_LIMIT_S + 30)
@pytest.mark.parametrize(("name", "file"), CASES)
def test_file_passes_on_micropython(name: str, file: str, batches: dict[str, Batch]) -> None:
    require(name)
    passed, said = batches[name].result(file)
    if not passed:
        pytest.fail(f"{name}:\n{said}", pytrace=False)


SAMPLE = """
CPYTHON_ONLY = ("test_c_other",)
def test_a_good(): assert True
def test_b_bad(): assert 1 == 2, "the reason"
def test_c_other(): import dataclasses
def test_d_never_runs():
    yield 1
"""


@pytest.mark.parametrize("name", NAMES)
def test_the_runner_reports_each_test_with_its_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(SAMPLE)
    words = command(name, "-m", "tests.portable_runner", "sample.py")
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(tmp_path, ROOT), capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert [line for line in lines if line.startswith(("OK", "FAIL", "LEFT", "END"))] == [
        "OK test_a_good",
        "FAIL test_b_bad",
        "LEFT OUT test_c_other",
        "FAIL test_d_never_runs",
        "END sample.py 2",
    ]
    assert "AssertionError: the reason" in lines


@pytest.mark.parametrize(
    ("ci", "root", "offline", "outcome"),
    [
        ("true", False, True, pytest.fail.Exception),
        ("", True, False, pytest.fail.Exception),
        ("", True, True, pytest.skip.Exception),
        ("", False, False, pytest.skip.Exception),
    ],
)
def test_a_missing_interpreter_is_skipped_only_where_it_cannot_be_had(
    ci: str, root: bool, offline: bool, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = interpreters.Interpreter("micropython32", None, "the reason", offline)
    monkeypatch.setattr(interpreters, "find", lambda name: missing)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    with pytest.raises(outcome, match="the reason"):
        require("micropython32")
