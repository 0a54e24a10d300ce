"""Signs what it is given, as somebody could who has a terminal's key: for records that contradict themselves.

It does not know what is wrong with them.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from firmware.crypto import canonical, jose
from firmware.ledger import chain
from tools import keys
from tools.__main__ import main
from tools.proofs import files
from tools.proofs.proof import Proof
from tools.proofs.records import code_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"

_KEY = ec.derive_private_key(7, ec.SECP256R1())
# Deterministic (RFC 6979), so that what names a record can be made before it.
_SHA256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_NUMBERS = _KEY.public_key().public_numbers()
PUBLIC = _NUMBERS.x.to_bytes(32, "big") + _NUMBERS.y.to_bytes(32, "big")
KEYS = keys.recognise(json.dumps(jose.jwk(PUBLIC)).encode())
_HEADER = {"alg": "ES256", "kid": jose.thumbprint(PUBLIC), "typ": chain.RECORD_TYPE}


def played(story: str | Path, out: Path) -> dict:
    """Play a story and return its result."""
    path = story if isinstance(story, Path) else SCENARIOS / f"{story}.toml"
    assert main(["simulate", str(path), "--json", str(out)]) == 0
    return json.loads(out.read_text())


def ocmf(text: str, change: Callable[[dict], None] = lambda payload: None) -> str:
    """Return an OCMF record with what a change makes of its payload, signed anew."""
    _, content, signature = text.split("|")
    payload = json.loads(content)
    before = copy.deepcopy(payload)
    change(payload)
    # What is not changed keeps its bytes: digits of a register are part of it.
    content = content if payload == before else json.dumps(payload, separators=(",", ":"))
    signed = {**json.loads(signature), "SD": _KEY.sign(content.encode(), _SHA256).hex()}
    return f"OCMF|{content}|{json.dumps(signed, separators=(',', ':'))}"


def signed(payloads: list[dict], first_seq: int = 1, is_numbered: bool = True) -> list[str]:
    """Return records of payloads, chained and signed: with the test's key where they tell one, and each
    correction with hash and code of what it names, unless it says that it keeps its own (`kept`).
    """
    prev, made, named = jose.thumbprint(PUBLIC), [], {}
    for seq, payload in enumerate(payloads, first_seq):
        told = {**payload, "seq": seq, "prev": prev} if is_numbered else {**payload, "prev": prev}
        if told["kind"] == "boot" and "key" in told:
            told["key"] = jose.jwk(PUBLIC)
        if str(told.get("ocmf")).startswith("OCMF|"):
            told["ocmf"] = ocmf(told["ocmf"])
        about = told.get("corrects")
        if isinstance(about, dict) and not told.pop("kept", False) and about["receipt"] in named:
            old = named[about["receipt"]]
            told["corrects"] = {**about, "hash": chain.hash(old), "code": code_of(old)}
        made.append(compact(told))
        if told["kind"] == "session.ended":
            named.setdefault(told["receipt"], made[-1])
        prev = chain.hash(made[-1])
    return made


def compact(payload: dict) -> str:
    """Return one record as it is told, signed."""
    signing_input = jose.signing_input(_HEADER, canonical.encode(payload))
    r, s = utils.decode_dss_signature(_KEY.sign(signing_input, _SHA256))
    return str(jose.compact(signing_input, r.to_bytes(32, "big") + s.to_bytes(32, "big")))


def judged(compacts: list[str], folder: Path, tariff: Path | None = None) -> Proof:
    """Return what `kilotap verify` says of records, one a line, or of one alone."""
    path = folder / "forged.ndjson"
    path.write_text("\n".join(compacts))
    return files.verify(str(path), KEYS, str(tariff) if tariff else None)


def problems(proof: Proof) -> str:
    """Return all that does not hold, in words."""
    return "; ".join(f"{name}: {why}" for name, holds, why in proof.checks if not holds)


def changed(records: list[dict], change: Callable[[list[dict]], None]) -> list[dict]:
    """Return payloads with what a change makes of them."""
    told = copy.deepcopy(records)
    change(told)
    return told


def of_kind(records: list[dict], kind: str) -> list[dict]:
    """Return the payloads of a kind."""
    return [record for record in records if record["kind"] == kind]
