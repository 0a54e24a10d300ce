"""Measures how many sessions without faults the simulation plays in a second.

It does not know the sessions' story; that is the heap's.
"""

import time

from emulator.simulation import play
from tools.benchmarks import memory
from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, Figures, figures_of
from tools.commands.fast_craft import FastCraft

SESSIONS, QUICK_SESSIONS = 200, 40


def simulator(is_quick: bool) -> Figures:
    """Return the sessions a second of one core."""
    sessions = QUICK_SESSIONS if is_quick else SESSIONS
    rates = []
    for _ in range(QUICK_ROUNDS if is_quick else ROUNDS):
        told = memory.told(sessions)
        began_s = time.process_time()
        play.play(told, lambda event: None, FastCraft())
        rates.append(sessions / (time.process_time() - began_s))
    return figures_of(rates)
