"""`kilotap verify`: verifies a receipt, a record, a ledger or an OCMF record as a stranger would.

It does not know how; that is tools/proofs.
"""

import click

from tools.commands import output
from tools.proofs import files, lost, other_forms, trail

EXAMPLES = """\b
Examples:
  kilotap verify receipt.jws --key terminal.jwk --tariff tariff.json
  kilotap verify meter.ocmf --key terminal.pem --json
  kilotap verify /var/lib/kilotap/ledger
  kilotap verify receipt.jws --key first.jwk --key /var/lib/kilotap/ledger
"""

key_option = click.option(
    "--key",
    "key_files",
    metavar="KEY",
    multiple=True,
    help=f"The terminal's public key, a file: {trail.FORMS}. May be repeated: the first key, and a ledger "
    "that leads to a later one.",
)


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(exists=True))
@key_option
@click.option(
    "--tariff",
    "tariff_file",
    metavar="T.json",
    type=click.Path(),
    help="The tariff that a receipt was priced by; without it, one that lies beside the receipt.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the checks as one JSON value.")
def verify(file: str, key_files: tuple[str, ...], tariff_file: str | None, as_json: bool) -> int:
    """Verify a receipt or record (compact JWS), an OCMF record (bare or in SAFE's XML), or a ledger's folder.

    Exits with 0 when every check holds, also of a ledger whose own signed records name what it lost, with 1
    when one does not, with 2 when something is of a form that is not read here.
    """
    proof = files.verify(file, trail.read(key_files), tariff_file)
    unread = f"it has {other_forms.sentence(proof.unread)}" if proof.unread else ""
    is_left = bool(unread) and not proof.fails()
    if as_json:
        checks = [{"check": name, "holds": holds, "why": why} for name, holds, why in proof.checks]
        told = {"holds": proof.holds(), "kind": proof.kind, "checks": checks, "unread": proof.unread}
        output.emit({**told, "lost": proof.lost, "lost_receipts": proof.lost_receipts})
    else:
        for name, holds, why in proof.checks:
            print(f"{'holds' if holds else 'FAILS':5}  {name}: {why}")
        if not is_left:
            beside = f"; {unread}" if unread else ""
            if proof.lost:
                records = [lost.span(each["first_seq"], each["last_seq"]) for each in proof.lost]
                beside += f"; it lost {', '.join(records)}, and says so itself"
            print(f"This {proof.kind} {'holds' if proof.holds() else 'does not hold'}{beside}.")
    if is_left:
        raise click.ClickException(f"{file} could not be verified: {unread}")
    return 0 if proof.holds() else 1
