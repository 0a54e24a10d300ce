"""Writes a receipt's document as one HTML page that needs nothing else: no script, no font, no picture.

It does not know receipts.
"""

from html import escape

import segno

from tools.documents.document import Document
from tools.documents.proofs import Evidence, Pairs

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 0}
header{display:flex;justify-content:space-between;gap:2rem}header>div{flex-shrink:0}
address{font-style:normal;text-align:right}
.code{font:600 1.15rem ui-monospace,monospace}.small{color:#555;font-size:.85em}
table{border-collapse:collapse;width:100%;margin:1.2rem 0}
th,td{padding:.35rem .5rem;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid #1a1a1a}tbody td{border-bottom:1px solid #ddd}
.lines td:not(:first-child),.lines th:not(:first-child),.totals td{text-align:right;white-space:nowrap}
.totals{width:auto;margin-left:auto}.totals tr:last-child td{font-weight:700;border-top:2px solid #1a1a1a}
dl{display:grid;grid-template-columns:minmax(0,9.5rem) minmax(0,1fr);gap:.15rem 1rem;margin:0;
align-content:start}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem 2rem;margin-top:1.4rem}
.verdict{border-left:.3rem solid #777;padding:.3rem .8rem;margin:1.2rem 0}.valid{border-color:#1b7f3b}
.invalid{border-color:#b00020;color:#b00020;font-weight:700}.qr{width:100%;max-width:20rem;height:auto;display:block}
.record{font:.75rem ui-monospace,monospace;overflow-wrap:anywhere}
.links{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem;list-style:none;padding:0;margin:2rem 0}a{color:#0a5c3a}
@media print{body{margin:0;max-width:none}nav{display:none}}
@media(max-width:40rem){header{display:block}address{text-align:left;margin-top:1rem}
.pair{grid-template-columns:1fr}.lines thead{position:absolute;left:-99rem}
.lines tr{display:block;border-bottom:1px solid #ddd;padding:.4rem 0}.lines td{border:0;padding:.1rem 0}
.lines td:first-child{display:block;font-weight:600}.small{font-weight:400}
.lines td:not(:first-child){display:flex;justify-content:space-between;gap:1rem;white-space:normal}
.lines td[data-label]::before{content:attr(data-label);color:#555}.totals{width:100%}}
"""


def write(document: Document) -> str:
    """Return the page."""
    said = document.words
    issuer = "<br>".join(map(escape, document.issuer))
    rows = "".join(_row(cells, note, document.headings) for cells, note in document.lines)
    rows = rows or f'<tr><td colspan="6">{escape(said["nothing"])}</td></tr>'
    totals = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in document.totals)
    headings = "".join(f'<th scope="col">{escape(one)}</th>' for one in document.headings)
    return (
        f'<!DOCTYPE html><html lang="{document.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)} {escape(document.number)}</title>"
        f"<style>{STYLE}</style></head><body>"
        f"<header><div><h1>{escape(document.title)} {escape(document.number)}</h1>"
        f'<div>{escape(said["code"])} <span class="code">{escape(document.code)}</span></div></div>'
        f"<address>{issuer}</address></header>"
        f"{_verdict(document.verdict, document.is_valid)}"
        f'<section class="pair">{_pairs(document.facts)}{_pairs(document.registers)}</section>'
        f'<table class="lines"><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>'
        f'<table class="totals"><tbody>{totals}</tbody></table>'
        f"{''.join(map(_evidence, document.evidence))}"
        f"{_links(document)}</body></html>\n"
    )


def _row(cells: list[str], note: str, headings: list[str]) -> str:
    first = escape(cells[0]) + (f'<div class="small">{escape(note)}</div>' if note else "")
    others = zip(cells[1:], headings[1:], strict=True)
    told = "".join(f'<td data-label="{escape(name)}">{escape(cell)}</td>' for cell, name in others)
    return f"<tr><td>{first}</td>{told}</tr>"


def _pairs(pairs: Pairs) -> str:
    return "<dl>" + "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in pairs) + "</dl>"


def _links(document: Document) -> str:
    if not document.links:
        return ""
    items = "".join(f'<li><a href="{escape(to)}">{escape(name)}</a></li>' for name, to in document.links)
    return f'<nav><ul class="links">{items}</ul></nav>'


def _verdict(text: str, is_valid: bool | None) -> str:
    kind = {True: "valid", False: "invalid", None: ""}[is_valid]
    return f'<p class="verdict {kind}">{escape(text)}</p>' if text else ""


def _evidence(evidence: Evidence) -> str:
    """Write what strangers verify by, and the record as a QR code, or as text where it is too large."""
    told = f"<h2>{escape(evidence.title)}</h2>{_verdict(evidence.verdict, evidence.is_valid)}"
    caption = f'<p class="small">{escape(evidence.caption)}</p>' if evidence.caption else ""
    if evidence.text():
        return f'{told}{_pairs(evidence.facts)}{caption}<p class="record">{escape(evidence.text())}</p>'
    picture = f"<div>{_qr(evidence.qr())}{caption}</div>" if evidence.record else caption
    return f'{told}<section class="pair">{_pairs(evidence.facts)}{picture}</section>'


def _qr(record: str) -> str:
    return str(segno.make(record, error="l", micro=False).svg_inline(svgclass="qr", omitsize=True, border=4))
