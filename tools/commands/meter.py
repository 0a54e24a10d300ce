"""`kilotap meter`: finds, reads, watches, records and exchanges energy meters.

It does not know frames and registers; those are in firmware/metering, and the work in tools/metering.
"""

import asyncio
import json
import math
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from firmware.errors import BoardError, MeteringError
from firmware.metering import maps, models
from hal.common.rtu_bus import RtuBus
from hal.common.tcp_bus import open_tcp_bus
from hal.linux.serial_port import SerialPort
from tools.commands import output
from tools.commands.examples import ExampledGroup
from tools.metering import capture, configured, exchange, map_document, replay, table
from tools.metering import scan as scanning
from tools.metering.line import Bus, Line, PortFailed, Settings, document_of, find_model, map_text

EXAMPLES = """\b
Examples:
  kilotap meter models
  kilotap meter models abb-b23
  kilotap meter models abb-b23 --json > acme-m1.json
  kilotap meter scan --port /dev/ttyUSB0
  kilotap meter read --model eastron-sdm630 --port /dev/ttyUSB0 --unit 1 --json
  kilotap meter read --model abb-b23 --port tcp://192.0.2.7:502
  kilotap meter watch --model acme-m1.json --port /dev/ttyUSB0 --fuse 32
  kilotap meter watch --config /etc/kilotap/terminal.json --count 10
  kilotap meter record --model abb-b23 --port /dev/ttyUSB0 --out abb.capture --count 100
  kilotap meter play abb.capture --model abb-b23 --json
  kilotap meter replace --config /etc/kilotap/terminal.json

\b
A model is a name of `kilotap meter models`, or a JSON file with a register map of
your own (docs/meters.md). A port is a device, or tcp://HOST:PORT for Modbus TCP.
With --config a terminal's settings stand for what is not given: meter_model or
meter_map, meter_port, meter_unit, meter_baud, meter_parity, meter_timeout_ms,
meter_idle_ms and fuse_a. Stop the terminal first: a serial line has one master.
"""
PARITIES = ("N", "E", "O")
BAUDS = (9600, 19200, 38400, 57600, 115200, 4800, 2400, 1200)


def _configure(ctx: click.Context, option: click.Parameter, path: str | None) -> configured.Configured | None:
    """Let a configuration stand for the options that are not given."""
    if path is None:
        return None
    found = configured.read(path)
    ctx.default_map = found.options
    return found


