"""Measures how many sessions without faults the simulation plays in a second of one core.

It does not know the sessions' story: that is the heap's, with as long a time between its taps as is given.
"""

import time

from emulator.simulation import play
from tools.benchmarks import memory
from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, Figures, figures_of
from tools.commands.fast_craft import FastCraft

# The fewest sessions of a round, and so many of ten minutes, which take longer.
SHORT, QUICK_SHORT = 1000, 200
LONG, QUICK_LONG = 200, 40
SHORT_MS, LONG_MS = 10_000, 600_000
# The step of the second tap.
ENDS = 2


def short(is_quick: bool) -> Figures:
    """Return the sessions a second: plug, tap, ten seconds with a reading every two, tap, receipt, unplug."""
    return _rates(QUICK_SHORT if is_quick else SHORT, SHORT_MS, is_quick)


def long(is_quick: bool) -> Figures:
    """Return the same of sessions of ten minutes, each of 300 readings with their prices and screens."""
    return _rates(QUICK_LONG if is_quick else LONG, LONG_MS, is_quick)


def _rates(sessions: int, duration_ms: int, is_quick: bool) -> Figures:
    rates = []
    for _ in range(QUICK_ROUNDS if is_quick else ROUNDS):
        told = memory.told(sessions)
        told["steps"][ENDS]["after_ms"] = duration_ms
        began_s = time.process_time()
        play.play(told, lambda event: None, FastCraft())
        rates.append(sessions / (time.process_time() - began_s))
    return figures_of(rates)
