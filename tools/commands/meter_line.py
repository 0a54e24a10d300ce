"""The options by which commands of `kilotap meter` are told with which meter they speak, and how.

It does not know what they do with it.
"""

import sys
from collections.abc import Callable
from typing import Any

import click

from firmware.metering import models
from tools.metering import configured
from tools.metering.line import Line, Settings, find_model

PARITIES = ("N", "E", "O")


def _configure(ctx: click.Context, option: click.Parameter, path: str | None) -> configured.Configured | None:
    """Let a configuration stand for the options that are not given."""
    if path is None:
        return None
    found = configured.read(path)
    ctx.default_map = found.options
    return found


def on_line(command: Callable[..., Any]) -> Callable[..., Any]:
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


def taken(given: dict[str, Any]) -> tuple[models.Model, Settings]:
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


async def check_model(line: Line, model: models.Model) -> bool:
    """Refuse a meter of another model, warn of one that is not known; return whether nothing is wrong."""
    warning = await line.check_model(model)
    if warning:
        print(f"kilotap: {warning}", file=sys.stderr)
    return warning is None
