"""Writes a receipt's document as a PDF of A4 pages, with the letters that it needs in it.

It does not know receipts, and which letters there are: that is typeface.py.
"""

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos

from tools.documents import typeface
from tools.documents.document import Document
from tools.documents.proofs import Evidence, Pairs
from tools.documents.typeface import shown as _shown

_FONT = "Noto Sans"
_LEFT_MM, _WIDTH_MM, _BOTTOM_MM = 18.0, 174.0, 22.0
# Item, quantity, unit price, VAT, net, gross.
_COLUMNS_MM = (54.0, 24.0, 32.0, 13.0, 25.0, 26.0)
_ROW_MM, _NOTE_MM, _ISSUER_MM, _GAP_MM = 5.2, 4.2, 100.0, 1.5
# Millimetres from line to line for each point of a fact's size.
_PITCH = 0.5
_NOTE_SIZE, _NOTE_WIDTH_MM = 8, 130.0
# The least side of a QR code and of one of its modules, and the label of what stands beside it.
_QR_MM, _MODULE_MM, _PROOF_LABEL_MM = 62.0, 0.42, 32.0
_DARK, _GREY, _RED, _GREEN = (20, 20, 20), (95, 95, 95), (176, 0, 32), (27, 127, 59)


def write(document: Document) -> bytes:
    """Return the PDF. What its letters lack is shown as a replacement, and a sentence in it says so."""
    with tempfile.TemporaryDirectory() as folder:
        return _written(document, typeface.write(Path(folder), _texts(document)))


def unknown(document: Document) -> list[str]:
    """Return the characters of a document that a PDF shows as a replacement."""
    return typeface.unknown(_texts(document))


