"""`kilotap bench`: plays a scenario over real wires, the terminal in a process of its own.

It does not know how the bench is built; that is emulator/bench.
"""

import importlib.util
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from emulator import scenario
from emulator.bench.player import Player
from emulator.bench.setup import Place
from emulator.bench.wires import ANY_READER
from tools.commands import interpreters, output, story
from tools.setup.ground import ROOT

EXAMPLES = """\b
Examples:
  kilotap bench tests/scenarios/tap_and_charge.toml
  kilotap bench tests/scenarios/power_cut.toml --interpreter micropython --reader pn532
  kilotap bench tests/scenarios/tap_and_charge.toml --keep /tmp/bench --speed 60 --json -
  kilotap bench tests/scenarios/meter_hiccups.toml --meter-port tcp
  kilotap bench story.toml --meter-port /dev/ttyUSB0 --reader pcsc:ACR122U
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False))
@interpreters.option
@click.option("--reader", help="pcsc or pn532 (emulated), or a foreign one: pcsc:NAME, pn532:PATH.")
@click.option(
    "--meter-port",
    metavar="P",
    default="rtu",
    show_default=True,
    help="rtu or tcp (emulated), or a foreign one: a device path or tcp://host:502.",
)
@click.option("--office", "office_url", metavar="URL", help="A foreign office, or a proxy before ours.")
@click.option("--ca", "office_ca", type=click.Path(exists=True), help="Its certificate, PEM.")
@click.option("--enrol-code", help="The code with which the terminal becomes known there.")
@click.option(
    "--speed", type=click.IntRange(1), help="Simulated seconds a real second, instead of the story's."
)
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Leave everything in this folder."
)
@click.option("-o", "--json", "json_target", metavar="OUT", help="Write the result as JSON; - is stdout.")
def bench(
    file: str,
    interpreter: str,
    reader: str | None,
    meter_port: str,
    office_url: str | None,
    office_ca: str | None,
    enrol_code: str | None,
    speed: int | None,
    keep: Path | None,
    json_target: str | None,
) -> int:
    """Play a scenario over real wires with a separate terminal process.

    Exits with 0 when the story ran to its end with no invariant violated, with 1 when one was. What is
    foreign is played by the other side: the story's steps for it do nothing here.
    """
    if bool(office_url) != bool(office_ca):
        raise click.UsageError("a foreign office needs both --office and --ca")
    told = scenario.read(file)
    output.try_out(json_target)
    teller = story.Teller(story.receipts_stream(json_target))
    with _ended_by_signals(), _folder(keep) as folder:
        place = Place(
            folder=folder,
            root=ROOT,
            kilotap=[sys.executable, "-m", "tools"],
            interpreter=interpreters.words(interpreter),
            env=interpreters.environment(),
            reader=reader or usual_reader(interpreter),
            speed=speed or told["speed"],
            meter_port=meter_port,
            office_url=office_url,
            office_ca=office_ca,
            enrol_code=enrol_code,
            captures=keep is not None,
        )
        Player(told, place, teller.take).play()
    return teller.conclude(json_target)


def usual_reader(interpreter: str) -> str:
    """Return which emulated reader to take: PC/SC only where the terminal could talk to the daemon."""
    has_pyscard = importlib.util.find_spec("smartcard") is not None
    return ANY_READER if interpreter == "cpython" and has_pyscard else "pn532"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give the folder of the bench; without --keep it is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="kilotap-bench-") as name:
            yield Path(name)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise click.UsageError(
            f"{keep} is not empty; name a new folder, for the ledger of a terminal is its own"
        )
    yield keep.resolve()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed window end the bench as Ctrl-C does: in order, with all that it started."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = [(number, signal.signal(number, interrupt)) for number in (signal.SIGTERM, signal.SIGHUP)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
