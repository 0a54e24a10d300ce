"""`kilotap benchmark`: runs benchmarks and says whether they keep their bounds.

It does not know what they measure; that is tools/benchmarks.
"""

import sys

import click

from tools.benchmarks.catalogue import BENCHMARKS
from tools.benchmarks.measuring import Benchmark, CannotRun
from tools.commands import output

NAMES = tuple(benchmark.name for benchmark in BENCHMARKS)
EXAMPLES = """\b
Examples:
  kilotap benchmark
  kilotap benchmark append append-sqlite --quick
  kilotap benchmark --json
"""


@click.command(epilog=EXAMPLES + "\n\b\nBenchmarks: " + ", ".join(NAMES))
@click.argument("names", nargs=-1, metavar="[NAME]...", type=click.Choice(NAMES))
@click.option("--quick", is_flag=True, help="Fewer and shorter rounds: for a first look, not for a record.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON value.")
def benchmark(names: tuple[str, ...], quick: bool, as_json: bool) -> int:
    """Measure against yardsticks that run interleaved; print the median with minimum and maximum.

    Exits with 1 when a bound does not hold. One that cannot run here is listed with the reason.
    """
    found = []
    for known in BENCHMARKS:
        if names and known.name not in names:
            continue
        print(f"running {known.name} …", file=sys.stderr, flush=True)
        result = measured(known, quick)
        found.append(result)
        if not as_json:
            print(told(result), flush=True)
    if as_json:
        output.emit(found)
    return 1 if any(result["holds"] is False for result in found) else 0


def measured(known: Benchmark, quick: bool) -> dict:
    """Run a benchmark and return its figures as the page lists them."""
    listed = {"unit": known.unit, "yardstick": known.yardstick, "bound": known.bound}
    try:
        figures = known.run(quick)
    except CannotRun as reason:
        nothing = {"ratio": None, "min": None, "max": None, "runs": 0}
        return {"name": known.name, **nothing, **listed, "holds": None, "why": str(reason)}
    measures = {
        "ratio": round(figures.ratio, 3),
        "min": round(figures.lowest, 3),
        "max": round(figures.highest, 3),
        "runs": figures.runs,
    }
    return {"name": known.name, **measures, **listed, "holds": known.holds(figures.ratio)}


def told(result: dict) -> str:
    """Return a line for people."""
    if result["ratio"] is None:
        return f"{result['name']:20} cannot run here: {result['why']}"
    span = f"{result['ratio']} (from {result['min']} to {result['max']}, {result['runs']} runs)"
    verdict = "holds" if result["holds"] else "DOES NOT HOLD"
    return f"{result['name']:20} {span} {result['unit']}; bound {result['bound']:g}: {verdict}"
