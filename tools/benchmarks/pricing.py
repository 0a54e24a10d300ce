"""Measures pricing: live updates early and late, a day of readings, and what a tariff holds in memory.

It does not know prices. Every reading is added and its live price asked for, as the terminal does.
"""

import itertools
import subprocess
import time
from fractions import Fraction

from firmware.crypto import jsontext
from firmware.pricing import calendar
from firmware.pricing.engine import Engine
from firmware.pricing.tariff import Tariff, parse
from tools.benchmarks import pricing_tariff
from tools.benchmarks.measuring import CannotRun, Figures, compare, figures_of, timed
from tools.commands import interpreters
from tools.setup.ground import ROOT, SetupError

ELEMENTS = 20
EARLY, LATE, UPDATES = 10, 100_000, 20
MINUTES = 1440
PAIRS, QUICK_PAIRS = 200, 50
DAYS, QUICK_DAYS = 10, 4
ZONE = calendar.Zone(pricing_tariff.ZONE)


def live_growth(is_quick: bool) -> Figures:
    """Compare live updates after 100,000 readings, one a second, with those after 10."""
    tariff = _tariff()
    late = _engine(tariff)
    _read(late, _seconds(0, LATE))
    begins = itertools.count(LATE, UPDATES)

    def early() -> float:
        session = _engine(tariff)
        _read(session, _seconds(0, EARLY))
        return _read(session, _seconds(EARLY, EARLY + UPDATES))

    def subject() -> float:
        begin = next(begins)
        return _read(late, _seconds(begin, begin + UPDATES))

    return compare(subject, early, QUICK_PAIRS if is_quick else PAIRS, is_quick)


def day(is_quick: bool) -> Figures:
    """Compare a day of readings, its live prices and its bill, with a bare loop of fractions."""
    tariff = _tariff()
    prices = [element.components[0].price for element in tariff.elements]
    # The last element prices what the hours before it leave over.
    numbers = [
        (Fraction(150, 1000), Fraction(*prices[min(minute // 60, ELEMENTS - 1)])) for minute in range(MINUTES)
    ]

    def subject() -> None:
        session = _engine(tariff)
        for minute in range(1, MINUTES + 1):
            session.add(minute * 60_000, minute * 150, 9000, 13000)
            session.gross_minor()
        session.bill()

    def bare() -> None:
        total = Fraction()
        for energy_kwh, price in numbers:
            total += energy_kwh * price

    return compare(timed(subject), timed(bare), QUICK_DAYS if is_quick else DAYS, is_quick)


def heap(is_quick: bool) -> Figures:
    """Return what 50 elements and an engine that priced a day hold on 32-bit MicroPython, in KB."""
    held = [size for name, size in memory() if name == "held"]
    return figures_of([size / 1024 for size in held])


def memory() -> list[tuple[str, int]]:
    """Return what is told of memory, in bytes: what is held, then what each update of two days allocates."""
    try:
        interpreter = interpreters.words("micropython32")
    except SetupError as error:
        raise CannotRun(str(error)) from error
    words = [*interpreter, "-X", "heapsize=4m", "-m", "tools.benchmarks.pricing_memory"]
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, cwd=ROOT, env=interpreters.environment()
    )
    told = [line.split() for line in done.stdout.splitlines()]
    return [(name, int(size)) for name, size in told]


def _tariff() -> Tariff:
    return parse(jsontext.parse(pricing_tariff.written(ELEMENTS)))


def _engine(tariff: Tariff) -> Engine:
    return Engine(tariff, ZONE, pricing_tariff.START_UTC_S)


def _seconds(begin: int, end: int) -> list[tuple[int, int]]:
    """Return (elapsed ms, energy Wh), made beforehand: to make large numbers takes longer, too."""
    return [(second * 1000, second * 3) for second in range(begin, end)]


def _read(session: Engine, readings: list[tuple[int, int]]) -> float:
    """Take readings and return how long that took."""
    began_s = time.perf_counter()
    for elapsed_ms, energy_wh in readings:
        session.add(elapsed_ms, energy_wh, 11000, 16000)
        session.gross_minor()
    return time.perf_counter() - began_s
