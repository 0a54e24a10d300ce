"""`kilotap receipt`: shows a receipt as people keep it, and exports it as others' verifiers read it.

It does not know what stands in it; that is tools/documents.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import announced, chain
from tools import inputs, keys, outputs
from tools.commands import output
from tools.commands.verify import key_option
from tools.documents import document as documents
from tools.documents import plain, texts
from tools.documents.proofs import MetersKey
from tools.proofs import handout, learned, ledgers, meters_key, receipts, records, trail

EXAMPLES = """\b
Examples:
  kilotap receipt show receipt.jws
  kilotap receipt show receipt.jws --key terminal.jwk --pdf receipt.pdf --language de
  kilotap receipt show receipt.jws --html receipt.html --issuer "Stadtwerke Musterstadt" \\
      --issuer "Hauptstr. 1, 12345 Musterstadt" --issuer "USt-IdNr. DE123456789"
  kilotap receipt export /var/lib/kilotap/ledger --to evidence
"""
_EXPORTS = """\b
Examples:
  kilotap receipt export /var/lib/kilotap/ledger --to evidence
  kilotap receipt export /var/lib/kilotap/ledger --to evidence --receipt KT-0001-000007 --key first.jwk
  kilotap simulate tests/scenarios/evening.toml --json played.json
  kilotap receipt export played.json --to evidence
"""

_MAX_BYTES = 1_000_000

# Files of keys by their names, None for a ledger's folder.
Contents = list[tuple[str, bytes | None]]


@click.group(epilog=EXAMPLES)
def receipt() -> None:
    """Show a receipt as people keep it, or export it as others' verifiers read it."""


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
    key_contents = [(path, trail.content_of(path)) for path in key_files]
    told = _document(file, key_contents, language)
    told.issuer = list(issuer)
    outputs.write_all(_files(told, pdf_file, html_file))
    if not pdf_file and not html_file:
        print(plain.write(told), end="")
    verdicts = [(told.is_valid, told.verdict), *((one.is_valid, one.verdict) for one in told.evidence)]
    wrong = [verdict for is_valid, verdict in verdicts if is_valid is False]
    for verdict in wrong:
        print(f"kilotap: {verdict}", file=sys.stderr)
    return 1 if wrong else 0


@receipt.command(epilog=_EXPORTS)
@click.argument("ledger", metavar="LEDGER", type=click.Path(exists=True))
@click.option("--to", "folder", metavar="DIR", required=True, type=click.Path(file_okay=False))
@click.option("--receipt", "wanted", metavar="NUMBER", multiple=True, help="This one; repeat for more.")
@key_option
@click.option("--json", "as_json", is_flag=True, help="Print the names of the files as one JSON value.")
def export(
    ledger: str, folder: str, wanted: tuple[str, ...], key_files: tuple[str, ...], as_json: bool
) -> None:
    """Write receipts as files that other people's verifiers read.

    Each as a compact JWS (.jws), its meter's record as OCMF (.ocmf) and in S.A.F.E.'s XML with the public key
    (.xml), and the terminal's public key as JWK and PEM. LEDGER is a ledger's folder or file, records one a
    line, or what `kilotap simulate --json` wrote. Without a key the one that the ledger introduces counts.
    """
    found = dict(handout.of(*handout.read(ledger, key_files), wanted))
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    outputs.write_all({target / name: content for name, content in found.items()})
    if as_json:
        output.emit(sorted(found))
    else:
        print("\n".join(str(target / name) for name in sorted(found)))


def _files(told: documents.Document, pdf_file: str | None, html_file: str | None) -> dict[Path, bytes]:
    """Return what is to be written where; say which characters the PDF has no letter of."""
    if pdf_file and html_file and Path(pdf_file) == Path(html_file):
        raise click.UsageError(f"--pdf and --html name the same file, {pdf_file}")
    files = {}
    if pdf_file:
        # Loaded for PDFs alone: it takes longer than all else.
        from tools.documents import pdf

        files[Path(pdf_file)] = pdf.write(told)
        lacking = ", ".join(f"{each!r} (U+{ord(each):04X})" for each in pdf.unknown(told))
        if lacking:
            said = f"{pdf_file}: there is no letter for {lacking}; \ufffd stands in its place"
            print(f"kilotap: {said}", file=sys.stderr)
    if html_file:
        from tools.documents import html

        files[Path(html_file)] = html.write(told).encode()
    return files


def _document(file: str, key_contents: Contents, language: str) -> documents.Document:
    content = inputs.read(file, _MAX_BYTES)
    if len(content) > _MAX_BYTES:
        raise click.ClickException(f"{file} is too long for a receipt")
    compact = content.decode("ascii", "replace").strip()
    try:
        payload = chain.payload_of(compact, None)
    except LedgerError as error:
        raise click.ClickException(f"{file} is no receipt: {error}") from error
    if payload.get("kind") not in receipts.KINDS:
        raise click.ClickException(f"{file} is a record of kind {payload.get('kind')!r}, not a receipt")
    kid, given = records.kid(compact), trail.found_in(key_contents)
    public = records.choose(kid, given)
    is_valid = None
    if given:
        _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
        is_valid = public is not None and keys.verifier(public)(signing_input, signature)
    try:
        own = _meters_key(payload, given, key_contents)
        times = _learned(payload, given, key_contents)
        return documents.of(payload, kid, records.code_of(compact), language, public, is_valid, own, times)
    except receipts.GARBLED as error:
        raise click.ClickException(f"{file} lacks or garbles {error}; kilotap verify tells more") from error


def _learned(receipt: dict[str, Any], given: list[keys.PublicKey], key_contents: Contents) -> dict[str, str]:
    """Return the moments that a receipt lacks, which a ledger among the key files tells."""
    if receipt.get("at") and (receipt.get("start") or receipt).get("at"):
        return {}
    return learned.of_receipt(receipt, records.signed(_compacts(key_contents), given))


def _meters_key(
    receipt: dict[str, Any], given: list[keys.PublicKey], key_contents: Contents
) -> MetersKey | None:
    """Return whether the record of a meter that signs holds, and where its key was pinned, which a ledger
    among the key files tells.
    """
    if "meter_record" not in receipt:
        return None
    told = records.signed(_compacts(key_contents), given, meters_key.KINDS)
    return meters_key.found(receipt, meters_key.pinned(told, int(receipt["seq"])))


def _compacts(key_contents: Contents) -> Iterator[str]:
    """Yield the records of all ledgers among the key files."""
    for path, content in key_contents:
        yield from announced.compacts(ledgers.storage_of(path, content))
