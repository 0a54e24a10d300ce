"""`kilotap soak`: plays random stories of terminals and says whether every promise was kept.

It does not know stories and promises; those are emulator/soak.
"""

import sys
import time
from pathlib import Path

import click

from emulator.soak import playing, scenario_text
from emulator.soak.faults.standard import LEVELS
from emulator.soak.shrink import shrink
from tools import outputs
from tools.commands import output
from tools.commands.fast_craft import FastCraft
from tools.commands.finite import Finite

EXAMPLES = """\b
Examples:
  kilotap soak
  kilotap soak --seed 17 --sessions 20000 --faults heavy
  kilotap soak --seed 1 --years 100 --json soak.json

A seed makes one story; one after another they are played until there were as many sessions, or years.
The same seed plays the same story and leaves the same ledger, byte for byte.
"""
YEAR_MS = 365 * 86_400_000
PROGRESS_S = 10


@click.command(epilog=EXAMPLES)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The first seed.")
@click.option("--sessions", type=click.IntRange(1), help="Play at least so many charging sessions (500).")
@click.option("--years", type=Finite(0, min_open=True), help="Play at least so many terminal-years.")
@click.option(
    "--faults", type=click.Choice(LEVELS), default="heavy", show_default=True, help="How much fails."
)
@click.option("-o", "--json", "json_target", metavar="OUT", help="Write the figures as JSON; - is stdout.")
def soak(seed: int, sessions: int | None, years: float | None, faults: str, json_target: str | None) -> int:
    """Play years of terminals' lives from a seed, with faults, and check every promise after every step.

    Exits with 1 at the first violation, says with which command it comes again, and leaves a short scenario
    that shows it.
    """
    if sessions and years:
        raise click.UsageError("give either --sessions or --years")
    output.try_out(json_target)
    sums = _Sums(seed, faults)
    while not sums.violated and not _is_enough(sums, sessions or (0 if years else 500), years or 0):
        sums.add(playing.play(playing.told(sums.next_seed, faults), FastCraft()))
    story = _shortened(sums) if sums.violated else None
    if json_target != "-":
        # First, so that it is said whatever becomes of the file.
        click.echo(sums.sentence())
    if json_target:
        output.emit({**sums.figures(), "story": story}, json_target)
    return 1 if sums.violated else 0


def _is_enough(sums: "_Sums", sessions: int, years: float) -> bool:
    return sums.stories > 0 and sums.sessions >= sessions and sums.elapsed_ms >= years * YEAR_MS


class _Sums:
    """Adds up what was played."""

    def __init__(self, seed: int, faults: str):
        self.seed, self.faults = seed, faults
        self.next_seed = seed
        self.stories = self.sessions = self.records = self.checked = self.elapsed_ms = 0
        self.left_to_people = self.forgotten = 0
        self.violated: list[str] = []
        self.ledgers: list[str] = []
        self._told_s = time.monotonic()

    def add(self, played: playing.Played) -> None:
        """Add a story, and say now and then how far it has come."""
        self.stories += 1
        self.next_seed += 1
        self.sessions += played.sessions
        self.records += played.records
        self.checked += played.checked
        self.left_to_people += played.left_to_people
        self.forgotten += played.forgotten
        self.elapsed_ms += played.elapsed_ms
        self.violated = played.violated
        self.ledgers.append(played.ledger)
        if time.monotonic() - self._told_s >= PROGRESS_S:
            self._told_s = time.monotonic()
            print(self.sentence(), file=sys.stderr, flush=True)

    def last_seed(self) -> int:
        """Return the seed of the newest story, the one that failed where one did."""
        return self.next_seed - 1

    def replay(self) -> str | None:
        """Return the command that plays the story which failed."""
        if not self.violated:
            return None
        return f"kilotap soak --seed {self.last_seed()} --sessions 1 --faults {self.faults}"

    def figures(self) -> dict:
        """Return what the JSON says."""
        return {
            "seed": self.seed,
            "faults": self.faults,
            "stories": self.stories,
            "sessions": self.sessions,
            "records": self.records,
            "left_to_people": self.left_to_people,
            "forgotten": self.forgotten,
            "years": round(self.elapsed_ms / YEAR_MS, 3),
            "ledgers": self.ledgers,
            "invariants": {"checked": self.checked, "violated": self.violated},
            "failing_seed": self.last_seed() if self.violated else None,
            "replay": self.replay(),
        }

    def sentence(self) -> str:
        """Return one line for people."""
        played = f"{self.sessions} sessions of {self.stories} stories, {self.elapsed_ms / YEAR_MS:.2f} years"
        verdict = "VIOLATED: " + "; ".join(self.violated) if self.violated else "no violation"
        left = f"; {self.left_to_people} left to people, for a meter that lied" if self.left_to_people else ""
        lost = f"; {self.forgotten} ended where a disk lost records without a trace" if self.forgotten else ""
        return f"{played}, seeds {self.seed} to {self.last_seed()}: {verdict}{left}{lost}"


def _shortened(sums: _Sums) -> str | None:
    """Say how the failure comes again, and leave a short scenario that shows it; return its name."""
    seed = sums.last_seed()
    print(f"seed {seed} fails; play it again with: {sums.replay()}", file=sys.stderr)
    for story in playing.told(seed, sums.faults):
        if not _fails(story):
            continue
        print("looking for a short story of it …", file=sys.stderr, flush=True)
        short = shrink(story, _fails)
        path = Path(f"soak-{seed}.toml")
        try:
            outputs.write_all(scenario_text.files(short, path))
        except OSError as error:
            print(f"the short story cannot be written: {error.filename}: {error.strerror}", file=sys.stderr)
            return None
        told = f"{len(short['steps'])} of {len(story['steps'])} steps show it: kilotap simulate {path}"
        print(told, file=sys.stderr)
        return str(path)
    print("it takes all terminals of the story together, which no scenario can tell", file=sys.stderr)
    return None


def _fails(story: dict) -> str | None:
    violated = playing.play([story], FastCraft()).violated
    return violated[0] if violated else None
