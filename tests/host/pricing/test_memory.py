"""Holds what pricing takes of a small board's memory to its bounds, on 32-bit MicroPython.

It does not know how memory is measured; tools/benchmarks does.
"""

from tests.interpreters import require
from tools.benchmarks import pricing

# What a board can spare: for a tariff of 50 elements with its engine, and for an update.
HELD_BYTES = 12 * 1024
UPDATE_BYTES = 1024


def test_a_tariff_and_its_engine_fit_and_every_update_leaves_little_garbage() -> None:
    require("micropython32")
    told = pricing.memory()
    held = [size for name, size in told if name == "held"]
    updates = [size for name, size in told if name == "update"]
    assert len(held) == 1 and held[0] <= HELD_BYTES
    # A day, and one on which the clocks change; the price changes at each of 19 hours, or of 18.
    assert len(updates) == 2 * 1440
    assert sum(size > 0 for size in updates) > 30
    assert max(updates) <= UPDATE_BYTES
