"""`kilotap meter record` and `play`: keep what passes on a meter's line, and answer or decode by it.

It does not know the form of a capture; that is tools/metering/capture.
"""

import asyncio
from pathlib import Path
from typing import Any

import click

from firmware.errors import MeteringError
from firmware.metering import models
from tools.commands import output
from tools.commands.finite import Finite
from tools.commands.meter_line import check_model, on_line, taken
from tools.metering import capture, replay, table
from tools.metering.line import Line, document_of, find_model


@click.command()
@on_line
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="The file to write.")
@click.option("--every", "every_s", type=Finite(0.05, 3600), default=2.0, show_default=True)
@click.option("--count", type=click.IntRange(1), default=10, show_default=True, help="So many readings.")
def record(out: str, every_s: float, count: int, **given: Any) -> None:
    """Record what passes on a meter's line: seconds, direction, hex; one transmission a line."""
    model, settings = taken(given)
    head = f"{model.name}, unit {settings.unit}, {settings.baud} baud, parity {settings.parity}"
    writer = capture.Writer(Path(out), head)
    line = Line(settings, writer.write)

    async def run() -> None:
        await check_model(line, model)
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


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--model", "model_name", help="Decode the capture with this model, instead of serving it.")
@click.option("--unit", type=click.IntRange(1, 247), help="With --model: the one of several that are asked.")
@click.option("--seconds", type=Finite(0), help="Serve for so long; else until Ctrl-C.")
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
