"""`kilotap meter replace`: asks what it takes to put a new meter in the place of the old one.

It does not know ledgers; that is tools/metering/exchange.
"""

import asyncio
import sys
from pathlib import Path

import click

from firmware.terminal import checking
from tools.commands import output
from tools.metering import exchange


@click.command()
@click.option("--config", required=True, type=click.Path(exists=True, dir_okay=False), help="The terminal's.")
@click.option(
    "--old-wh", type=click.IntRange(0), help="The old meter's last register, in Wh, as its display shows."
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the record.")
def replace(config: str, old_wh: int | None, yes: bool, as_json: bool) -> None:
    """Take a new meter into service: both registers go into the ledger.

    Stop the terminal, exchange the meter, run this, and start the terminal again. After a power
    cut run it once more: what stands in the ledger already is not written twice.
    """
    work = exchange.Exchange(checking.read(Path(config).read_bytes()))
    now, warning = asyncio.run(work.read())
    if warning:
        print(f"kilotap: {warning}", file=sys.stderr)
    written = work.written(now, old_wh)
    if written is None:
        written = _exchange(work, now, old_wh, yes)
        said = f"record {written['seq']} says so; the terminal may be started again"
    else:
        said = f"record {written['seq']} has this exchange already; the terminal may be started again"
    print(said, file=sys.stderr if as_json else sys.stdout)
    if as_json:
        output.emit(written)


def _exchange(work: exchange.Exchange, now: dict, old_wh: int | None, yes: bool) -> dict:
    """Ask what is not told, and write the record."""
    work.check(now)
    old, new = work.old_serial or "without a number", now["serial"] or "without a number"
    told = "no meter yet" if work.old_wh is None else f"old meter {old}, last billed at {work.old_wh} Wh"
    print(f"{told}\nnew meter {new}, at {now['energy_wh']} Wh", file=sys.stderr)
    if old_wh is None and work.old_wh is not None and not yes:
        old_wh = click.prompt("the old meter's last register, in Wh", default=work.old_wh, type=int, err=True)
    if not yes:
        click.confirm("write this into the ledger?", abort=True, err=True)
    return asyncio.run(work.write(now, work.old_wh if old_wh is None else old_wh))
