"""Verifies what a stranger may hold in hands: a record, a receipt, a ledger, an OCMF record, or SAFE's XML.

It does not print: every check says by itself whether it holds and why.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import click

from emulator.ledger_folder import LedgerFolder
from firmware.crypto import jose, jsontext
from firmware.errors import CryptoError, LedgerError, PricingError, ReceiptError
from firmware.ledger import audit, chain, segment
from firmware.pricing import money
from firmware.receipts import ocmf
from firmware.screens import catalogue, words
from tools import keys

COMPACT = re.compile(r"[^.\s]+\.[^.\s]+\.[^.\s]*")
NO_KEY = "there is no key in it to verify with; give the terminal's key with --key"


@dataclass
class Proof:
    """What was found: `kind`, and the checks as (name, whether it holds, why)."""

    kind: str
    checks: list[tuple[str, bool, str]] = field(default_factory=list)

    def check(self, name: str, holds: bool, why: str) -> bool:
        """Note a check and return whether it holds."""
        self.checks.append((name, holds, why))
        return holds

    def holds(self) -> bool:
        """Return whether all of it holds."""
        return all(holds for _, holds, _ in self.checks)


def verify(path: str, given: list[bytes]) -> Proof:
    """Verify a file or a ledger's folder with the keys given, or those that it carries. Raises OSError."""
    if Path(path).is_dir():
        return _ledger(path, given)
    text = Path(path).read_bytes().decode("utf-8", "replace").strip()
    if text.startswith("OCMF|"):
        proof = Proof("ocmf")
        _ocmf(proof, text, given)
        return proof
    if text.startswith("<"):
        return _safe_xml(text, given)
    if COMPACT.fullmatch(text):
        return _record(text, given)
    known = "a compact JWS, an OCMF record, SAFE's XML, or a ledger's folder"
    raise click.ClickException(f"{path} is nothing that can be verified here: {known}")


def check_ledger(path: str, given: list[bytes]) -> dict:
    """Return `{"holds", "records", "problems"}` of a ledger, by a given key or its first record's."""
    folder = LedgerFolder(path)
    if not segment.oldest(folder):
        raise click.ClickException(f"{path} holds no ledger: there is no file ledger-….log in it")
    first = _first_record(folder)
    public = _choose(_kid(first), given) if given and first else _carried(first)
    if public is None:
        what = (
            "no given key is the one that signed the first record"
            if given
            else "its first record carries no key"
        )
        found = audit.check_ledger(folder, None)
        found["problems"].insert(
            0, {"seq": None, "file": None, "offset": None, "what": f"signatures: {what}"}
        )
        return {**found, "holds": False}
    return audit.check_ledger(folder, keys.verifier(public), None, jose.thumbprint(public))


def _ledger(path: str, given: list[bytes]) -> Proof:
    proof = Proof("ledger")
    found = check_ledger(path, given)
    for problem in found["problems"]:
        place = (
            f"record {problem['seq']} ({problem['file']}, byte {problem['offset']})"
            if problem["file"]
            else "ledger"
        )
        proof.check(place, False, problem["what"])
    why = f"{found['records']} records, each signed, in sequence and chained to the one before"
    proof.check("chain", found["holds"], why if found["holds"] else "see above")
    return proof


def _record(compact: str, given: list[bytes]) -> Proof:
    proof = Proof("record")
    try:
        payload = chain.payload_of(compact, None)
    except LedgerError as error:
        proof.check("form", False, str(error))
        return proof
    proof.check(
        "form", True, "a compact JWS with ES256 over a payload in canonical form (RFC 7515, RFC 8785)"
    )
    public = _choose(_kid(compact), given) if given else _carried(compact)
    _signature(proof, compact, public, given)
    if payload.get("kind") == "session.ended":
        proof.kind = "receipt"
        _receipt(proof, payload, [public] if public else given)
    return proof


def _signature(proof: Proof, compact: str, public: bytes | None, given: list[bytes]) -> None:
    if public is None:
        why = f"it names the key {_kid(compact)}, which was not given" if given else NO_KEY
        proof.check("signature", False, why)
        return
    _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
    holds = keys.verifier(public)(signing_input, signature)
    source = "the key that was given" if given else "the key that the record itself carries"
    proof.check("signature", holds, f"by {source}, {jose.thumbprint(public)}")


def _receipt(proof: Proof, receipt: dict, given: list[bytes]) -> None:
    """Recompute what a receipt says twice, and verify the meter's own record in it."""
    try:
        _energy(proof, receipt)
        _amounts(proof, receipt)
        _lines(proof, receipt)
        text = receipt["ocmf"]
    except (KeyError, TypeError, ValueError, ZeroDivisionError, PricingError) as error:
        proof.check("members", False, f"the receipt lacks or garbles {error}")
        return
    content = _ocmf(proof, text, given)
    if content is not None:
        _same_session(proof, receipt, content)


def _energy(proof: Proof, receipt: dict) -> None:
    meter = receipt["meter"]
    counted_wh = meter["stop_wh"] - meter["start_wh"]
    billed_wh = receipt["energy_wh"]
    why = f"{meter['stop_wh']} less {meter['start_wh']} is {counted_wh} Wh, billed are {billed_wh} Wh"
    proof.check("energy", counted_wh == billed_wh >= 0, why)


