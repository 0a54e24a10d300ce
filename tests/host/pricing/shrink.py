"""Takes from a case whatever it does not need to fail.

It does not know how a case fails: whoever calls tells.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.host.pricing.cases import Case

OPTIONAL = (
    "restrictions",
    "vat",
    "step_size",
    "min_price",
    "max_price",
    "tax_included",
    "incl_vat",
    "after_taxes",
)


def smallest(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Return a case that still fails, and no longer does when any one thing more is taken from it."""
    while True:
        try:
            case = next(less for less in smaller(case) if fails(less))
        except StopIteration:
            return case


def smaller(whole: Case) -> Iterator[Case]:
    """Give every case that has one thing less."""
    for name in ("tariff", "cdr"):
        document = getattr(whole, name)
        for path in _paths(document, ()):
            copy = _copy(document)
            holder = functools.reduce(lambda part, step: part[step], path[:-1], copy)
            del holder[path[-1]]
            yield replace(whole, **{name: copy})


def _copy(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _copy(value) for key, value in document.items()}
    return [_copy(value) for value in document] if isinstance(document, list) else document


def _paths(document: Any, before: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return where something lies that may be missing: what is not alone in a list, and optional members."""
    if isinstance(document, list):
        parts: list[tuple[Any, Any]] = list(enumerate(document))
        own = [(*before, index) for index, _ in parts if len(parts) > 1]
    elif isinstance(document, dict):
        parts = list(document.items())
        is_free = bool(before) and before[-1] == "restrictions"
        own = [(*before, key) for key, _ in parts if is_free or key in OPTIONAL]
    else:
        return []
    return own + [path for key, part in parts for path in _paths(part, (*before, key))]
