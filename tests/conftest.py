"""Fixtures that several rooms' tests share.

It knows interpreters, and nothing that a room tests.
"""

from pathlib import Path

import pytest

from tests.interpreters import require
from tools.setup.micropython import NAMES


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def micropython(request: pytest.FixtureRequest) -> Path:
    """Give the launcher of each MicroPython in turn."""
    return require(request.param)