def _amounts(proof: Proof, receipt: dict) -> None:
    net_minor, gross_minor = receipt["net_minor"], receipt["gross_minor"]
    sums = (
        ("the lines' net", sum(line["net_minor"] for line in receipt["lines"]), net_minor),
        ("the lines' gross", sum(line["gross_minor"] for line in receipt["lines"]), gross_minor),
        ("the net by VAT rate", sum(vat["net_minor"] for vat in receipt["vat"]), net_minor),
        ("net and VAT", net_minor + sum(vat["vat_minor"] for vat in receipt["vat"]), gross_minor),
    )
    wrong = [f"{name} is {summed}, not {stated}" for name, summed, stated in sums if summed != stated]
    proof.check("amounts", not wrong, "; ".join(wrong) or "lines, net, VAT and gross add up")


def _lines(proof: Proof, receipt: dict) -> None:
    """Redo every line: quantity by unit price, which rounding moves by less than one minor unit."""
    minor_units = 10 ** money.exponent(receipt["currency"])
    wrong = []
    for number, line in enumerate(receipt["lines"], 1):
        exact = Fraction(line["quantity"]) * Fraction(line["unit_price"]) * minor_units
        stated = line["net_minor"] if receipt.get("tax", "NO") == "NO" else line["gross_minor"]
        if abs(exact - stated) >= 1:
            told = f"{line['quantity']} {line['unit']} at {line['unit_price']} is {float(exact):.3f}"
            wrong.append(f"line {number}, {line['dimension']}: {told} minor units, not {stated}")
    shown = [text.replace(catalogue.NO_BREAK, " ") for text in words.bill(receipt, "en")]
    proof.check("lines", not wrong, "; ".join(wrong or shown) or "nothing was charged")


def _ocmf(proof: Proof, text: str, given: list[bytes]) -> dict | None:
    """Check an OCMF record and return its payload."""
    try:
        signed, content, section = ocmf.parse(text)
        algorithm, encoding = section.get("SA", ocmf.ALGORITHM), section.get("SE", "hex")
        signature = bytes.fromhex(section["SD"])
    except (ReceiptError, ValueError) as error:
        proof.check("ocmf form", False, str(error))
        return None
    if algorithm != ocmf.ALGORITHM or encoding != "hex":
        proof.check(
            "ocmf form", False, f"{algorithm} in {encoding}; only {ocmf.ALGORITHM} in hex is verified here"
        )
        return None
    proof.check("ocmf form", True, "three sections, readings in order")
    if not given:
        proof.check("ocmf signature", False, NO_KEY)
        return content
    signers = [public for public in given if keys.der_verifier(public)(signed.encode(), signature)]
    why = f"by the key {jose.thumbprint(signers[0])}" if signers else "by none of the keys at hand"
    proof.check("ocmf signature", bool(signers), why)
    return content


def _same_session(proof: Proof, receipt: dict, content: dict) -> None:
    """Hold the meter's record against the receipt around it."""
    meter = receipt["meter"]
    readings = content["RD"]
    pairs = (
        ("serial", content.get("MS"), meter["serial"]),
        ("start", _wh(readings[0]), meter["start_wh"]),
        ("stop", _wh(readings[-1]), meter["stop_wh"]),
        ("token", content.get("ID"), (receipt.get("token") or {}).get("uid")),
    )
    wrong = [
        f"{name}: OCMF says {inner}, the receipt {outer}" for name, inner, outer in pairs if inner != outer
    ]
    proof.check(
        "ocmf agrees", not wrong, "; ".join(wrong) or "meter, registers and token are those of the receipt"
    )


def _wh(reading: dict) -> int | None:
    """Return an OCMF reading, which is in kWh or Wh, in Wh; None for what is no whole number of Wh."""
    given = reading.get("RV")
    factor = {"kWh": 1000, "Wh": 1}.get(str(reading.get("RU")))
    if factor is None or given is None:
        return None
    top, bottom = given.ratio() if isinstance(given, jsontext.Number) else (given, 1)
    whole, rest = divmod(top * factor, bottom)
    return None if rest else whole


def _safe_xml(text: str, given: list[bytes]) -> Proof:
    proof = Proof("safe-xml")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        proof.check("xml", False, "it declares a document type, which SAFE's form has not")
        return proof
    try:
        found = list(ElementTree.fromstring(text).iter("value"))  # noqa: S314 - no entities, see above
    except ElementTree.ParseError as error:
        proof.check("xml", False, f"no XML: {error}")
        return proof
    proof.check("xml", bool(found), f"{len(found)} values")
    for entry in found:
        carried = (entry.findtext("publicKey") or "").strip()
        try:
            public = given or (keys.recognise(carried.encode()) if carried else [])
        except keys.KeyProblem as problem:
            proof.check("public key", False, problem.message)
            public = []
        _ocmf(proof, (entry.findtext("signedData") or "").strip(), public)
    return proof


def _first_record(folder: LedgerFolder) -> str | None:
    for name in segment.each(folder):
        for _, compact, _, _ in segment.stream(folder, name):
            if compact is not None:
                return str(compact)
    return None


def _kid(compact: str | None) -> str:
    """Return the thumbprint of the key that a record names."""
    try:
        return str(jsontext.parse(jose.unb64url((compact or "").split(".")[0]))["kid"])
    except (CryptoError, KeyError, TypeError):
        return "?"


def _choose(kid: str, given: list[bytes]) -> bytes | None:
    return next((public for public in given if jose.thumbprint(public) == kid), None)


def _carried(compact: str | None) -> bytes | None:
    """Return the key that a `boot` record introduces, if it is the one that the record names."""
    try:
        public: bytes = jose.public_from_jwk(chain.payload_of(compact or "", None)["key"])
    except (LedgerError, CryptoError, KeyError):
        return None
    return public if jose.thumbprint(public) == _kid(compact) else None
