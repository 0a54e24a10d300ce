"""`kilotap demo`: a charger to play with, from the browser and the keyboard.

It does not know the terminal or the world; it joins emulator/bench and emulator/panel.
"""

import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TextIO

import click

from emulator import scenario
from emulator.bench.office import OwnOffice
from emulator.bench.setup import Bench, Place
from emulator.panel.server import PanelServer
from tools.commands import interpreters
from tools.commands.bench import usual_reader
from tools.commands.demo_driver import Driver
from tools.setup.ground import ROOT

STORY = Path(__file__).with_name("demo.toml")
USER = "demo"
EXAMPLES = """\b
Examples:
  kilotap demo
  kilotap demo --speed 60
  kilotap demo --interpreter micropython --port 8800
"""


@click.command(epilog=EXAMPLES)
@interpreters.option
@click.option("--reader", help="pcsc or pn532; by default PC/SC where its daemon can be had.")
@click.option(
    "--speed", type=click.IntRange(1), default=1, show_default=True, help="Charger seconds a second."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the charger's page; 0 takes a free one."
)
def demo(interpreter: str, reader: str | None, speed: int, port: int) -> int:
    """Play with an emulated charger: plug in, tap a card, charge, tap again, read the receipt.

    Starts a back office, a charger with a meter and a card reader, and the terminal as a process of its own.
    Opens nothing by itself: it says which address to open. Ctrl-C ends all of it.
    """
    ended = threading.Event()
    # A closed window (SIGHUP) leaves nothing running either.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: ended.set())
    with tempfile.TemporaryDirectory(prefix="kilotap-demo-") as folder:
        place = Place(
            folder=Path(folder),
            root=ROOT,
            kilotap=[sys.executable, "-m", "tools"],
            interpreter=interpreters.words(interpreter),
            env=interpreters.environment(),
            reader=reader or usual_reader(interpreter),
            speed=speed,
        )
        _play(place, port, ended)
    return 0


def _play(place: Place, port: int, ended: threading.Event) -> None:
    print("Starting the back office, the charger and its terminal …", flush=True)
    told = scenario.read(STORY)
    told["start_utc_s"] = int(time.time())
    driver = Driver(told, sys.stdout)
    bench = Bench(told, place, driver.watch)
    try:
        bench.terminal.power_on()
        bench.note_processes()
        driver.attach(bench, _login_link(bench))
        page = PanelServer(driver.state, driver.touch, port)
        driver.on_change = page.changed
        try:
            driver.welcome(page.url, sys.stdin.isatty())
            _listen(driver, ended)
        finally:
            page.close()
    finally:
        bench.close()
    print("Everything that the demo started has ended.")


def _login_link(bench: Bench) -> str | None:
    return bench.office.login_link(USER) if isinstance(bench.office, OwnOffice) else None


def _listen(driver: Driver, ended: threading.Event) -> None:
    """Obey what is typed until `quit`, Ctrl-C or SIGTERM; without a terminal on stdin only these end it."""
    if sys.stdin.isatty():
        threading.Thread(target=_read, args=(sys.stdin, driver, ended), daemon=True).start()
    while not ended.wait(0.5):
        driver.look()


def _read(typed: TextIO, driver: Driver, ended: threading.Event) -> None:
    for line in typed:
        if not driver.obey(line):
            break
    ended.set()
