"""`kilotap card`: tells what a card is, shows what it says, brings lists of UIDs into one form, issues cards.

It does not know cards; firmware/cards and tools/cards do.
"""

import asyncio
import datetime
import errno
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import click

from firmware.cards.emv import authorities
from firmware.crypto import x509
from firmware.errors import BoardError
from hal.common import card_secrets, files
from hal.common.aes import Aes
from hal.linux.reader import open_reader
from hal.ports import Card, CardReader
from tools.cards import asking, issuing, recognising, tracing, uid_lists
from tools.commands import output
from tools.commands.examples import ExampledGroup

DONE, DOES_NOT_HOLD = 0, 1

READ_EXAMPLES = """\b
Examples:
  kilotap card read
  kilotap card read --reader pn532:/dev/ttyAMA0 --json
  kilotap card read --card-keys cards.json --ca-keys schemes.json
  kilotap card read --card-issuers issuers.pem
"""
NORMALISE_EXAMPLES = """\b
Examples:
  kilotap card normalise list.txt
  kilotap card normalise --order reversed --form decimal4 - < export.csv
"""
ISSUE_EXAMPLES = """\b
Examples:
  kilotap card personalise --card-keys cards.json --list contracts.txt --done issued.jsonl

\b
The list has a contract a line. --done keeps what was issued, a line a card: the
command may be ended and called again. The keys' file must be of mode 0600; leave
out master, and value of privacy, to be asked for them instead:
  {"aid": "F54B54", "key": 1, "master": "<32 hex digits>", "system": "4B54",
   "contract": {"file": 1, "bytes": 31}, "privacy": {"key": 2, "value": "<32>"}}
"""


EXAMPLES = """\b
Examples:
  kilotap card read --json
  kilotap card trace --reader pn532:/dev/ttyAMA0
  kilotap card normalise --order reversed list.txt
  kilotap card personalise --card-keys cards.json --list contracts.txt --done issued.jsonl
"""


@click.group(cls=ExampledGroup, epilog=EXAMPLES)
def card() -> None:
    """Look at cards, list them, issue them."""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--timeout", "timeout_s", metavar="S", type=click.FloatRange(0.1), default=30.0, show_default=True,
        help="How long to wait for a card.",
    )(command)  # fmt: skip
    return click.option(
        "--reader", "reader_name", metavar="R", default="pcsc", show_default=True,
        help="pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH.",
    )(command)  # fmt: skip


_card_keys = click.option("--card-keys", metavar="FILE", help="Keys to secure cards (JSON, mode 0600).")
_card_issuers = click.option(
    "--card-issuers", metavar="FILE", help="Certificates of the issuers of cards that have one (PEM)."
)
_ca_keys = click.option("--ca-keys", metavar="FILE", help="CA keys of the schemes (JSON).")


