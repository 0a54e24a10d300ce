"""Writes a receipt's document as text for a terminal.

It does not know receipts.
"""

from tools.documents.document import Document
from tools.documents.proofs import Evidence, Pairs

_WIDTH = 96


def write(document: Document) -> str:
    """Return the document as lines of text."""
    said = document.words
    rows = [document.headings, *(cells for cells, _ in document.lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(document.headings))]
    told = [f"{document.title} {document.number}    {said['code']} {document.code}", *document.issuer]
    told += [document.verdict, "", *_pairs(document.facts), "", *_pairs(document.registers), ""]
    told.append(_columns(document.headings, widths))
    told.append("-" * (sum(widths) + 2 * len(widths) - 2))
    for cells, note in document.lines:
        told.append(_columns(cells, widths))
        if note:
            told.append("    " + note)
    if not document.lines:
        told.append(said["nothing"])
    label = max(len(one) for one, _ in document.totals)
    amount = max(len(one) for _, one in document.totals)
    told += ["", *(f"{one:<{label}}  {other:>{amount}}" for one, other in document.totals), ""]
    for evidence in document.evidence:
        told += [*_evidence(evidence), ""]
    return "\n".join(told[:-1]) + "\n"


def _evidence(evidence: Evidence) -> list[str]:
    """Return what verifies a receipt; a record is one line, so that it can be copied as it was signed."""
    told = [evidence.title, *([evidence.verdict] if evidence.verdict else []), *_pairs(evidence.facts)]
    return [*told, evidence.caption, evidence.record] if evidence.record else told


def _columns(cells: list[str], widths: list[int]) -> str:
    first = f"{cells[0]:<{widths[0]}}"
    return "  ".join(
        [first, *(f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))]
    )


def _pairs(pairs: Pairs) -> list[str]:
    width = max((len(label) for label, _ in pairs), default=0)
    return [f"{label:<{width}}  {told}" for label, told in pairs]
