"""Holds what pricing takes of a small board's memory to its bounds, on 32-bit MicroPython.

It does not know how memory is measured; tools/benchmarks does.
"""

from tests.interpreters import require
from tools.benchmarks import pricing

# What a board can spare: for a tariff of 50 elements with its engine, and for an update.
HELD_BYTES = 12 * 1024
UPDATE_BYTES = 1024
BOUNDARY_BYTES = 4096


def test_a_tariff_and_its_engine_fit_and_updates_leave_little_garbage() -> None:
    require("micropython32")
    told = pricing.memory()
    held = [size for name, size in told if name == "held"]
    updates = [size for name, size in told if name == "update"]
    assert len(held) == 1 and held[0] <= HELD_BYTES
    assert len(updates) == 1440
    # The price changes at each of 19 hours, and a reading there and the next one look for what comes.
    ordinary = sorted(updates)[: 1440 - 2 * 20]
    assert ordinary[-1] <= UPDATE_BYTES
    assert max(updates) <= BOUNDARY_BYTES
