"""Runs every portable test file on both MicroPythons; on CPython pytest runs the same files itself.

It knows where portable tests lie, and not what they assert.
"""

from collections.abc import Iterator

import pytest

from tests.interpreters import FILE_LIMIT_S, ROOT, Batch, require
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
        if item.fspath == request.fspath and callspec is not None:
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
