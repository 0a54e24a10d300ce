"""The letters of a PDF: Noto Sans, regular and bold, cut down to the characters of one document.

It does not know documents. It has the letters of Latin, Greek and Cyrillic with all their marks; what it
lacks is shown as a replacement and named, never as something alike.
"""

import functools
import io
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import fontpkg
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Noto Sans"
REPLACEMENT = "\ufffd"
# OpenType weights, by the names of fpdf2's styles.
WEIGHTS = {"": 400, "B": 700}
# What every document has, figures and page numbers among it.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "·" + REPLACEMENT
_NO_BREAK = ("\u00a0", "\u202f")
# Tables of a variable font that no cut needs: shaping, metrics of other weights, names of styles.
_UNNEEDED = ["GDEF", "GPOS", "GSUB", "HVAR", "MVAR", "STAT"]
# What only belongs to the character before: a choice of its form, or the join to the next one.
_JOINERS = {"\u200d", *map(chr, range(0xFE00, 0xFE10))}


def shown(text: str) -> str:
    """Return a text as a document shows it: composed (NFC), and with a replacement for what there is no
    letter of, or what is none, such as a control character.
    """
    return "".join(each if letter else REPLACEMENT for each, letter in _letters(text))


def unknown(texts: Iterable[str]) -> list[str]:
    """Return the characters that are shown as a replacement, each once, in their order."""
    lacking = (each for text in texts for each, letter in _letters(text) if not letter)
    return list(dict.fromkeys(lacking))


def write(folder: Path, texts: Iterable[str]) -> dict[str, Path]:
    """Write the font of each style, with the letters of these texts alone, and return the files."""
    font = TTFont(_file(), lazy=True)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += _UNNEEDED
    cutter = subset.Subsetter(options)
    cutter.populate(text=_ALWAYS + "".join(map(shown, texts)))
    cutter.subset(font)
    cut = io.BytesIO()
    font.save(cut)
    return {style: _weighed(cut, weight, folder / f"{weight}.ttf") for style, weight in WEIGHTS.items()}


def _weighed(cut: io.BytesIO, weight: int, path: Path) -> Path:
    cut.seek(0)
    instancer.instantiateVariableFont(TTFont(cut), {"wght": weight, "wdth": 100}).save(path)
    return path


def _letters(text: str) -> list[tuple[str, bool]]:
    """Return the characters of a text, and whether each is shown as it is."""
    found: list[tuple[str, bool]] = []
    for each in unicodedata.normalize("NFC", text):
        if each.isspace():
            found.append((_NO_BREAK[0] if each in _NO_BREAK else " ", True))
        elif each in _JOINERS and found and not found[-1][1]:
            continue
        else:
            is_letter = ord(each) in _known() and not unicodedata.category(each).startswith("C")
            found.append((each, is_letter))
    return found


def _file() -> Path:
    return Path(fontpkg.path(FAMILY))


@functools.cache
def _known() -> frozenset[int]:
    """Return the code points that the font has."""
    with TTFont(_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())
