"""The setup costs nothing the second time, leaves nothing half made, and says what is missing in one line.

Its steps are tried without the machine; the machine itself is tried by every `make test`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.setup import debian, environment, program
from tools.setup.ground import ROOT, SetupError


@pytest.fixture
def empty_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the environment's steps work in a folder where nothing was made yet."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "_MARK", venv / "kilotap-setup.json")
    return venv


def test_an_interrupted_environment_is_not_left_half_made(
    empty_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(words: list[object], **_: object) -> subprocess.CompletedProcess[str]:
        if "venv" in words:
            (empty_checkout / "bin").mkdir(parents=True)
            raise KeyboardInterrupt
        return subprocess.CompletedProcess([], 0, "")

    monkeypatch.setattr(environment, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.make()
    assert not empty_checkout.exists()


def test_missing_venv_names_the_package_that_brings_it(
    empty_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_has_ensurepip", lambda: False)
    monkeypatch.setattr(debian, "has_apt", lambda: True)
    monkeypatch.setattr(debian, "is_root", lambda: False)
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    package = f"python3.{sys.version_info.minor}-venv"
    with pytest.raises(SetupError, match=f"sudo apt-get install {package}"):
        environment.make()
    assert not empty_checkout.exists()


def test_a_step_is_done_once_for_each_set_of_pins(
    empty_checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[tuple[str, ...]] = []
    (empty_checkout / "bin").mkdir(parents=True)
    (empty_checkout / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(environment, "_has_pip", lambda: True)
    monkeypatch.setattr(environment, "pip_install", lambda *words: installed.append(words))
    environment.make()
    environment.make()
    assert len(installed) == 1

    constraints = tmp_path / "constraints.txt"
    constraints.write_text("another==1\n")
    monkeypatch.setattr(environment, "CONSTRAINTS", constraints)
    environment.make()
    assert len(installed) == 2


def test_a_failed_installation_is_tried_again(empty_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_checkout / "bin").mkdir(parents=True)
    (empty_checkout / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(environment, "_has_pip", lambda: True)

    def fails(*_: str) -> None:
        raise SetupError("no network")

    monkeypatch.setattr(environment, "pip_install", fails)
    for _ in range(2):
        with pytest.raises(SetupError):
            environment.make()


def test_what_cannot_be_is_one_message_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise SetupError("the reason")

    monkeypatch.setattr(environment, "make", fails)
    assert program.main([]) == 2
    assert capsys.readouterr().err == "setup: the reason\n"


def test_the_pins_are_exact() -> None:
    names = ("dev", "esp32-types", "pcsc", "gpio", "fuzz")
    pins = [pin for name in names for pin in environment.pins_of_extra(name)]
    assert len(pins) > len(names)
    assert all("==" in pin for pin in pins)


def test_an_old_python_is_told_which_one_to_name(tmp_path: Path) -> None:
    text = (ROOT / "tools/setup/__main__.py").read_text().replace("(3, 11)", "(3, 99)")
    script = tmp_path / "entry.py"
    script.write_text(text)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 2
    assert "needs Python 3.99 or newer" in done.stderr
    assert "Traceback" not in done.stderr
