"""`kilotap meter read` and `watch`: show what a meter says, once or again and again.

It does not know how a meter is asked.
"""

import asyncio
import sys
import time
from typing import Any

import click

from firmware.errors import MeteringError, MeterRefused
from firmware.metering import models
from tools.commands import output
from tools.commands.finite import Finite
from tools.commands.meter_line import check_model, on_line, taken
from tools.metering import table
from tools.metering.line import Line, document_of


@click.command()
@on_line
@click.option("--fuse", "fuse_a", type=click.IntRange(1, 1000), help="The fuse's rating, in ampere a phase.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def read(fuse_a: int | None, as_json: bool, **given: Any) -> None:
    """Read a meter once."""
    model, settings = taken(given)
    line = Line(settings)
    now = asyncio.run(_read(line, model))
    if as_json:
        output.emit(now)
    else:
        print("\n".join(table.lines(now, fuse_a)))


async def _read(line: Line, model: models.Model) -> dict:
    serial = await _number(line, model)
    return document_of(model, serial, await line.reading(model))


async def _number(line: Line, model: models.Model) -> str | None:
    """Return the meter's serial number, None where it has none; one that refuses that alone, and does not say
    that it is another model, is read all the same.
    """
    is_trusted = await check_model(line, model)
    try:
        return await line.serial(model)
    except MeterRefused as error:
        if not is_trusted:
            raise
        # What refuses its energy, too, is another meter.
        await line.reading(model)
        told = f"no serial number: {error.__cause__ or error}; a terminal takes no {model.name} without one"
        print(f"kilotap: {told}", file=sys.stderr)
        return None


@click.command()
@on_line
@click.option("--fuse", "fuse_a", type=click.IntRange(1, 1000), help="The fuse's rating, in ampere a phase.")
@click.option("--every", "every_s", type=Finite(0.05, 3600), default=2.0, show_default=True)
@click.option("--count", type=click.IntRange(1), help="Stop after so many readings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value a line and reading.")
def watch(fuse_a: int | None, every_s: float, count: int | None, as_json: bool, **given: Any) -> None:
    """Show a meter's live values until Ctrl-C, with what is over the fuse or out of balance."""
    model, settings = taken(given)
    line = Line(settings)

    async def run() -> None:
        serial = await _number(line, model)
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
