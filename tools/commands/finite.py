"""A kind of number for options: one that has an end, which `inf` and `nan` have not.

It does not know what is counted.
"""

import math
from typing import Any

import click


class Finite(click.FloatRange):
    """A number in a range: `nan` is in none, and passes for being in each."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number of a text. Raises BadParameter."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} has no end; give a number", param, ctx)
        return number
