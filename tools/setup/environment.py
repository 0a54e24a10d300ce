"""Makes `.venv` with the project and its pinned dependencies in it, once for each set of pins.

It knows no Debian beyond the name of the package that brings venv.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from tools.setup import debian
from tools.setup.ground import CACHE, ROOT, VENV, VENV_PYTHON, SetupError, last_lines, run, say

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
TYPINGS = CACHE / "typings"
_MARK = VENV / "kilotap-setup.json"


def make() -> None:
    """Make the environment and install the project and its pins, unless exactly these are there."""
    pins = _pins()
    if _marked().get("pins") == pins and VENV_PYTHON.exists():
        return
    if not _has_pip():
        _make_venv()
    say("installing the pinned Python packages")
    pip_install("-e", f"{ROOT}[dev]")
    mark("pins", pins)


def make_typings() -> None:
    """Put the ESP32 type stubs beside the environment, where they hide none of CPython's own modules."""
    pins = _pins()
    if _marked().get("typings") == pins and TYPINGS.exists():
        return
    say("fetching the type stubs of the ESP32 port")
    shutil.rmtree(TYPINGS, ignore_errors=True)
    stubs = pins_of_extra("esp32-types")
    pip_install("--no-deps", "--target", str(TYPINGS), *stubs)
    mark("typings", pins)


def bring_fuzzer() -> None:
    """Install the fuzzer, 35 MB that no other test needs."""
    pins = " ".join(pins_of_extra("fuzz"))
    if _marked().get("fuzz") == pins:
        return
    say("installing the fuzzer")
    pip_install(*pins.split())
    mark("fuzz", pins)


def pip_install(*words: str) -> None:
    """Let pip install into the environment; raise SetupError with pip's own reason."""
    done = run([VENV_PYTHON, "-m", "pip", "install", "-q", "--no-input", "-c", CONSTRAINTS, *words])
    if done.returncode != 0:
        raise SetupError(f"pip could not install the packages: {_why(done.stdout)}", _is_offline(done.stdout))


def _is_offline(output: str) -> bool:
    return "Failed to establish a new connection" in output or "NewConnectionError" in output


def _why(output: str) -> str:
    """Pick pip's reason from its long story."""
    if _is_offline(output):
        return "the package index does not answer; go online and run it again"
    errors = [line.strip() for line in output.splitlines() if line.strip().startswith("ERROR:")]
    return "\n".join(errors) or last_lines(output)


def mark(key: str, text: str) -> None:
    """Remember a finished step in the environment itself, so that both vanish together."""
    marks = _marked() | {key: text}
    fresh = _MARK.with_suffix(".new")
    fresh.write_text(json.dumps(marks))
    fresh.replace(_MARK)


def marked(key: str) -> str | None:
    """Return what was remembered of a step, or None."""
    return _marked().get(key)


def _marked() -> dict[str, str]:
    try:
        marks = json.loads(_MARK.read_text())
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def _pins() -> str:
    pins = (ROOT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes() + str(ROOT).encode()
    return hashlib.sha256(pins).hexdigest()


def pins_of_extra(name: str) -> list[str]:
    """Return the pins of one optional extra of the project."""
    import tomllib  # only here: the everyday run, which finds all in place, does not need it

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["optional-dependencies"][name])


def _has_pip() -> bool:
    return VENV_PYTHON.exists() and run([VENV_PYTHON, "-m", "pip", "--version"]).returncode == 0


def _make_venv() -> None:
    _need_ensurepip()
    say(f"making .venv with {sys.executable}")
    shutil.rmtree(VENV, ignore_errors=True)
    made = False
    try:
        done = run([sys.executable, "-m", "venv", VENV])
        made = done.returncode == 0
    finally:
        if not made:  # also when interrupted: half an environment would be taken for a whole one
            shutil.rmtree(VENV, ignore_errors=True)
    if not made:
        raise SetupError("python could not make .venv:\n" + last_lines(done.stdout))


def _need_ensurepip() -> None:
    if _has_ensurepip():
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if not (debian.has_apt() and sys.base_prefix == "/usr"):
        raise SetupError(f"{sys.executable} lacks venv and ensurepip; install a complete Python.")
    problem = debian.install([package])
    if problem is None and _has_ensurepip():
        return
    reason = f" ({problem})" if problem else ""
    raise SetupError(f"{sys.executable} lacks venv{reason}; run: {debian.apt_line([package])}")


def _has_ensurepip() -> bool:
    return run([sys.executable, "-c", "import ensurepip, venv"]).returncode == 0
