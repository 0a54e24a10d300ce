"""Verifies OCMF records of any maker: their form, their signature, and what their readings say.

It does not know containers and receipts around a record. Where the specification and the two public verifiers
differ, docs/decisions/foreign-ocmf.md says what is done here and why.
"""

import base64
import json
import re
from decimal import Decimal
from typing import Any, NamedTuple

from tools import curves, der, keys
from tools.proofs import readings
from tools.proofs.proof import NO_KEY, Proof

# The longest record of a maker that is known has 8 kB.
MAX_BYTES = 1_000_000
MAX_DIGITS = 100
HEADER = b"OCMF"
DEFAULT_ALGORITHM = "ECDSA-secp256r1-SHA256"
BLANKS = b" \t\r\n"
# Who writes hexadecimal digits in lower case alone: our terminals, which name themselves so in GI.
_LOWER_CASE = "Kilotap"
# Of the signature section; keys that begin with these letters are left to others by the specification.
_SIGNATURE_KEYS, _OTHERS = ("SA", "SD", "SE", "SM"), "ABCDEFUVWXYZ"
_OLDEST, _NEWEST, _NEWEST_OF_SAFE = Decimal("0.1"), Decimal("1.4"), Decimal("1.3")


class NoRecord(Exception):
    """Bytes that are no OCMF record, in words."""


class Record(NamedTuple):
    """A record: the bytes that are signed, both sections, and the key of a fourth one."""

    signed: bytes
    payload: dict[str, Any]
    signature: dict[str, Any]
    key: bytes | None


def split(content: bytes) -> list[bytes]:
    """Return the records of a text, each of which begins with OCMF at the begin of a line."""
    starts = [found.start() for found in re.finditer(rb"(?m)^[ \t]*OCMF\|", content)] or [0]
    ends = [*starts[1:], len(content)]
    return [content[start:end].strip(BLANKS) for start, end in zip(starts, ends, strict=True)]


def verify(proof: Proof, content: bytes, given: list[keys.PublicKey]) -> Record | None:
    """Check a record by the keys given, or else the one that it carries; return it where it is one."""
    try:
        record = parse(content)
    except NoRecord as error:
        proof.check("ocmf form", False, str(error))
        return None
    problems, remarks = _form(record.payload)
    proof.found(
        "ocmf form", problems, "; ".join(["a payload and a signature, and what belongs in both"] + remarks)
    )
    _signature(proof, record, given)
    readings.check(proof, [record.payload])
    return record


def parse(content: bytes) -> Record:
    """Take a record apart; NoRecord says what is wrong with its sections."""
    if len(content) > MAX_BYTES:
        raise NoRecord(f"an OCMF record of {len(content)} bytes, at most {MAX_BYTES} are read")
    sections = content.split(b"|")
    if sections[0] != HEADER:
        raise NoRecord("an OCMF record begins with OCMF|")
    if len(sections) < 3:
        raise NoRecord("the record ends early: it is OCMF|payload|signature, and there is no signature in it")
    if len(sections) > 4:
        raise NoRecord("there are more sections than OCMF|payload|signature: a | must not occur inside one")
    payload, signature = _object(sections[1], "payload"), _object(sections[2], "signature section")
    return Record(sections[1], payload, signature, sections[3] if len(sections) == 4 else None)


