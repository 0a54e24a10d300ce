"""`kilotap meter models`: lists the models that are known, and shows the register map of one.

It does not know how a map is read or checked.
"""

import json
from typing import Any

import click

from firmware.metering import maps, models
from tools.commands import output
from tools.metering import map_document
from tools.metering.line import find_model, map_text


@click.command("models")
@click.argument("model_name", metavar="[MODEL]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, or the map of MODEL as JSON.")
def known(model_name: str | None, as_json: bool) -> None:
    """List the built-in models, or show the register map of one: of a MODEL by its name, or of your own (a
    JSON file, which is checked).

    Shows the requests of a poll and the maker's document that the registers were taken from. With --json the
    map of a MODEL comes as a file that you may copy and change.
    """
    if model_name is None:
        built_in = [models.find(name) for name in maps.names()]
        if as_json:
            output.emit([_summary(model) for model in built_in])
        for model in built_in if not as_json else ():
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