def _proofs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what cards are proved by; the command gets it as one Knowledge."""

    @functools.wraps(command)
    def known(*args: Any, **given: Any) -> Any:
        files_ = [given.pop(name) for name in ("card_keys", "card_issuers", "ca_keys")]
        return command(*args, knowledge=_knowledge(*files_), **given)

    return _card_keys(_card_issuers(_ca_keys(known)))


@card.command(epilog=READ_EXAMPLES)
@_common
@_proofs
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def read(reader_name: str, timeout_s: float, knowledge: recognising.Knowledge, as_json: bool) -> int:
    """Tell what the next card is, what it would be billed as, and what it proved."""
    told = asyncio.run(_with_card(reader_name, timeout_s, lambda met: recognising.recognise(met, knowledge)))
    if as_json:
        output.emit(told)
    else:
        for name, value in told.items():
            if value is not None:
                click.echo(f"{name}: {value}")
    return DONE if told["identity"] or told["masked"] else DOES_NOT_HOLD


@card.command()
@_common
@_proofs
def trace(reader_name: str, timeout_s: float, knowledge: recognising.Knowledge) -> int:
    """Show what terminal and card say to each other, in words; card numbers are masked."""

    async def watch(met: Card) -> dict[str, Any]:
        return await recognising.recognise(
            met, knowledge, lambda dialogue: tracing.traced(dialogue, click.echo)
        )

    told = asyncio.run(_with_card(reader_name, timeout_s, watch))
    return DONE if told["identity"] or told["masked"] else DOES_NOT_HOLD


@card.command(epilog=NORMALISE_EXAMPLES)
@click.argument("list_file", type=click.File("rb"), default="-")
@click.option("--order", type=click.Choice(uid_lists.BYTE_ORDERS), default="as-read", show_default=True)
@click.option("--form", type=click.Choice(uid_lists.FORMS), default="hex", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def normalise(list_file: Any, order: str, form: str, as_json: bool) -> int:
    """Bring a list of UIDs, one a line, into canonical form; lines that are none are named."""
    lines = uid_lists.normalise(_lines(list_file), order, form)
    if as_json:
        output.emit([line._asdict() for line in lines])
    else:
        for line in lines:
            if line.uid:
                click.echo(line.uid)
            else:
                click.echo(f"line {line.number}: {line.why}", err=True)
    return DONE if all(line.uid for line in lines) else DOES_NOT_HOLD


@card.command(epilog=ISSUE_EXAMPLES)
@_common
@click.option("--card-keys", metavar="FILE", required=True, help="Keys to the cards (JSON, mode 0600).")
@click.option("--list", "list_file", metavar="FILE", required=True, type=click.File("rb"))
@click.option("--done", "done_file", metavar="FILE", required=True, help="What was issued, a line a card.")
def personalise(reader_name: str, timeout_s: float, card_keys: str, list_file: Any, done_file: str) -> int:
    """Issue secure cards from a list of contracts, and verify each by reading it back."""
    secrets = asking.open_keys(card_keys, _hidden)
    contracts = [line.strip() for line in _lines(list_file) if line.strip()]
    batch = issuing.Batch(contracts, Path(done_file))
    job = _issue(reader_name, timeout_s, batch, issuing.Issuer(*secrets, os.urandom))
    return DONE if asyncio.run(job) else DOES_NOT_HOLD


def _lines(list_file: BinaryIO) -> list[str]:
    """Return the lines of a list; spreadsheets put a byte order mark before them."""
    try:
        return list_file.read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        name = f"{list_file.name}: no UTF-8 text from byte {error.start} on"
        raise click.ClickException(f"{name}; save the list as plain text in UTF-8") from None


async def _issue(reader_name: str, timeout_s: float, batch: issuing.Batch, issuer: issuing.Issuer) -> bool:
    """Issue card after card; return whether each that was held up was issued."""
    reader = open_reader(reader_name)
    is_clean = True
    for contract in batch.open_contracts():
        click.echo(f"{batch.progress()}: hold a blank card to the reader for {contract}", err=True)
        met = await _met(reader, timeout_s)
        try:
            uid = await met.converse(issuer.issued(met.uid, contract))
        except (*issuing.FAILURES, OSError) as error:
            click.echo(f"{contract}: {error}", err=True)
            is_clean = False
        else:
            batch.note(uid, contract)
            click.echo(f"{uid} {contract}")
        await reader.wait_removed()
    return is_clean


def _hidden(sentence: str) -> str:
    """Ask for a secret on the terminal, showing nothing of it."""
    typed: str = click.prompt(sentence, hide_input=True, err=True)
    return typed


def _knowledge(card_keys: str | None, card_issuers: str | None, ca_keys: str | None) -> recognising.Knowledge:
    secrets = asking.open_keys(card_keys, _hidden) if card_keys else None
    issuers: list[x509.Certificate] | None = card_secrets.open_issuers(card_issuers) if card_issuers else None
    today = datetime.datetime.now(tz=datetime.UTC)
    return recognising.Knowledge(
        keys=secrets[0] if secrets else None,
        aes=Aes(),
        authorities=authorities.parse(files.read(ca_keys)) if ca_keys else None,
        random=os.urandom,
        today=(today.year, today.month),
        issuers=issuers,
        now=today.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


async def _with_card(reader_name: str, timeout_s: float, ask: Callable[[Card], Any]) -> dict[str, Any]:
    """Wait for a card and ask it. Raises OSError where it was pulled away, BoardError where none came."""
    reader = open_reader(reader_name)
    print("hold a card to the reader", file=sys.stderr)
    met = await _met(reader, timeout_s)
    try:
        told: dict[str, Any] = await ask(met)
    except OSError as error:
        if error.errno == errno.ETIMEDOUT:
            raise BoardError(str(error.strerror)) from None
        raise BoardError(f"the card was pulled away ({error.strerror}); hold it again") from None
    return told


async def _met(reader: CardReader, timeout_s: float) -> Card:
    try:
        return await asyncio.wait_for(reader.wait_card(), timeout_s)
    except TimeoutError:
        raise BoardError(f"no card came within {timeout_s:g} s; hold one to the reader") from None
