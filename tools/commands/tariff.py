"""`kilotap tariff`: looks at tariffs before anybody charges by them.

It does not know what is wrong with a tariff; that is tools/pricing/lint.
"""

import sys
import time
from typing import Any

import click

from firmware.crypto import canonical
from firmware.errors import PricingError
from firmware.pricing import calendar, ocpp
from tools.commands import output
from tools.pricing import files, foreign, lint

EXAMPLES = """\b
Examples:
  kilotap tariff check tariff.json
  kilotap tariff check answer-of-the-tariffs-endpoint.json --power 150 --json
  kilotap tariff check set-default-tariff.json --evse-kind DC
  kilotap tariff export tariff.json > set-default-tariff.json
"""

evse_kind_option = click.option(
    "--evse-kind",
    type=click.Choice(["AC", "DC"]),
    help="What the charger gives, for OCPP tariffs that ask for it.",
)


@click.group(epilog=EXAMPLES)
def tariff() -> None:
    """Look at tariffs before anybody charges by them."""


def _moment(context: click.Context, parameter: click.Parameter, text: str | None) -> int:
    if text is None:
        return int(time.time())
    try:
        return int(calendar.parse_moment(text)[0])
    except PricingError as error:
        raise click.BadParameter(str(error)) from error


@tariff.command(epilog=EXAMPLES)
@click.argument("file", metavar="T.json", type=click.Path())
@click.option(
    "--power",
    "power_kw",
    metavar="KW",
    type=click.FloatRange(min=0, min_open=True),
    help="The charger's power, for the rule of fast chargers (50 kW and more).",
)
@evse_kind_option
@click.option(
    "--at", "now_s", metavar="MOMENT", callback=_moment, help="Judge validity at a moment; now otherwise."
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON value.")
def check(file: str, power_kw: float | None, evse_kind: str | None, now_s: int, as_json: bool) -> int:
    """Check a tariff of OCPI 2.2.1 or 2.3.0, or of OCPP 2.1.

    The file holds a tariff, a list of them, the answer of an OCPI server ({"data": …}), a CDR with its
    tariffs, or an OCPP request with a tariff in it; all of them are checked.

    \b
    error    the terminal refuses the tariff as a whole
    warning  drivers or operators will be surprised: elements that are never
             used, free charging between restrictions, long steps, no VAT
    note     good to know

    Exits with 1 where a tariff has an error.
    """
    power_w = None if power_kw is None else round(power_kw * 1000)
    documents = files.tariffs(file)
    checked = [(document, lint.check(document, now_s, power_w, evse_kind)) for document in documents]
    holds = not any(finding.level == lint.ERROR for _, findings in checked for finding in findings)
    if as_json:
        told = [
            {"id": files.id_of(one), "findings": [each._asdict() for each in found]} for one, found in checked
        ]
        output.emit({"holds": holds, "tariffs": told})
    else:
        for document, findings in checked:
            _tell(document, findings)
    return 0 if holds else 1


@tariff.command(epilog=EXAMPLES)
@click.argument("file", metavar="T.json", type=click.Path())
@click.option("--tariff-id", metavar="ID", help="Which tariff, where the file has several.")
@evse_kind_option
def export(file: str, tariff_id: str | None, evse_kind: str | None) -> int:
    """Print a tariff as OCPP 2.1 has it (TariffType, JSON): the same price for every session.

    What OCPP cannot say (an end of validity, a step size, a price that is no decimal a minute …) is told with
    its place, and then nothing is printed.
    """
    document, notes = foreign.read(files.tariff(file, tariff_id, {}), evse_kind, file)
    for note in notes:
        print(f"kilotap: {file}: {note}", file=sys.stderr)
    try:
        written = ocpp.export(document)
    except PricingError as error:
        raise PricingError([f"{file}: {problem}" for problem in error.problems]) from error
    print(canonical.encode(written).decode())
    return 0


def _tell(document: dict[str, Any], findings: list[lint.Finding]) -> None:
    """Print the findings of one tariff for people, the worst first."""
    print(f"Tariff {files.id_of(document) or 'without an id'}")
    for finding in findings:
        print(f"  {finding.level:8}{finding.path + ': ' if finding.path else ''}{finding.what}")
    counts = [(level, sum(finding.level == level for finding in findings)) for level in lint.LEVELS]
    told = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts if count)
    print(f"  {told or 'nothing to say'}.")
