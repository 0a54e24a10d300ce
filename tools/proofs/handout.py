"""Takes receipts out of a ledger, each in the forms that other people's verifiers read.

It does not know where the files go. A receipt is a compact JWS, the meter's record in it is bare OCMF and the
same in S.A.F.E.'s XML with the public key beside it, and the key is a JWK and PEM.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import click

from firmware.crypto import jose, keyforms
from firmware.errors import LedgerError
from firmware.ledger import announced, chain, segment
from tools import keys
from tools.proofs import ledgers, receipts, records, trail

_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")


def read(path: str, key_files: tuple[str, ...]) -> tuple[list[str], list[keys.PublicKey]]:
    """Return the records of a ledger, of a file of records, or of what `simulate --json` wrote, and the keys
    that sign them: those given, or else those that the records introduce.

    Raises ClickException for a file that holds no record, KeyProblem, OSError.
    """
    content = trail.content_of(path)
    played = _played(content)
    if played:
        compacts = played["jws"]
        own = keys.recognise(json.dumps(played["terminal"]["key"]).encode())
        return compacts, trail.read(key_files) or trail.follow(own, trail.announcements(compacts))
    storage: Any = ledgers.storage_of(path, content)
    compacts = list(announced.compacts(storage)) if segment.oldest(storage) else []
    if not any(map(_payload, compacts)):
        raise click.ClickException(f"{path} holds no record: it is no ledger, and nothing that was played")
    return compacts, trail.read(key_files) or trail.found_in([(path, content)])


def _played(content: bytes | None) -> dict[str, Any] | None:
    """Return the result of a played story that a file holds, None for any other file, or a folder."""
    if content is None or len(content) > ledgers.MAX_BYTES or not content.lstrip().startswith(b"{"):
        return None
    try:
        document = json.loads(content)
        if (
            all(isinstance(one, str) and one.isascii() for one in document["jws"])
            and document["terminal"]["key"]
        ):
            return dict(document)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def of(
    compacts: list[str], given: list[keys.PublicKey], wanted: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of all receipts, or of those that are wanted, and of the keys they name.

    Raises ClickException for a receipt whose key is not at hand or did not sign it, and where none is found.
    """
    missing, told = set(wanted), set()
    for compact in compacts:
        receipt = _receipt(compact)
        if receipt is None or wanted and receipt["receipt"] not in wanted:
            continue
        missing.discard(receipt["receipt"])
        public = _signer(compact, receipt["receipt"], given)
        yield from _evidence(compact, receipt, keyforms.spki(public).hex())
        if public not in told:
            told.add(public)
            yield from _key(str(receipt["terminal"]), public)
    if missing:
        raise click.ClickException(f"there is no receipt {', '.join(sorted(missing))}")
    if not told:
        raise click.ClickException("there is no receipt among the records")


def _payload(compact: str) -> dict[str, Any]:
    """Return the payload of a record, an empty one of anything else."""
    try:
        return dict(chain.payload_of(compact, None))
    except LedgerError:
        return {}


def _receipt(compact: str) -> dict[str, Any] | None:
    payload = _payload(compact)
    named = payload.get("receipt"), payload.get("terminal")
    is_named = all(isinstance(name, str) and _NAME.fullmatch(name) for name in named)
    return payload if payload.get("kind") in receipts.KINDS and is_named else None


def _signer(compact: str, name: str, given: list[keys.PublicKey]) -> bytes:
    public = records.choose(records.kid(compact), given)
    if public is None:
        raise click.ClickException(
            f"receipt {name} names the key {records.kid(compact)}, which is not at hand"
        )
    _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
    if not keys.verifier(public)(signing_input, signature):
        raise click.ClickException(f"receipt {name} was not signed by its key; kilotap verify tells more")
    return public


def _evidence(compact: str, receipt: dict[str, Any], spki: str) -> Iterator[tuple[str, bytes]]:
    name = receipt["receipt"]
    yield f"{name}.jws", compact.encode() + b"\n"
    for member, part, key in (("ocmf", "", spki), ("meter_record", "-meter", receipt.get("meter_key"))):
        record = receipt.get(member)
        if isinstance(record, str) and isinstance(key, str):
            yield f"{name}{part}.ocmf", record.encode() + b"\n"
            yield f"{name}{part}.xml", _container(record, key)


def _container(record: str, spki: str) -> bytes:
    """Write one record as S.A.F.E.'s values.xsd has it; begin and end in one record need no context."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<values>\n  <value>\n'
        f'    <signedData format="OCMF" encoding="plain">{escape(record)}</signedData>\n'
        f'    <publicKey encoding="plain">{escape(spki)}</publicKey>\n  </value>\n</values>\n'
    ).encode()


def _key(terminal: str, public: bytes) -> Iterator[tuple[str, bytes]]:
    thumbprint = jose.thumbprint(public)
    name = f"{terminal}-{thumbprint[:8]}"
    jwk = {**jose.jwk(public), "alg": "ES256", "kid": thumbprint, "use": "sig"}
    yield f"{name}.jwk", json.dumps(jwk).encode() + b"\n"
    text = base64.encodebytes(keyforms.spki(public)).decode()
    lines = re.findall(".{1,64}", text.replace("\n", ""))
    yield (
        f"{name}.pem",
        "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode(),
    )
