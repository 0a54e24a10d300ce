"""`kilotap receipt`: shows a receipt as people keep it, on the terminal, as a page or as a PDF.

It does not know what stands in it; that is tools/documents.
"""

import sys
from pathlib import Path

import click

from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import chain
from tools import keys
from tools.commands.verify import key_option
from tools.documents import document as documents
from tools.documents import plain, texts
from tools.proofs import receipts, records, trail

EXAMPLES = """\b
Examples:
  kilotap receipt show receipt.jws
  kilotap receipt show receipt.jws --key terminal.jwk --pdf receipt.pdf --language de
  kilotap receipt show receipt.jws --html receipt.html --issuer "Stadtwerke Musterstadt" \\
      --issuer "Hauptstr. 1, 12345 Musterstadt" --issuer "USt-IdNr. DE123456789"
"""

_MAX_BYTES = 1_000_000


@click.group(epilog=EXAMPLES)
def receipt() -> None:
    """Show a receipt as people keep it."""


@receipt.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@key_option
@click.option("--language", type=click.Choice(texts.LANGUAGES), default="en", show_default=True)
@click.option("--pdf", "pdf_file", metavar="OUT", type=click.Path(), help="Write a PDF.")
@click.option("--html", "html_file", metavar="OUT", type=click.Path(), help="Write a page of HTML.")
@click.option("--issuer", metavar="TEXT", multiple=True, help="A line of who issues it; repeat for more.")
def show(
    file: str,
    key_files: tuple[str, ...],
    language: str,
    pdf_file: str | None,
    html_file: str | None,
    issuer: tuple[str, ...],
) -> int:
    """Show a receipt on the terminal, or write it as PDF or HTML.

    With a key its signature is checked, and the document says whether it holds; exits with 1 where it does
    not. All other checks are those of `kilotap verify`.
    """
    given = trail.read(key_files)
    told = _document(file, given, language)
    told.issuer = list(issuer)
    if pdf_file:
        # Loaded for PDFs alone: it takes longer than all else.
        from tools.documents import pdf

        Path(pdf_file).write_bytes(pdf.write(told))
    if html_file:
        from tools.documents import html

        Path(html_file).write_text(html.write(told), encoding="utf-8")
    if not pdf_file and not html_file:
        print(plain.write(told), end="")
    if told.is_valid is False:
        print(f"kilotap: {told.verdict}", file=sys.stderr)
    return 1 if told.is_valid is False else 0


def _document(file: str, given: list[keys.PublicKey], language: str) -> documents.Document:
    with Path(file).open("rb") as stream:
        content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise click.ClickException(f"{file} is too long for a receipt")
    compact = content.decode("ascii", "replace").strip()
    try:
        payload = chain.payload_of(compact, None)
    except LedgerError as error:
        raise click.ClickException(f"{file} is no receipt: {error}") from error
    if payload.get("kind") not in receipts.KINDS:
        raise click.ClickException(f"{file} is a record of kind {payload.get('kind')!r}, not a receipt")
    kid = records.kid(compact)
    public = records.choose(kid, given)
    is_valid = None
    if given:
        _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
        is_valid = public is not None and keys.verifier(public)(signing_input, signature)
    try:
        return documents.of(payload, kid, records.code_of(compact), language, public, is_valid)
    except receipts.GARBLED as error:
        raise click.ClickException(f"{file} lacks or garbles {error}; kilotap verify tells more") from error
