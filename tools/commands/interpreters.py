"""Finds the interpreters that a terminal can run on and how each is started.

It does not know what is run.
"""

import os
import sys
from pathlib import Path

import click

from tools.setup.ground import ROOT, SetupError

NAMES = ("cpython", "micropython", "micropython32")

option = click.option(
    "--interpreter",
    type=click.Choice(NAMES),
    default="cpython",
    show_default=True,
    help="What runs the terminal; micropython32 has an ESP32's word size.",
)


def words(name: str) -> list[str]:
    """Return the words that start an interpreter. Raises SetupError when it is not on this machine."""
    if name == "cpython":
        return [sys.executable]
    launcher = ROOT / ".cache" / "bin" / name
    if not os.access(launcher, os.X_OK):
        raise SetupError(f"{name} is not here; to have it: python3 -m tools.setup --test")
    return [str(launcher)]


def environment(import_path: Path = ROOT) -> dict[str, str]:
    """Return the environment in which either kind of interpreter finds the project's rooms."""
    return {**os.environ, "MICROPYPATH": f".frozen:{import_path}", "PYTHONPATH": str(import_path)}
