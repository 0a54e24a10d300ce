"""`kilotap ledger`: reads and checks a terminal's ledger, also while its terminal is running.

It does not know how a ledger is checked; that is firmware/ledger/audit.
"""

import sys

import click

from firmware.crypto import canonical
from firmware.errors import LedgerError
from firmware.ledger import audit, chain
from firmware.ledger.journal import Journal
from tools.commands import output
from tools.commands.verify import key_option
from tools.proofs import ledgers, trail

EXAMPLES = """\b
Examples:
  kilotap ledger dump /var/lib/kilotap/ledger
  kilotap ledger check /var/lib/kilotap/ledger --key terminal.jwk --json
"""


@click.group(epilog=EXAMPLES)
def ledger() -> None:
    """Read and check a terminal's ledger."""


@ledger.command(epilog="\b\nExample:\n  kilotap ledger dump /var/lib/kilotap/ledger --json\n")
@click.argument("folder", metavar="DIR", type=click.Path(readable=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def dump(folder: str, as_json: bool) -> None:
    """Print the payloads of all records in order, one a line.

    Nothing is verified here; what is no record at all, or is read by nobody, is told on stderr.
    """
    storage = ledgers.open_folder(folder)
    problems: list[str] = []

    def note(name: str, offset: int, what: str) -> None:
        problems.append(f"{name}, byte {offset}: {what}")

    payloads = []
    for name in ledgers.unread(storage):
        problems.append(f"{name}: {audit.NOT_IN_PLACE}")
    for seq, compact in Journal(storage).read_from(1, problem=note):
        try:
            payloads.append(canonical.encode(chain.payload_of(compact, None)).decode())
        except LedgerError as error:
            problems.append(f"record {seq}: {error}")
    print("[" + ",".join(payloads) + "]" if as_json else "\n".join(payloads))
    for sentence in problems:
        print(f"kilotap: {sentence}", file=sys.stderr)


@ledger.command(epilog="\b\nExample:\n  kilotap ledger check /var/lib/kilotap/ledger --key terminal.pem\n")
@click.argument("folder", metavar="DIR", type=click.Path(readable=False))
@key_option
@click.option("--json", "as_json", is_flag=True, help="Print the problems as one JSON value.")
def check(folder: str, key_files: tuple[str, ...], as_json: bool) -> int:
    """Check signatures, chain, sequence and checksums of a ledger, and every other file of its folder.

    Without a key it is held against the one that its first record introduces. Exits with 1 when it does not
    hold.
    """
    found = ledgers.check_folder(folder, trail.read(key_files))
    if as_json:
        output.emit(found)
    else:
        for problem in found["problems"]:
            print(f"{ledgers.place(problem) or folder}: {problem['what']}")
        print(f"{found['records']} records; the ledger {'holds' if found['holds'] else 'does not hold'}.")
    return 0 if found["holds"] else 1
