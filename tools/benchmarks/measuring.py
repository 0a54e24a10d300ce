"""What a benchmark is, and how a subject is compared with its yardstick: interleaved, by the median.

It does not know what is measured.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7
QUICK_ROUNDS = 5


class CannotRun(Exception):
    """A reason why a benchmark cannot run on this machine."""


@dataclass
class Figures:
    """The ratios of the rounds, or one figure; `ratio` is the median."""

    ratio: float
    lowest: float
    highest: float
    runs: int


@dataclass
class Benchmark:
    """A benchmark as its page lists it; `run(is_quick)` returns Figures or raises CannotRun."""

    name: str
    run: Callable[[bool], Figures]
    unit: str
    yardstick: str
    bound: float
    at_least: bool = False

    def holds(self, ratio: float) -> bool:
        """Return whether a figure keeps the bound."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound


def compare(
    subject: Callable[[], float], yardstick: Callable[[], float], times: int, is_quick: bool
) -> Figures:
    """Run both in turn, so many times a round, and return the rounds' ratios.

    Each says how long it took. A round's ratio is that of the medians, for either stalls now and then on a
    shared machine. The first turn only warms up.
    """
    subject(), yardstick()
    ratios = []
    for _ in range(QUICK_ROUNDS if is_quick else ROUNDS):
        pairs = [(subject(), yardstick()) for _ in range(times)]
        ours, theirs = zip(*pairs, strict=True)
        ratios.append(statistics.median(ours) / statistics.median(theirs))
    return figures_of(ratios)


def timed(act: Callable[[], object]) -> Callable[[], float]:
    """Make a function that does something and returns how long it took."""

    def run() -> float:
        began_s = time.perf_counter()
        act()
        return time.perf_counter() - began_s

    return run


def figures_of(ratios: list[float]) -> Figures:
    """Return the median of some figures with the lowest and the highest."""
    return Figures(statistics.median(ratios), min(ratios), max(ratios), len(ratios))
