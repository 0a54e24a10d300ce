"""Reads the exact numbers of signed records: decimals and fractions, as `firmware.pricing.ratio` writes them.

It does not know what they count. A power of ten in a text of ten letters would keep a reader busy for days.
"""

import re
from fractions import Fraction

# Longer ones come from no price and no meter.
MOST_DIGITS = 2000
FORM = re.compile(r"-?[0-9]{1,%d}([./][0-9]{1,%d})?" % (MOST_DIGITS, MOST_DIGITS))


def number(text: object) -> Fraction:
    """Return what a text says, `0.49` or `1201/1800`. ValueError for any other, ZeroDivisionError."""
    if not isinstance(text, str) or not FORM.fullmatch(text):
        raise ValueError(f"{str(text)[:40]!r}, which is no exact number")
    return Fraction(text)
