"""Draws the modules of a QR code as text, two rows a line, for displays that have nothing but letters.

It does not know what a code says.
"""

QUIET = 4
# Light is drawn and dark left out: terminals are dark. Upper module, lower module: 0 is light.
HALVES = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(rows: "list[int]") -> "Iterator[str]":
    """Yield the lines of a code of as many rows as columns, with its quiet zone."""
    size = len(rows)
    padded = [0] * QUIET + list(rows) + [0] * (QUIET + 1)
    columns = range(size + QUIET - 1, -QUIET - 1, -1)
    for index in range(0, size + 2 * QUIET, 2):
        upper, lower = padded[index], padded[index + 1]
        yield "".join([HALVES[_module(upper, bit), _module(lower, bit)] for bit in columns])


def _module(row: int, bit: int) -> int:
    return row >> bit & 1 if bit >= 0 else 0
