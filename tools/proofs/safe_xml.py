"""Verifies the XML container of S.A.F.E.'s Transparenzsoftware: values, each signed, each with its key.

It does not know OCMF records, nor any other form of values: those it names and leaves unread.
"""

import base64
import re
from collections import defaultdict
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from tools import keys
from tools.proofs import ocmf, other_forms, readings
from tools.proofs.proof import Proof

# So many values are verified; the containers that are known hold a few, and in each some four elements.
MAX_VALUES = 1000
MAX_ELEMENTS, MAX_DEPTH = 20_000, 20
# Of those elements that are read; others are left to their makers.
_ATTRIBUTES = {
    "value": ("context", "transactionId"),
    "signedData": ("format", "encoding"),
    "encodedData": ("format", "encoding"),
    "publicKey": ("encoding",),
}
_ENCODINGS = ("", "plain", "hex", "base64", "base32")
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["'](\s+encoding\s*=\s*["']([A-Z0-9-]+|[a-z0-9-]+)["'])?"""
    rb"""(\s+standalone\s*=\s*["'](yes|no)["'])?\s*\?>"""
)


class _Bounded(TreeBuilder):
    """Builds a tree of so many elements and no more, nor deeper ones."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._depth = 0

    def start(self, *args: Any) -> Any:
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_ELEMENTS} elements, or more than {MAX_DEPTH} in one another")
        return super().start(*args)

    def end(self, *args: Any) -> Any:
        self._depth -= 1
        return super().end(*args)


def verify(content: bytes, given: list[keys.PublicKey]) -> Proof:
    """Verify every value by the keys given, or else by the one that it carries."""
    proof = Proof("safe-xml")
    try:
        parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
        parser.feed(content)
        root = parser.close()
    except DefusedXmlException:
        proof.check("xml", False, "it declares a document type, which S.A.F.E.'s form has not")
        return proof
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        proof.check("xml", False, f"it is no XML: {error}")
        return proof
    other = other_forms.by_root(_name(root))
    if other:
        proof.unread.append(other)
        return proof
    found = [element for element in root.iter() if _name(element) == "value"]
    problems = [] if found else ["there is no <value> in it"]
    if content.startswith(b"<?") and not _DECLARATION.match(content):
        problems.append("it begins with no XML declaration of version 1.0")
    if len(found) > MAX_VALUES:
        problems.append(f"it holds {len(found)} values, at most {MAX_VALUES} are verified at once")
        found = []
    problems += _strange(root)
    proof.found("xml", problems, f"{len(found)} values")
    transactions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for value in found:
        record = _value(proof, value, given)
        if record is not None:
            transactions[value.get("transactionId", "")].append(record.payload)
    for transaction, payloads in transactions.items():
        _pair(proof, transaction, payloads)
    return proof


def _value(proof: Proof, value: Element, given: list[keys.PublicKey]) -> ocmf.Record | None:
    signed = _child(value, "signedData")
    if signed is None:
        signed = _child(value, "encodedData")
    if signed is None:
        proof.check("ocmf form", False, "a <value> without <signedData>")
        return None
    content = _content(signed)
    form = signed.get("format") or "OCMF"
    form = form.upper() if form in (form.lower(), form.upper()) else form
    if content is None or form != "OCMF" or not content.startswith(b"OCMF"):
        other = _other_form(signed, content or b"")
        if other:
            proof.unread.append(other)
            return None
        told = f"of the format {form[:20]}" if form != "OCMF" else "that is no OCMF record"
        proof.check("ocmf form", False, f"a value {told}: only OCMF is verified here")
        return None
    carried = _carried(proof, value)
    if given and carried and not {key.point for key in carried} & {key.point for key in given}:
        proof.check("public key", False, "the value carries another key than those that were given")
    return ocmf.verify(proof, content, given or carried)


def _other_form(signed: Element, content: bytes) -> str | None:
    """Return the form of a value that is none of OCMF, None where it is like nothing that is known."""
    if content.startswith(b"OCMF"):
        return None
    if _name(signed) == "encodedData" and other_forms.is_sealed(content):
        return other_forms.SEALED
    return other_forms.by_format((signed.get("format") or "").strip()) or other_forms.by_content(content)


def _strange(root: Element) -> list[str]:
    """Return what no writer of S.A.F.E.'s form puts into it, so that somebody changed it: text between the
    elements, an encoding that is none, an attribute that is one letter from the one it was.
    """
    problems = set()
    for element in root.iter():
        between = [element.text if len(element) else "", *(child.tail for child in element)]
        if any((text or "").strip() for text in between):
            problems.add(f"there is text between the elements of <{_name(element)}>")
        known = _ATTRIBUTES.get(_name(element), ())
        for name, told in element.attrib.items():
            if name not in known and any(_is_one_letter_off(name, one) for one in known):
                problems.add(f"<{_name(element)}> has an attribute {name[:20]!r}")
            is_written_whole = told in (told.lower(), told.upper())
            if name == "encoding" and known and not (is_written_whole and told.strip().lower() in _ENCODINGS):
                problems.add(
                    f"<{_name(element)}> has an encoding {told[:20]!r}; hex, base64, base32 and plain are"
                )
    return sorted(problems)


def _is_one_letter_off(name: str, other: str) -> bool:
    return len(name) == len(other) and sum(map(str.__ne__, name, other)) == 1


def _carried(proof: Proof, value: Element) -> list[keys.PublicKey]:
    element = _child(value, "publicKey")
    text = (element.text or "").strip() if element is not None else ""
    if element is None or not text:
        return []
    encoding = (element.get("encoding") or "").strip().lower() or None
    digits = re.sub(r"[\s:]", "", text)
    if re.fullmatch(r"[0-9A-Fa-f]+", digits) and digits not in (digits.lower(), digits.upper()):
        proof.check("public key", False, "hexadecimal digits in mixed case, so something was changed in it")
        return []
    try:
        return keys.recognise(text.encode(), encoding if encoding in ("hex", "base64", "base32") else None)
    except keys.KeyProblem as problem:
        proof.check("public key", False, problem.message)
        return []


def _content(element: Element) -> bytes | None:
    """Return what an element's text stands for, without the blanks around it."""
    text = (element.text or "").strip()
    encoding = (element.get("encoding") or "plain").strip().lower()
    joined = re.sub(r"\s", "", text)
    try:
        if encoding == "hex":
            return bytes.fromhex(joined).strip(ocmf.BLANKS)
        if encoding == "base64":
            return base64.b64decode(joined, validate=True).strip(ocmf.BLANKS)
        if encoding == "base32":
            return base64.b32decode(joined).strip(ocmf.BLANKS)
    except ValueError:
        return None
    return text.encode()


def _pair(proof: Proof, transaction: str, payloads: list[dict[str, Any]]) -> None:
    """Hold begin and end of a transaction, where they are two values, against each other.

    Where no number says that they belong together, those of one meter do.
    """
    pair = readings.pair(payloads)
    is_one = bool(pair) and readings.is_of_one_source(pair)
    if is_one or (pair and transaction):
        readings.check(proof, pair)
        wrong = [] if is_one else ["begin and end come from different gateways or meters"]
        proof.found("ocmf source", wrong, "begin and end come from one gateway and one meter")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _name(child) == name), None)
