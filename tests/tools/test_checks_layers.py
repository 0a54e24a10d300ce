"""The floors in pyproject.toml refuse each arrow the wrong way, in a small house built like ours.

The floors come from the project's architecture page.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.setup.ground import ROOT

ROOMS = (
    *("terminal", "uplink", "ledger", "session", "access", "payments", "receipts", "screens"),
    *("pricing", "metering", "cards", "crypto", "config", "errors"),
)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build every room, empty, with our contracts."""
    for package in ("firmware", "hal", "hal/linux", "emulator", "tools", "tests"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for room in ROOMS:
        (tmp_path / "firmware" / f"{room}.py").touch()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def holds(house: Path) -> bool:
    """Run the linter on a house of its own."""
    program = Path(sys.executable).with_name("lint-imports")
    words = [program, "--no-cache", "--config", house / "pyproject.toml"]
    done = subprocess.run(words, cwd=house, capture_output=True, text=True)
    assert "Could not" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert ("Contracts:" in done.stdout) and done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 0


def test_every_arrow_that_the_architecture_draws_is_allowed(house: Path) -> None:
    (house / "firmware/terminal.py").write_text("import firmware.uplink, firmware.session, firmware.errors\n")
    (house / "firmware/session.py").write_text("import firmware.pricing, firmware.config\n")
    (house / "firmware/cards.py").write_text("import firmware.config\n")
    (house / "hal/linux/__init__.py").write_text("import firmware.errors, firmware.cards, firmware.crypto\n")
    (house / "emulator/__init__.py").write_text("import firmware.metering, hal\n")
    (house / "tools/__init__.py").write_text("import firmware.receipts, emulator\n")
    (house / "tests/__init__.py").write_text("import firmware, hal, emulator, tools\n")
    assert holds(house)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("firmware/pricing.py", "firmware.session"),
        ("firmware/session.py", "firmware.receipts"),
        ("firmware/uplink.py", "firmware.ledger"),
        ("firmware/errors.py", "firmware.config"),
        ("firmware/terminal.py", "hal"),
        ("firmware/cards.py", "emulator"),
        ("hal/linux/__init__.py", "firmware.pricing"),
        ("hal/__init__.py", "firmware.config"),
        ("hal/__init__.py", "emulator"),
        ("emulator/__init__.py", "tools"),
        ("tools/__init__.py", "tests"),
    ],
)
def test_an_arrow_the_wrong_way_breaks_the_build(house: Path, importer: str, imported: str) -> None:
    (house / importer).write_text(f"import {imported}\n")
    assert not holds(house)
