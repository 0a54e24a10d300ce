"""What a benchmark is, and how a subject is compared with its yardstick: interleaved, by the median.

It does not know what is measured.
"""

import statistics
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


def compare(subject: Callable[[], float], yardstick: Callable[[], float], is_quick: bool) -> Figures:
    """Run both in turn and return the ratios of what they say they took; the first round only warms up."""
    subject(), yardstick()
    ratios = []
    for number in range(QUICK_ROUNDS if is_quick else ROUNDS):
        # Who begins changes, so that neither always runs on the other's leftovers.
        if number % 2:
            measured = yardstick()
            ratios.append(subject() / measured)
        else:
            measured = subject()
            ratios.append(measured / yardstick())
    return figures_of(ratios)


def figures_of(ratios: list[float]) -> Figures:
    """Return the median of some figures with the lowest and the highest."""
    return Figures(statistics.median(ratios), min(ratios), max(ratios), len(ratios))
