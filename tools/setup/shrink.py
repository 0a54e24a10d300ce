"""Rewrites a whole program so that it needs less memory on a board and does just the same.

It does not know what the program does. Every name that is known at run time costs heap, even where the code
runs from ROM. Lines stay where they were, so a traceback still points into the source.
"""

from tools.setup.fold_constants import fold
from tools.setup.program_text import Module
from tools.setup.short_names import shorten_parameters, shorten_private


def shrink(sources: dict[str, str]) -> dict[str, str]:
    """Return the texts of a whole program, {dotted name: text}, in their smaller form."""
    for step in (fold, shorten_private, shorten_parameters):
        modules = {name: Module(name, text) for name, text in sources.items()}
        step(modules)
        sources = {name: module.edited() for name, module in modules.items()}
    return sources
