"""Writes a receipt's document as one HTML page that needs nothing else: no script, no font, no picture.

It does not know receipts.
"""

from html import escape

import segno

from tools.documents.document import Document, Pairs

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}header{display:flex;justify-content:space-between;gap:2rem;flex-wrap:wrap}
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
.invalid{border-color:#b00020;color:#b00020;font-weight:700}.qr{width:15rem;height:auto;display:block}
.links{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem;list-style:none;padding:0;margin:2rem 0}a{color:#0a5c3a}
@media print{body{margin:0;max-width:none}nav{display:none}}
@media(max-width:40rem){.pair{grid-template-columns:1fr}.lines thead{position:absolute;left:-99rem}
.lines tr{display:block;border-bottom:1px solid #ddd;padding:.4rem 0}.lines td{border:0;padding:.1rem 0}
.lines td:first-child{display:block;font-weight:600}.small{font-weight:400}
.lines td:not(:first-child){display:flex;justify-content:space-between;gap:1rem;white-space:normal}
.lines td[data-label]::before{content:attr(data-label);color:#555}.totals{width:100%}}
"""


def write(document: Document) -> str:
    """Return the page."""
    said = document.words
    verdict = {True: "valid", False: "invalid", None: ""}[document.is_valid]
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
        f'<p class="verdict {verdict}">{escape(document.verdict)}</p>'
        f'<section class="pair">{_pairs(document.facts)}{_pairs(document.registers)}</section>'
        f'<table class="lines"><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>'
        f'<table class="totals"><tbody>{totals}</tbody></table>'
        f'<section class="pair">{_pairs(document.proofs)}{_qr(document)}</section>'
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


def _qr(document: Document) -> str:
    if not document.qr:
        return ""
    picture = segno.make(document.qr, error="l", micro=False).svg_inline(
        svgclass="qr", omitsize=True, border=4
    )
    return f'<div>{picture}<p class="small">{escape(document.words["qr"])}</p></div>'
