"""Recognises what a file holds and has it verified: a record, a receipt, a ledger, OCMF, or S.A.F.E.'s XML.

It does not know how any of it is verified. What it reads is bounded, whatever a file holds.
"""

import base64
import re
from pathlib import Path
from typing import Any

import click

from firmware.crypto import jsontext
from firmware.errors import CryptoError, PricingError
from firmware.pricing import tariff as tariffs
from tools import inputs, keys
from tools.pricing import files as pricing_files
from tools.proofs import ledgers, ocmf, other_forms, readings, receipts, records, safe_xml
from tools.proofs.ledgers import MAX_BYTES
from tools.proofs.proof import Proof

MAX_RECORDS = 1000
KNOWN = "a compact JWS, records one a line, an OCMF record, S.A.F.E.'s XML, or a ledger's folder"
# What begins as a header does is a record, if not a whole one.
_COMPACT = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]*|eyJ[\w.=-]*")
_LINE = re.compile(rb"(?:[0-9a-f]{8} )?[\w-]+\.[\w-]+\.[\w-]*")
# OCMF| in hex and base64, as OCPP's signedMeterData carries it.
_ENCODED_OCMF = re.compile(rb"(?i:4f434d467c)|T0NNRn[w-z]")
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def verify(path: str, given: list[keys.PublicKey], tariff_file: str | None = None) -> Proof:
    """Verify a file or a ledger's folder with the keys given, or those that it carries.

    Raises ClickException for what is nothing of the kind, OSError.
    """
    prices = _prices(path, tariff_file)
    if Path(path).is_dir():
        return ledgers.verify(ledgers.storage_of(path, None), path, given, prices)
    whole = inputs.read(path, MAX_BYTES)
    content = _content(path, whole)
    if content.startswith(ocmf.HEADER):
        return _ocmf(content, given)
    if _ENCODED_OCMF.match(content):
        return _ocmf(_decoded(path, content), given)
    if content.startswith(b"<"):
        return safe_xml.verify(content, given)
    other = other_forms.by_content(content)
    if other:
        raise click.ClickException(f"{path} could not be verified: it has {other_forms.sentence([other])}")
    if _COMPACT.fullmatch(content):
        return records.verify(content.decode(), given, prices)
    if _LINE.match(content):
        return ledgers.verify(ledgers.storage_of(path, whole), path, given, prices)
    raise click.ClickException(f"{path} is nothing that can be verified here: {KNOWN}")


def _content(path: str, whole: bytes) -> bytes:
    if len(whole) > MAX_BYTES:
        raise click.ClickException(f"{path} has more than {MAX_BYTES // 1_000_000} MB; {KNOWN} has not")
    content = whole.removeprefix(_BOM).strip(ocmf.BLANKS)
    if not content:
        raise click.ClickException(f"{path} is empty")
    if content.startswith(_UTF_16):
        raise click.ClickException(f"{path} is text in UTF-16, as some shells write it; save it as UTF-8")
    return content


def _decoded(path: str, content: bytes) -> bytes:
    joined = re.sub(rb"\s", b"", content)
    try:
        if joined[:1] == b"4" and joined in (joined.lower(), joined.upper()):
            return bytes.fromhex(joined.decode()).strip(ocmf.BLANKS)
        decoded = base64.b64decode(joined, validate=True)
    except ValueError:
        decoded = b""
    # Digits in mixed case and other bits at the end of base64 mean that something was changed.
    if base64.b64encode(decoded) != joined:
        raise click.ClickException(f"{path} begins as OCMF in hex or base64 and does not go on so")
    return decoded.strip(ocmf.BLANKS)


def _ocmf(content: bytes, given: list[keys.PublicKey]) -> Proof:
    proof = Proof("ocmf")
    parts = ocmf.split(content)
    if len(parts) > MAX_RECORDS:
        raise click.ClickException(
            f"{len(parts)} OCMF records in one file, at most {MAX_RECORDS} are verified"
        )
    found = [ocmf.verify(proof, one, given) for one in parts]
    payloads = [record.payload for record in found if record is not None]
    pair = readings.pair(payloads)
    # A file of records says of none that they belong together.
    if len(payloads) == 2 and pair and readings.is_of_one_source(pair):
        readings.check(proof, pair)
    return proof


def _prices(path: str, tariff_file: str | None) -> receipts.Prices:
    """Return where tariffs come from: the file given, or those that a ledger's folder keeps."""
    if tariff_file is not None:
        offered = pricing_files.tariffs(tariff_file)
        hashes = {_hash(document): document for document in offered}
        return lambda receipt: hashes.get(receipt["tariff"]["hash"], offered[0])
    folder = Path(path) if Path(path).is_dir() else Path(path).parent

    def kept(receipt: dict[str, Any]) -> dict[str, Any] | None:
        wanted = str(receipt["tariff"]["hash"])
        blob = folder / f"tariff-{wanted[:32]}"
        if not re.fullmatch(r"[0-9a-f]{64}", wanted) or not blob.is_file():
            return None
        try:
            content = inputs.read(str(blob), MAX_BYTES).rstrip(b"\0")
            document = jsontext.parse(content, max_bytes=MAX_BYTES)
        except CryptoError:
            return None
        return document if isinstance(document, dict) else None

    return kept


def _hash(document: dict[str, Any]) -> str:
    try:
        return str(tariffs.parse(document).hash)
    except PricingError:
        return ""