class Seconds(click.FloatRange):
    """A time: `nan` is in no range, and passes for being in each."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is no time; give seconds", param, ctx)
        return seconds


def _on_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that speaks with one meter."""
    options = (
        click.option(
            "--config",
            "configured",
            callback=_configure,
            is_eager=True,
            help="A terminal's configuration: what it says of its meter is what is not given here.",
        ),
        click.option("--model", "model_name", help="A model's name, or a map's JSON file."),
        click.option("--port", help="A device, or tcp://HOST:PORT."),
        click.option("--unit", type=click.IntRange(1, 247), default=1, show_default=True),
        click.option("--baud", type=click.IntRange(1200, 115200), default=9600, show_default=True),
        click.option("--parity", type=click.Choice(PARITIES), default="N", show_default=True),
        click.option("--timeout-ms", type=click.IntRange(20, 10000), default=500, show_default=True),
        click.option("--idle-ms", type=click.IntRange(0, 5000), default=20, show_default=True),
        click.option("--tries", type=click.IntRange(1, 100), default=3, show_default=True),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _meter(given: dict[str, Any]) -> tuple[models.Model, Settings]:
    """Take from what is given which meter a command speaks with, and how. Raises UsageError."""
    config, model_name, port = given.pop("configured"), given.pop("model_name"), given["port"]
    if model_name is None and config is None:
        raise click.UsageError("give the meter's --model and --port, or the --config of its terminal")
    if port is None and config is not None:
        raise click.UsageError(
            f"{config.path}: meter_port: {config.port} is on the {config.board} itself; give the --port that "
            "the meter is at here"
        )
    if port is None:
        raise click.UsageError("give the --port that the meter is at, or the --config of its terminal")
    names = ("port", "unit", "baud", "parity", "timeout_ms", "idle_ms", "tries")
    line = Settings(**{name: given.pop(name) for name in names})
    return config.model if model_name is None else find_model(model_name), line


@click.group(cls=ExampledGroup, epilog=EXAMPLES)
def meter() -> None:
    """Find, read, watch, record and exchange energy meters."""


@meter.command("models")
@click.argument("model_name", metavar="[MODEL]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, or the map of MODEL as JSON.")
def models_(model_name: str | None, as_json: bool) -> None:
    """List the built-in models, or show the register map of one: of a MODEL by its name, or of your own (a
    JSON file, which is checked).

    Shows the requests of a poll and the maker's document that the registers were taken from. With --json the
    map of a MODEL comes as a file that you may copy and change.
    """
    if model_name is None:
        known = [models.find(name) for name in maps.names()]
        if as_json:
            output.emit([_summary(model) for model in known])
        for model in known if not as_json else ():
            print("\n".join(_introduced(model)))
        return
    model, text = find_model(model_name), map_text(model_name)
    if as_json:
        print(json.dumps(map_document.document(model.name, text), indent=2, ensure_ascii=False))
    else:
        print("\n".join([*_introduced(model), *map_document.lines(text)]))


def _summary(model: models.Model) -> dict[str, Any]:
    return {
        "model": model.name,
        "phases": model.phases,
        "max_a": model.max_a or None,
        "reads": [list(read) for read in model.plan],
        "serial": model.serial_plan is not None,
        "source": model.source,
    }


def _introduced(model: models.Model) -> list[str]:
    reads = ", ".join("%d:%04X+%d" % read for read in model.plan)
    phases = f"{model.phases} phase{'s' if model.phases > 1 else ' '}"
    rated = f"{model.max_a:>3} A" if model.max_a else "     "
    return [f"{model.name:<22}{phases}  {rated}  {reads}", f"{'':<22}{model.source}"]


@meter.command()
@_on_line
@click.option("--fuse", "fuse_a", type=click.IntRange(1, 1000), help="The fuse's rating, in ampere a phase.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def read(fuse_a: int | None, as_json: bool, **given: Any) -> None:
    """Read a meter once."""
    model, settings = _meter(given)
    line = Line(settings)
    now = asyncio.run(_read(line, model))
    if as_json:
        output.emit(now)
    else:
        print("\n".join(table.lines(now, fuse_a)))


async def _check_model(line: Line, model: models.Model) -> None:
    """Refuse a meter of another model, and warn of one that is not known."""
    warning = await line.check_model(model)
    if warning:
        print(f"kilotap: {warning}", file=sys.stderr)


async def _read(line: Line, model: models.Model) -> dict:
    await _check_model(line, model)
    return document_of(model, await line.serial(model), await line.reading(model))


@meter.command()
@_on_line
@click.option("--fuse", "fuse_a", type=click.IntRange(1, 1000), help="The fuse's rating, in ampere a phase.")
@click.option("--every", "every_s", type=Seconds(0.05, 3600), default=2.0, show_default=True)
@click.option("--count", type=click.IntRange(1), help="Stop after so many readings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value a line and reading.")
def watch(fuse_a: int | None, every_s: float, count: int | None, as_json: bool, **given: Any) -> None:
    """Show a meter's live values until Ctrl-C, with what is over the fuse or out of balance."""
    model, settings = _meter(given)
    line = Line(settings)

    async def run() -> None:
        await _check_model(line, model)
        serial = await line.serial(model)
        shown = 0
        while count is None or shown < count:
            if shown:
                await asyncio.sleep(every_s)
            shown += 1
            try:
                now = document_of(model, serial, await line.reading(model))
            except MeteringError as error:
                print(f"kilotap: {error}", file=sys.stderr)
                continue
            if as_json:
                output.emit(now)
                sys.stdout.flush()
                continue
            if sys.stdout.isatty():
                click.clear()
            print("\n".join([time.strftime("%H:%M:%S"), *table.lines(now, fuse_a)]), flush=True)

    asyncio.run(run())


@meter.command()
@click.option("--port", required=True, help="A device, or tcp://HOST:PORT.")
@click.option("--units", default="1-10", show_default=True, help="A unit, or the first and the last.")
@click.option("--baud", "bauds", type=click.IntRange(1200, 115200), multiple=True, help="Only this speed.")
@click.option("--parity", "parities", type=click.Choice(PARITIES), multiple=True, help="Only this parity.")
@click.option("--timeout-ms", type=click.IntRange(20, 10000), default=150, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def scan(
    port: str, units: str, bauds: tuple[int, ...], parities: tuple[str, ...], timeout_ms: int, as_json: bool
) -> int:
    """Look for meters at every speed, parity and unit, and guess their models.

    Exits with 1 when nothing answers. Ctrl-C ends it with what was found so far.
    """
    searched = _units(units)
    base = Settings(port, timeout_ms=timeout_ms)
    lines = [
        Line(settings)
        for settings in scanning.places(base, list(bauds or BAUDS), list(parities or PARITIES), searched)
    ]
    found: list[dict] = []
    try:
        with click.progressbar(length=len(lines), label="looking", file=sys.stderr) as bar:
            asyncio.run(_scan(lines, lambda: bar.update(1), found))
    except (KeyboardInterrupt, BoardError):
        # Whoever ends a long search early has seen enough; an adapter may be unplugged in its midst.
        if found:
            _show_found(found, as_json)
        raise
    _show_found(found, as_json)
    if not found:
        print("kilotap: nothing answers; check wires, ends and whether A and B are swapped", file=sys.stderr)
    return 0 if found else 1


def _units(told: str) -> range:
    """Return the units that are told as one, or as the first and the last."""
    found = re.fullmatch("([0-9]{1,3})(?:-([0-9]{1,3}))?", told)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 247:
        raise click.BadParameter("give a unit, or two as 1-247", param_hint="--units")
    return range(first, last + 1)


def _show_found(found: list[dict], as_json: bool) -> None:
    if as_json:
        output.emit(found)
        return
    for place in found:
        where = "%(baud)d baud, parity %(parity)s, unit %(unit)d" % place
        what = " or ".join(place["models"]) or "a model that is not known; try kilotap meter models"
        number = f", number {place['serial']}" if place.get("serial") else ""
        print(f"{where}: {what}{number}")


async def _scan(lines: list[Line], step: Callable[[], None], found: list[dict]) -> None:
    """Look at each place over one port at a time: it is opened anew for each speed and parity.

    Raises PortFailed where nothing was found and the port failed.
    """
    port: SerialPort | None = None
    bus: Bus | None = None
    opened: tuple[int, str] | None = None
    failed: PortFailed | None = None
    for line in lines:
        settings = line.settings
        if settings.port.startswith("tcp://"):
            bus = bus or open_tcp_bus(settings.port)
        elif opened != (settings.baud, settings.parity):
            if port:
                port.close()
            opened = (settings.baud, settings.parity)
            port = SerialPort(settings.port, *opened)
            bus = RtuBus(port, *opened, settings.idle_ms)
        line.bus = bus
        try:
            found += await scanning.look([line], step)
        except PortFailed as error:
            # A gateway may hang up on whoever asks for a unit that it does not know.
            failed = error
            step()
    if failed and not found:
        raise failed


@meter.command()
@_on_line
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="The file to write.")
@click.option("--every", "every_s", type=Seconds(0.05, 3600), default=2.0, show_default=True)
@click.option("--count", type=click.IntRange(1), default=10, show_default=True, help="So many readings.")
def record(out: str, every_s: float, count: int, **given: Any) -> None:
    """Record what passes on a meter's line: seconds, direction, hex; one transmission a line."""
    model, settings = _meter(given)
    head = f"{model.name}, unit {settings.unit}, {settings.baud} baud, parity {settings.parity}"
    writer = capture.Writer(Path(out), head)
    line = Line(settings, writer.write)

    async def run() -> None:
        await _check_model(line, model)
        await line.serial(model)
        for number in range(count):
            if number:
                await asyncio.sleep(every_s)
            await line.reading(model)

    try:
        asyncio.run(run())
    finally:
        writer.close()
    print(f"{count} readings in {out}")


@meter.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--model", "model_name", help="Decode the capture with this model, instead of serving it.")
@click.option("--unit", type=click.IntRange(1, 247), help="With --model: the one of several that are asked.")
@click.option("--seconds", type=Seconds(0), help="Serve for so long; else until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list of readings, with at_s.")
def play(file: str, model_name: str | None, unit: int | None, seconds: float | None, as_json: bool) -> int:
    """Answer on a pseudo-terminal as a capture did (its path is printed), or decode it with --model,
    whoever asked the meter and in which requests.

    Exits with 1 when the capture has no reading of that model.
    """
    passages = capture.read(file)
    if model_name is None:
        asyncio.run(_serve(passages, seconds))
        return 0
    readings = _decoded(passages, find_model(model_name), replay.unit_of(passages, unit))
    if as_json:
        output.emit(readings)
    for reading in readings if not as_json else ():
        print(f"{reading['at_s']:10.3f} s  " + (reading.get("why") or table.short(reading)))
    return 0 if any("why" not in reading for reading in readings) else 1


async def _serve(passages: list[capture.Passage], seconds: float | None) -> None:
    player = capture.Player(passages)
    print(player.path, flush=True)
    await player.serve(seconds)


def _decoded(passages: list[capture.Passage], model: models.Model, unit: int) -> list[dict]:
    decoded: list[dict] = []
    for at_s, serial, found in replay.readings(passages, model, unit):
        told = {"why": str(found)} if isinstance(found, MeteringError) else document_of(model, serial, found)
        decoded.append({"at_s": at_s, **told})
    # Who recorded may have stopped in the middle of a round.
    if len(decoded) > 1 and "why" in decoded[-1] and "why" not in decoded[-2]:
        decoded.pop()
    return decoded


@meter.command()
@click.option("--config", required=True, type=click.Path(exists=True, dir_okay=False), help="The terminal's.")
@click.option(
    "--old-wh", type=click.IntRange(0), help="The old meter's last register, in Wh, as its display shows."
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the record.")
def replace(config: str, old_wh: int | None, yes: bool, as_json: bool) -> None:
    """Take a new meter into service: both registers go into the ledger.

    Stop the terminal, exchange the meter, run this, and start the terminal again. After a power
    cut run it once more: what stands in the ledger already is not written twice.
    """
    from firmware.terminal import checking

    work = exchange.Exchange(checking.read(Path(config).read_bytes()))
    now, warning = asyncio.run(work.read())
    if warning:
        print(f"kilotap: {warning}", file=sys.stderr)
    written = work.written(now, old_wh)
    if written is None:
        written = _exchange(work, now, old_wh, yes)
        said = f"record {written['seq']} says so; the terminal may be started again"
    else:
        said = f"record {written['seq']} has this exchange already; the terminal may be started again"
    print(said, file=sys.stderr if as_json else sys.stdout)
    if as_json:
        output.emit(written)


def _exchange(work: exchange.Exchange, now: dict, old_wh: int | None, yes: bool) -> dict:
    """Ask what is not told, and write the record."""
    work.check(now)
    old, new = work.old_serial or "without a number", now["serial"] or "without a number"
    told = "no meter yet" if work.old_wh is None else f"old meter {old}, last billed at {work.old_wh} Wh"
    print(f"{told}\nnew meter {new}, at {now['energy_wh']} Wh", file=sys.stderr)
    if old_wh is None and work.old_wh is not None and not yes:
        old_wh = click.prompt("the old meter's last register, in Wh", default=work.old_wh, type=int, err=True)
    if not yes:
        click.confirm("write this into the ledger?", abort=True, err=True)
    return asyncio.run(work.write(now, work.old_wh if old_wh is None else old_wh))