def _object(section: bytes, name: str) -> dict[str, Any]:
    def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, member in members:
            if key in found:
                raise NoRecord(
                    f"the key {key!r} stands twice in the {name}: readers do not agree on its value"
                )
            found[key] = member
        return found

    def refuse(word: str) -> None:
        raise NoRecord(f"the {name} holds {word}, which is no JSON")

    try:
        # Meters write control characters into texts; numbers keep their digits.
        document = json.loads(
            section.decode(),
            strict=False,
            object_pairs_hook=once,
            parse_float=Decimal,
            parse_int=_integer,
            parse_constant=refuse,
        )
    except UnicodeDecodeError as error:
        raise NoRecord(f"the {name} has bytes that are no UTF-8, at {error.start}") from error
    except RecursionError as error:
        raise NoRecord(f"the {name} is nested too deep to be a record") from error
    except ValueError as error:
        raise NoRecord(f"the {name} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise NoRecord(f"the {name} has to be a JSON object")
    return document


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise NoRecord(f"a number has {len(digits)} digits, more than any register")
    return int(digits)


def _form(payload: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what is wrong with a payload, and what a reader has to know."""
    problems, remarks = _version(payload)
    pagination = payload.get("PG")
    if not isinstance(pagination, str) or not re.fullmatch(r"[TF][0-9]+", pagination):
        problems.append(f"PG: a pagination is T or F and a number, not {_shown(pagination)}")
    listed = payload.get("RD")
    if not isinstance(listed, list) or not listed:
        problems.append("RD: there are no readings")
    elif not all(isinstance(one, dict) for one in listed):
        problems.append("RD: a reading has to be a JSON object")
    serials = [payload.get("MS"), payload.get("GS"), payload.get("CI")]
    if not any(isinstance(serial, str | int) and str(serial).strip() for serial in serials):
        remarks.append("neither meter, gateway nor charge point is named, so compare whose key it is")
    return problems, remarks


def _version(payload: dict[str, Any]) -> tuple[list[str], list[str]]:
    if payload.get("FV") is None:
        return [], ["no version is told, which S.A.F.E.'s Transparenzsoftware wants"]
    told = str(payload["FV"])
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", told) or not _OLDEST <= Decimal(told) <= _NEWEST:
        return [f"FV: there is no OCMF version {_shown(payload['FV'])}"], []
    if Decimal(told) > _NEWEST_OF_SAFE:
        return [], [f"S.A.F.E.'s Transparenzsoftware reads versions up to {_NEWEST_OF_SAFE}, this is {told}"]
    return [], []


def _signature(proof: Proof, record: Record, given: list[keys.PublicKey]) -> None:
    try:
        curve, digest = _algorithm(record.signature)
        signature = _numbers(record, curve)
        at_hand = given or (keys.recognise(record.key) if record.key else [])
    except (NoRecord, der.NotDer, keys.KeyProblem) as error:
        proof.check("ocmf signature", False, getattr(error, "message", str(error)))
        return
    if not at_hand:
        proof.check("ocmf signature", False, NO_KEY)
        return
    reasons = []
    for key in at_hand:
        reason = _refusal(record, key, curve, digest, signature)
        if reason is None:
            source = "" if given else ", which the record itself carries"
            proof.check("ocmf signature", True, f"{curve.name}, by the key {key.point.hex()[:16]}…{source}")
            return
        reasons.append(reason)
    why = reasons[0] if len(set(reasons)) == 1 else "by none of the keys at hand"
    proof.check("ocmf signature", False, why)


def _refusal(
    record: Record, key: keys.PublicKey, curve: curves.Curve, digest: str, signature: tuple[int, int]
) -> str | None:
    """Return why a key did not make a signature, None where it did."""
    if key.curve is not None and key.curve != curve:
        return f"the record is signed on {curve.name}, and this key is on {key.curve.name}"
    try:
        for signed in dict.fromkeys((record.signed, record.signed.strip(BLANKS))):
            if curves.verify(curve, key.point, signed, signature, digest):
                return None
    except curves.NotOnCurve as error:
        return str(error)
    return "the signature is not that of this content by this key: one of them was changed, or is another's"


def _algorithm(section: dict[str, Any]) -> tuple[curves.Curve, str]:
    for key in section:
        # One letter changed in a known key would leave its default in force.
        if key not in _SIGNATURE_KEYS and (key[:1] not in _OTHERS or key[1:] in ("A", "D", "E", "M")):
            raise NoRecord(f"the signature section has a key {_shown(key)}, which OCMF does not know")
    told = section.get("SA", DEFAULT_ALGORITHM)
    parts = told.split("-") if isinstance(told, str) else []
    if len(parts) != 3 or parts[0] != "ECDSA" or parts[2] not in curves.HASHES:
        raise NoRecord(f"SA: {_shown(told)} is no signature algorithm of OCMF")
    curve = curves.by_name(parts[1])
    if curve is None:
        raise NoRecord(f"SA: the curve {_shown(parts[1])} is not known")
    if section.get("SM", "application/x-der") != "application/x-der":
        raise NoRecord(f"SM: a signature is application/x-der, not {_shown(section['SM'])}")
    return curve, parts[2]


def _numbers(record: Record, curve: curves.Curve) -> tuple[int, int]:
    content = _data(record.signature, record.payload.get("GI") == _LOWER_CASE)
    try:
        return der.signature(content)
    except der.NotDer:
        if len(content) == 2 * curve.size:
            raise NoRecord("SD: these are r and s alone; OCMF wants them in ASN.1 (DER)") from None
        raise


def _data(section: dict[str, Any], is_lower: bool) -> bytes:
    """Return the bytes of a signature.

    Hexadecimal digits know no case (RFC 4648, 8); of a writer who uses lower case alone another was changed.
    """
    told, encoding = section.get("SD"), section.get("SE", "hex")
    if not isinstance(told, str) or not told:
        raise NoRecord("SD: there is no signature in the signature section")
    joined = re.sub(r"\s", "", told)
    try:
        if encoding == "hex":
            if is_lower and joined != joined.lower():
                raise NoRecord(
                    "SD: digits in a case that no terminal writes, so one was changed after the signing"
                )
            return bytes.fromhex(joined)
        if encoding == "base64":
            return _canonical(base64.b64decode(joined, validate=True), joined, base64.b64encode)
        if encoding == "base32":
            return _canonical(base64.b32decode(joined), joined, base64.b32encode)
    except ValueError as error:
        raise NoRecord(f"SD: the signature is not written as {encoding}") from error
    raise NoRecord(f"SE: {_shown(encoding)} is no encoding of a signature; hex and base64 are")


def _canonical(content: bytes, text: str, encode: Any) -> bytes:
    """Return the content where its text is the one way to write it: other bits at its end mean a change."""
    if encode(content).decode() != text:
        raise ValueError("not the canonical text")
    return content


def _shown(value: Any) -> str:
    """Return a value from outside as it may stand in a sentence."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:60] + "…"