def _texts(told: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(told, str):
        yield told
    elif dataclasses.is_dataclass(told) and not isinstance(told, type):
        yield from _texts([getattr(told, part.name) for part in dataclasses.fields(told)])
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _texts(each)
    elif isinstance(told, dict):
        yield from _texts(list(told.values()))


def _written(document: Document, fonts: dict[str, Path]) -> bytes:
    pdf = _Pages(document, fonts)
    pdf.add_page()
    pdf.head()
    pdf.two_columns(document.facts, document.registers)
    pdf.price_lines()
    pdf.sums()
    for evidence in document.evidence:
        pdf.proof(evidence)
    return bytes(pdf.output())


class _Pages(FPDF):
    def __init__(self, document: Document, fonts: dict[str, Path]) -> None:
        super().__init__(format="A4")
        self._told = document
        for style, path in fonts.items():
            self.add_font(_FONT, style, path)
        self.c_margin = 0
        self.set_margins(_LEFT_MM, 16, _LEFT_MM)
        self.set_auto_page_break(True, _BOTTOM_MM)
        self.set_title(_shown(f"{document.title} {document.number}"))
        self.set_lang(document.language)
        self.set_creator("Kilotap")
        self.alias_nb_pages()

    def footer(self) -> None:
        """Write number and page at the foot of each page."""
        self.set_y(-14)
        self._ink(8, _GREY)
        told = self._told
        self.cell(_WIDTH_MM / 2, 5, _shown(f"{told.title} {told.number} · {told.code}"))
        page = f"{told.words['page']} {self.page_no()}/"
        # The number of pages is written in later, so that nothing can be aligned with it.
        self.set_x(_LEFT_MM + _WIDTH_MM - self.get_string_width(f"{page}{self.page_no()}"))
        self.cell(0, 5, f"{page}{{nb}}")

    def head(self) -> None:
        """Write title, short code, issuer and verdict."""
        told = self._told
        top = self.get_y()
        self._ink(20, _DARK, "B")
        self._line(_shown(told.title), 9)
        self._ink(12, _DARK)
        self._line(_shown(told.number), 6)
        self._ink(10, _GREY)
        self.cell(self.get_string_width(told.words["code"]) + 3, 6, _shown(told.words["code"]))
        self._ink(12, _DARK, "B")
        self._line(told.code, 6)
        below = self.get_y()
        self.set_y(top + 1)
        self._ink(10, _DARK)
        for text in told.issuer:
            self.set_x(_LEFT_MM + _WIDTH_MM - _ISSUER_MM)
            self.multi_cell(_ISSUER_MM, 5, _shown(text), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(below, self.get_y()) + 3)
        self._verdict(told.verdict, told.is_valid, 10)
        if unknown(told):
            self.ln(1)
            self._caption(told.words["not_in_font"], _WIDTH_MM)
        self.ln(4)

    def _verdict(self, text: str, is_valid: bool | None, size: float) -> None:
        color = {True: _GREEN, False: _RED, None: _GREY}[is_valid]
        self.set_fill_color(*color)
        self.rect(_LEFT_MM, self.get_y(), 1.2, 0.7 * size, "F")
        self._ink(size, color, "" if is_valid is None else "B")
        self.set_x(_LEFT_MM + 4)
        self._line(_shown(text), 0.7 * size)

    def two_columns(self, left: Pairs, right: Pairs) -> None:
        """Write two lists of facts side by side."""
        top = self.get_y()
        self._pairs(right, _LEFT_MM + 100, 74, 38)
        ends, page = self.get_y(), self.page
        self.set_y(top)
        self._pairs(left, _LEFT_MM, 98, 26)
        # So many facts that they went on to another page leave the few beside them behind.
        self.set_y((max(ends, self.get_y()) if self.page == page else self.get_y()) + 5)

    def price_lines(self) -> None:
        """Write the lines of the price; their headings stand on each page, and never alone at its foot."""
        for place, (cells, note) in enumerate(self._told.lines):
            self._ink(_NOTE_SIZE, _GREY)
            needed = _ROW_MM + (self._height_mm(note, _NOTE_WIDTH_MM, _NOTE_MM) if note else 0) + 2
            is_first = place == 0
            if self.get_y() + needed + (7 if is_first else 0) > self.page_break_trigger:
                self.add_page()
                is_first = True
            if is_first:
                self._headings()
            self._row(cells, note)
        if not self._told.lines:
            self._headings()
            self._ink(10, _DARK)
            self._line(_shown(self._told.words["nothing"]), 7)

    def _headings(self) -> None:
        self._ink(8.5, _GREY, "B")
        self._cells(self._told.headings, 6)
        self.set_draw_color(*_DARK)
        self.set_line_width(0.4)
        self.line(_LEFT_MM, self.get_y(), _LEFT_MM + _WIDTH_MM, self.get_y())
        self.ln(1)

    def _row(self, cells: list[str], note: str) -> None:
        self._ink(9.5, _DARK)
        self._cells(cells, _ROW_MM)
        if note:
            self._ink(_NOTE_SIZE, _GREY)
            self.multi_cell(
                _NOTE_WIDTH_MM, _NOTE_MM, _shown(note), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        self.set_draw_color(215, 215, 215)
        self.set_line_width(0.2)
        self.line(_LEFT_MM, self.get_y() + 0.6, _LEFT_MM + _WIDTH_MM, self.get_y() + 0.6)
        self.ln(1.4)

    def _height_mm(self, text: str, width_mm: float, line_mm: float, mode: WrapMode = WrapMode.WORD) -> float:
        """Return how high a text becomes in the font that is set."""
        lines = self.multi_cell(
            width_mm,
            line_mm,
            _shown(text),
            align="L",
            wrapmode=mode,
            dry_run=True,
            output=MethodReturnValue.LINES,
        )
        return line_mm * len(lines) if isinstance(lines, list) else line_mm

    def sums(self) -> None:
        """Write the totals, all on one page."""
        needed = 6 * len(self._told.totals) + 6
        if self.get_y() + needed > self.page_break_trigger:
            self.add_page()
        self.ln(2)
        for place, (label, amount) in enumerate(self._told.totals, 1):
            is_last = place == len(self._told.totals)
            if is_last:
                self.set_draw_color(*_DARK)
                self.set_line_width(0.4)
                self.line(_LEFT_MM + 90, self.get_y() + 0.4, _LEFT_MM + _WIDTH_MM, self.get_y() + 0.4)
                self.ln(1)
            self._ink(12 if is_last else 10, _DARK, "B" if is_last else "")
            self.set_x(_LEFT_MM + 90)
            self.cell(50, 6, _shown(label))
            self.cell(34, 6, _shown(amount), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(5)

    def proof(self, evidence: Evidence) -> None:
        """Write what strangers verify by, and the record as a QR code, or as text where it is too large."""
        rows = _modules(evidence.qr()) if evidence.qr() else []
        side_mm = max(_QR_MM, _MODULE_MM * len(rows)) if rows else 0.0
        width_mm = _WIDTH_MM - (side_mm + 6 if rows else 0)
        if self.get_y() + max(side_mm + 14, 40) + 10 > self.page_break_trigger:
            self.add_page()
        self._ink(11, _DARK, "B")
        self._line(_shown(evidence.title), 6)
        if evidence.verdict:
            self._verdict(evidence.verdict, evidence.is_valid, 8)
        top = self.get_y() + 1
        self.set_y(top)
        self._pairs(evidence.facts, _LEFT_MM, width_mm, _PROOF_LABEL_MM, size=8)
        ends = self.get_y()
        if rows:
            left = _LEFT_MM + _WIDTH_MM - side_mm
            self._qr(rows, left, top, side_mm)
            self.set_xy(left, top + side_mm + 1)
            self._caption(evidence.caption, side_mm)
        elif evidence.record:
            self.ln(1)
            self._caption(evidence.caption, _WIDTH_MM)
            self._text(evidence.record)
        self.set_y(max(ends, self.get_y()) + 6)

    def _caption(self, text: str, width_mm: float) -> None:
        self._ink(7.5, _GREY)
        self.multi_cell(width_mm, 3.4, _shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _text(self, record: str) -> None:
        """Write a record as text, its lines broken anywhere."""
        self._ink(6.5, _DARK)
        self.multi_cell(_WIDTH_MM, 2.8, _shown(record), align="L", wrapmode=WrapMode.CHAR)

    def _qr(self, rows: list[list[int]], left: float, top: float, side_mm: float) -> None:
        """Draw the modules as rectangles, a row's neighbours as one, so that no reader blurs them."""
        side = side_mm / len(rows)
        self.set_fill_color(0, 0, 0)
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                run = 0
                while x + run < len(row) and row[x + run]:
                    run += 1
                if run:
                    self.rect(left + x * side, top + y * side, run * side, side + 0.01, "F")
                x += run or 1

    def _pairs(self, pairs: Pairs, left: float, width: float, label_mm: float, size: float = 9.5) -> None:
        pitch_mm, told_mm = _PITCH * size, width - label_mm - 1
        for label, told in pairs:
            self._ink(size, _DARK)
            # A word that is longer than a line is broken anywhere.
            is_long = any(self.get_string_width(_shown(word)) > told_mm for word in told.split())
            mode = WrapMode.CHAR if is_long else WrapMode.WORD
            height_mm = max(
                self._height_mm(told, told_mm, pitch_mm, mode), self._height_mm(label, label_mm - 1, pitch_mm)
            )
            if self.get_y() + height_mm > self.page_break_trigger:
                self.add_page()
            top = self.get_y()
            self._ink(size, _GREY)
            self.set_x(left)
            self.multi_cell(label_mm - 1, pitch_mm, _shown(label), align="L")
            self._ink(size, _DARK)
            self.set_xy(left + label_mm, top)
            self.multi_cell(told_mm, pitch_mm, _shown(told), align="L", wrapmode=mode)
            self.set_y(top + height_mm)

    def _cells(self, cells: list[str], height: float) -> None:
        size = self.font_size_pt
        for place, (cell, width) in enumerate(zip(cells, _COLUMNS_MM, strict=True)):
            # What is too long for its column becomes smaller, and covers nothing.
            needed, room = self.get_string_width(_shown(cell)), width - _GAP_MM
            self.set_font_size(size * min(1, room / needed) if needed else size)
            self.cell(width, height, _shown(cell), align="R" if place else "L")
            self.set_font_size(size)
        self.ln(height)

    def _line(self, text: str, height: float) -> None:
        self.cell(_WIDTH_MM, height, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _ink(self, size: float, color: tuple[int, int, int], style: str = "") -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*color)


def _modules(record: str) -> list[list[int]]:
    """Return the modules of a record's QR code, with its margin."""
    return [list(row) for row in segno.make(record, error="l", micro=False).matrix_iter(border=4)]
