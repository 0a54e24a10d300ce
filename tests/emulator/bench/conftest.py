"""Names the mark of tests that start whole processes on real wires.

It knows no test.
"""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "e2e: a terminal, an office and a charger, each a process or a wire of its own"
    )
