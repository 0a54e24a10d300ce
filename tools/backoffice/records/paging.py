"""Pages through big tables by key: a page knows the first and last key that it shows, and nobody counts.

It does not know what the rows are.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet

PAGE_ROWS = 50


@dataclass
class Page:
    """Rows, newest first, and the query strings of the pages beside it (None where there is none)."""

    rows: list[Any]
    newer: str | None
    older: str | None


def page_of(rows: QuerySet, keys: tuple[str, ...], wish: dict[str, str]) -> Page:
    """Return the page that `before` or `after` of the wish asks for; its other members stay in the links.

    `keys` names one unique field, or a field and a unique one that decides between equals.
    """
    kept = {name: text for name, text in wish.items() if text and name not in ("before", "after")}
    before, after = place_of(keys, wish)
    if after:
        found = list(rows.filter(_beyond(keys, after, "gt")).order_by(*keys)[: PAGE_ROWS + 1])
        newer, older = len(found) > PAGE_ROWS, True
        found = found[:PAGE_ROWS][::-1]
    else:
        wanted = rows.filter(_beyond(keys, before, "lt")) if before else rows
        found = list(wanted.order_by(*(f"-{key}" for key in keys))[: PAGE_ROWS + 1])
        newer, older = bool(before), len(found) > PAGE_ROWS
        found = found[:PAGE_ROWS]
    if not found:
        return Page([], None, None)
    return Page(
        found,
        "?" + urlencode({**kept, "after": _text(found[0], keys)}) if newer else None,
        "?" + urlencode({**kept, "before": _text(found[-1], keys)}) if older else None,
    )


def place_of(
    keys: tuple[str, ...], wish: dict[str, str]
) -> tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]:
    """Return the keys before which a page lies, and those after which: one of them at most is told."""
    after = _position(keys, wish.get("after"))
    return (None if after else _position(keys, wish.get("before"))), after


def _beyond(keys: tuple[str, ...], position: tuple[Any, ...], way: str) -> Q:
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{way}": position[0]})
    first, second = keys
    # The bound on the first key alone lets the database enter its index there.
    return Q(**{f"{first}__{way}e": position[0]}) & (
        Q(**{f"{first}__{way}": position[0]}) | Q(**{f"{second}__{way}": position[1]})
    )


def _text(row: Model, keys: tuple[str, ...]) -> str:
    return "~".join(str(getattr(row, key)) for key in keys)


def _position(keys: tuple[str, ...], text: str | None) -> tuple[Any, ...] | None:
    """Return what a link of ours says; None for everything else."""
    parts = (text or "").rsplit("~", len(keys) - 1)
    number = parts[-1]
    if len(parts) != len(keys) or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return (*parts[:-1], int(number))
