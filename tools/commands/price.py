"""`kilotap price`: prices the charging periods of a CDR under a tariff, exactly, and explains every line.

It does not know how; that is firmware/pricing. It holds what the CDR states against what comes out.
"""

import sys

import click

from firmware.errors import PricingError
from firmware.pricing import calendar
from firmware.pricing import cdr as cdrs
from tools.commands import output
from tools.commands.tariff import evse_kind_option
from tools.pricing import differences, files, foreign, table, zones

EXAMPLES = """\b
Examples:
  kilotap price --tariff tariff.json --cdr cdr.json
  kilotap price --tariff tariff.json --cdr cdr.json --explain --timezone Europe/Berlin
  kilotap price --tariff cdr.json --cdr cdr.json --json --check
  kilotap price --tariff answer-of-the-hub.json --tariff-id DE-AC-1 --cdr cdr.json \\
      --timezone CET-1CEST,M3.5.0,M10.5.0/3

\b
What the files may hold:
  --tariff  a tariff of OCPI 2.2.1 or 2.3.0 or of OCPP 2.1, a list of them, the
            answer of an OCPI server ({"data": …}), an OCPP request with a
            tariff in it, or a CDR, whose own tariffs are taken. Of several, that
            of --tariff-id, or else the one that the CDR names.
  --cdr     a CDR of OCPI 2.2.1 or 2.3.0, a list of them, or the answer of a
            server. Of several, that of --cdr-id.
"""


def _zone(context: click.Context, parameter: click.Parameter, text: str) -> calendar.Zone:
    return zones.find(text)


@click.command(epilog=EXAMPLES)
@click.option(
    "--tariff", "tariff_file", metavar="T.json", type=click.Path(), required=True, help="The tariff."
)
@click.option("--cdr", "cdr_file", metavar="C.json", type=click.Path(), required=True, help="The CDR.")
@click.option("--tariff-id", metavar="ID", help="Which tariff, where the file has several.")
@click.option("--cdr-id", metavar="ID", help="Which CDR, where the file has several.")
@click.option(
    "--timezone",
    "zone",
    metavar="TZ",
    default="UTC",
    show_default=True,
    callback=_zone,
    help=f"Where it was charged: an IANA name ({zones.SOURCE}) or a POSIX TZ string.",
)
@evse_kind_option
@click.option(
    "--payment-brand", metavar="NAME", help="What paid, such as Visa, for conditions of OCPP on it."
)
@click.option("--payment-recognition", metavar="NAME", help="Of what kind it was, such as Debit.")
@click.option("--json", "as_json", is_flag=True, help="Print the price as one JSON value.")
@click.option("--explain", is_flag=True, help="Print every line with its reason; on stderr beside --json.")
@click.option(
    "--check", is_flag=True, help="Exit with 1 where a total of the CDR differs beyond the rounding."
)
def price(
    tariff_file: str,
    cdr_file: str,
    tariff_id: str | None,
    cdr_id: str | None,
    zone: calendar.Zone,
    evse_kind: str | None,
    payment_brand: str | None,
    payment_recognition: str | None,
    as_json: bool,
    explain: bool,
    check: bool,
) -> int:
    """Price the charging periods of a CDR under a tariff, exactly.

    The tariff is used as it is, whatever its validity and the periods' tariff_id say. Exact values are
    decimals where they end, fractions p/q otherwise. What the CDR states is compared with the exact values:
    "difference" is stated less computed, and within the rounding it is less than one minor unit, a Wh, or
    3.6 s. A CDR does not say how it was paid: conditions of OCPP on that hold where the options say it.
    """
    cdr_document = files.cdr(cdr_file, cdr_id)
    tariff_document = files.tariff(tariff_file, tariff_id, cdr_document)
    parsed, notes = foreign.read(tariff_document, evse_kind, tariff_file)
    for note in notes:
        print(f"kilotap: {tariff_file}: {note}", file=sys.stderr)
    if cdr_document.get("currency") not in (None, parsed.currency):
        stated = f"/currency: the CDR is in {cdr_document['currency']}, the tariff in {parsed.currency}"
        raise files.FileProblem(f"{cdr_file}: {stated}; name the tariff that it was charged by")
    try:
        priced = cdrs.price(parsed, cdr_document, zone, (payment_brand, payment_recognition))
    except PricingError as error:
        raise PricingError([f"{cdr_file}: {problem}" for problem in error.problems]) from error
    found = differences.find(cdr_document, priced)
    if found:
        priced["differences"] = found
    if as_json:
        output.emit(priced)
    if explain or not as_json:
        said = table.write(priced, parsed, zone, explain)
        print(said, file=sys.stderr if as_json else sys.stdout)
    return 1 if check and not differences.hold(found) else 0
