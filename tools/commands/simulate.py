"""`kilotap simulate`: plays a scenario in one process with virtual time.

It does not know how the story goes on; that is emulator/simulation, here or in a MicroPython of its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from emulator import scenario
from tools.commands import interpreters, output, story
from tools.setup.ground import ROOT

EXAMPLES = """\b
Examples:
  kilotap simulate tests/scenarios/evening.toml
  kilotap simulate tests/scenarios/evening.toml --seed 8 --json result.json
  kilotap simulate tests/scenarios/evening.toml --interpreter micropython32 --json -
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False))
@interpreters.option
@click.option("--seed", type=click.IntRange(0), help="Decide what the story leaves open in another way.")
@click.option("-o", "--json", "json_target", metavar="OUT", help="Write the result as JSON; - is stdout.")
def simulate(file: str, interpreter: str, seed: int | None, json_target: str | None) -> int:
    """Play a scenario in one process with virtual time.

    Exits with 0 when the story ran to its end with no invariant violated, with 1 when one was.
    """
    told = scenario.read(file)
    output.try_out(json_target)
    if seed is not None:
        told["seed"] = seed
    teller = story.Teller(story.receipts_stream(json_target))
    if interpreter == "cpython":
        _play_here(told, teller.take)
    else:
        _play_apart(told, interpreter, teller.take)
    return teller.conclude(json_target)


def _play_here(told: dict, take: Callable[[dict], None]) -> None:
    from emulator.simulation import play
    from emulator.soak.watch import Watch
    from tools.commands.fast_craft import FastCraft

    play.play(told, take, FastCraft(), watch=Watch)


def _play_apart(told: dict, interpreter: str, take: Callable[[dict], None]) -> None:
    """Play in a MicroPython: it reads the story as a file and prints one event a line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.json"
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        words = [*interpreters.words(interpreter), "-m", "emulator.simulation", str(path)]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=interpreters.environment()
        ) as player:
            for line in player.stdout or ():
                if line.startswith("{"):
                    take(json.loads(line))
                else:
                    # A MicroPython prints its stack traces to stdout.
                    print(line, end="", file=sys.stderr)
