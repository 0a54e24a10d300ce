"""`kilotap key`: gives a terminal another key, and tells which keys it had.

It does not know how a key is changed or kept; no command shows a private one.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from firmware.errors import TerminalError
from tools.commands import output
from tools.commands.verify import key_option
from tools.proofs import trail

EXAMPLES = """\b
Examples:
  kilotap key rotate --config /etc/kilotap/terminal.json
  kilotap key register /var/lib/kilotap/ledger --key first.jwk > register.json
  kilotap verify receipt.jws --key register.json
"""


@click.group(epilog=EXAMPLES)
def key() -> None:
    """Change a terminal's key, and tell which keys it had."""


@key.command(epilog="\b\nExample:\n  kilotap key rotate --config /etc/kilotap/terminal.json --json\n")
@click.option(
    "--config", required=True, type=click.Path(exists=True, dir_okay=False), help="The terminal's settings."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def rotate(config: str, yes: bool, as_json: bool) -> None:
    """Give the terminal a new key while it is stopped.

    The old key announces the new one in the ledger, which is what office and verifiers follow; then it is
    destroyed. If the power goes in between, this command or the terminal's next start finishes the work.
    """
    from firmware.terminal import checking

    settings: Any = checking.read(Path(config).read_bytes())
    if settings.board == "esp32":
        raise TerminalError("the key of an ESP32 is in its chip: set key_retire in its configuration")
    from tools.stopped import Stopped

    terminal = Stopped(settings)
    print(f"terminal {settings.id}, key {terminal.thumbprint()} in {settings.key_file}", file=sys.stderr)
    if not yes:
        click.confirm("announce a new key and destroy this one?", abort=True, err=True)
    written = asyncio.run(terminal.change_key())
    if as_json:
        output.emit(written)
    else:
        print(f"record {written['seq']} says so; the key is {terminal.thumbprint()} now")


@key.command(epilog="\b\nExample:\n  kilotap key register /var/lib/kilotap/ledger > register.json\n")
@click.argument("ledger", metavar="LEDGER", type=click.Path(exists=True))
@key_option
def register(ledger: str, key_files: tuple[str, ...]) -> None:
    """Print the register of a ledger's keys as JSON: a JWK set, and the records that lead from key to key.

    It serves as a KEY for all receipts of the terminal, whichever of its keys signed them. Without a key the
    first one is that which the ledger itself introduces.
    """
    output.emit(trail.register_of(ledger, key_files))
