"""`kilotap meter scan`: looks for meters at every speed, parity and unit of a port.

It does not know what a meter's answers tell of it; that is tools/metering/scan.
"""

import asyncio
import re
import sys
from collections.abc import Callable

import click

from firmware.errors import BoardError
from hal.common.rtu_bus import RtuBus
from hal.common.tcp_bus import SCHEME, open_tcp_bus
from hal.linux.serial_port import SerialPort
from tools.commands import output
from tools.commands.meter_line import PARITIES
from tools.metering import scan as scanning
from tools.metering.line import Bus, Line, PortFailed, Settings

BAUDS = (9600, 19200, 38400, 57600, 115200, 4800, 2400, 1200)


@click.command()
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
    except (KeyboardInterrupt, BoardError, PortFailed):
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

    Raises PortFailed where an adapter is gone, and of a network where nothing was found besides.
    """
    port: SerialPort | None = None
    bus: Bus | None = None
    opened: tuple[int, str] | None = None
    failed: PortFailed | None = None
    for line in lines:
        settings = line.settings
        if settings.port.startswith(SCHEME):
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
            if not settings.port.startswith(SCHEME):
                raise
            # A gateway may hang up on whoever asks for a unit that it does not know.
            failed = error
            step()
    if failed and not found:
        raise failed
