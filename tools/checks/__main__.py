"""Runs every check of the source and ends with one line.

It knows their commands, and not what they look for.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tools.setup.environment import TYPINGS
from tools.setup.ground import ROOT

_ROOMS = ("firmware", "hal", "emulator", "tools")


def _commands() -> dict[str, tuple[list[str], Mapping[str, str]]]:
    """Name each check with its command and what it adds to the environment."""
    python = [sys.executable, "-m"]
    rooms = [room for room in _ROOMS if any((ROOT / room).rglob("*.py"))]
    commands: dict[str, tuple[list[str], Mapping[str, str]]] = {
        "format": ([*python, "ruff", "format", "--check", "."], {}),
        "lint": ([*python, "ruff", "check", "--quiet", "."], {}),
        "layers": ([*python, "tools.checks.layers"], {}),
        "portability": ([*python, "tools.checks.portability"], {}),
        "types": ([*python, "mypy", "main.py", *rooms], {}),
    }
    if any((ROOT / "hal/esp32").rglob("*.py")):
        commands["types of the ESP32 board"] = _esp32_types(python)
    return commands


def _esp32_types(python: list[str]) -> tuple[list[str], Mapping[str, str]]:
    """Check the ESP32's board against the modules of its own port, which differ from CPython's."""
    words = [*python, "mypy", "--config-file", "tools/checks/esp32_types.ini"]
    return [*words, "--custom-typeshed-dir", str(TYPINGS), "hal/esp32"], {"MYPYPATH": f"{ROOT}:{TYPINGS}"}


def main() -> int:
    """Run the checks side by side, show the words of those that fail, and return 1 when any did."""
    running = {name: _start(words, extra) for name, (words, extra) in _commands().items()}
    broken = []
    for name, process in running.items():
        said, _ = process.communicate()
        if process.returncode != 0:
            broken.append(name)
            print(said.rstrip())
    print("check: all hold" if not broken else "check: broken: " + ", ".join(broken))
    return 1 if broken else 0


def _start(words: Sequence[str], extra: Mapping[str, str]) -> "subprocess.Popen[str]":
    env = {**os.environ, **extra}
    return subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
