"""Sweeps every boundary of a tariff's conditions: which element wins where, and where none does.

It does not know prices and dimensions. Nothing is sampled: between two boundaries nothing changes, so one
look at each stretch is a look at all of it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

Interval = tuple[Any, Any]  # low inclusive, high exclusive; None is an open side
Box = dict[str, tuple[Any, ...]]  # kind of condition -> what of its axis: intervals, weekdays or names
Conditions = Sequence[tuple[str, Any, Any]]

DAY_S = 86400
WEEK = 0b1111111
# Dates come before weekdays, for a stretch of dates shorter than a week does not have them all.
NUMBERS = ("energy", "power", "current", "duration", "charging_time", "idle_time")
AXES = ("date", "weekday", "time", *NUMBERS, "brand", "recognition", "evse_kind")
OTHER = None  # any name that no condition names

_MAX_STEPS = 50_000
MAX_BOXES = 12  # more gaps than these are not told one by one


class TooMany(Exception):
    """More combinations of boundaries than can be looked at."""


class Swept(NamedTuple):
    """What a sweep found: the places in the list that win somewhere, and where none does."""

    winners: frozenset[int]
    gaps: tuple[Box, ...]


def sweep(elements: Sequence[Conditions], days: Interval = (None, None)) -> Swept:
    """Return who is the first to match somewhere within some days since 1970-01-01. Raises TooMany."""
    return _Sweep(elements, days).solve(0, tuple(range(len(elements))), WEEK)


def atoms(kind: str, conditions: Sequence[Interval], days: Interval = (None, None)) -> list[Any]:
    """Return the stretches of an axis between the boundaries that conditions put on it."""
    if kind == "weekday":
        return list(range(7))
    if kind not in (*NUMBERS, "date", "time"):
        return [*sorted({str(low) for low, _ in conditions}), OTHER]
    low, high = {"date": days, "time": (0, DAY_S)}.get(kind, (Fraction(0), None))
    cuts = {_number(side) for condition in conditions for side in condition if side is not None}
    inside = sorted(cut for cut in cuts if (low is None or cut > low) and (high is None or cut < high))
    edges = [low, *inside, high]
    return list(zip(edges, edges[1:], strict=False))


def matches(kind: str, condition: Interval, atom: Any) -> bool:
    """Return whether a condition holds in a stretch that `atoms` made."""
    low, high = condition
    if kind == "weekday":
        return bool(low >> atom & 1)
    if kind == "time":
        if high <= low:
            return bool(low != high and (atom[0] >= low or atom[1] <= high))
    elif kind not in (*NUMBERS, "date"):
        return bool(low == atom)
    above = low is None or (atom[0] is not None and _number(low) <= atom[0])
    return above and (high is None or (atom[1] is not None and atom[1] <= _number(high)))


def _number(side: Any) -> Any:
    return Fraction(*side) if isinstance(side, tuple) else side


class _Sweep:
    """Walks the axes one by one, with ever fewer elements that still match."""

    def __init__(self, elements: Sequence[Conditions], days: Interval) -> None:
        used = {kind for conditions in elements for kind, _, _ in conditions}
        self.axes = [kind for kind in AXES if kind in used]
        self.of: list[dict[str, list[Interval]]] = []
        for conditions in elements:
            by_kind: dict[str, list[Interval]] = {}
            for kind, low, high in conditions:
                by_kind.setdefault(kind, []).append((low, high))
            self.of.append(by_kind)
        self.atoms = {
            kind: atoms(kind, [one for by_kind in self.of for one in by_kind.get(kind, [])], days)
            for kind in self.axes
        }
        self.known: dict[tuple[int, tuple[int, ...], int], Swept] = {}
        self.steps = 0

    def solve(self, axis: int, alive: tuple[int, ...], weekdays: int) -> Swept:
        """Return who wins and where nobody does, over the axes from this one on."""
        rest = self.axes[axis:]
        for place, element in enumerate(alive):
            if not any(kind in self.of[element] for kind in rest):
                alive = alive[: place + 1]  # It matches everywhere from here on: nobody after it is asked.
                break
        if not alive:
            return Swept(frozenset(), ({},))
        if not rest:
            return Swept(frozenset(alive[:1]), ())
        key = (axis, alive, weekdays)
        if key not in self.known:
            self.known[key] = self._split(axis, alive, weekdays)
        return self.known[key]

    def _holds(self, element: int, kind: str, atom: Any) -> bool:
        return all(matches(kind, condition, atom) for condition in self.of[element].get(kind, ()))

    def _split(self, axis: int, alive: tuple[int, ...], weekdays: int) -> Swept:
        kind = self.axes[axis]
        winners: frozenset[int] = frozenset()
        found: list[tuple[list[Any], tuple[Box, ...]]] = []
        looked_at = 0
        for atom in self.atoms[kind]:
            if kind == "weekday" and not weekdays >> atom & 1:
                continue
            looked_at += 1
            self.steps += 1
            if self.steps > _MAX_STEPS:
                raise TooMany
            left = tuple(
                e for e in alive if all(matches(kind, one, atom) for one in self.of[e].get(kind, []))
            )
            swept = self.solve(axis + 1, left, _weekdays(atom) if kind == "date" else weekdays)
            winners |= swept.winners
            # What is free in the same way is told as one.
            alike = next((part for part, gaps in found if gaps == swept.gaps), None)
            if alike is not None:
                alike.append(atom)
            elif swept.gaps:
                found.append(([atom], swept.gaps))
        boxes: list[Box] = []
        for part, gaps in found:
            boxes += [gap if len(part) == looked_at else {kind: tuple(part), **gap} for gap in gaps]
        return Swept(winners, tuple(boxes[:MAX_BOXES]))


def _weekdays(days: Interval) -> int:
    """Return the mask of the weekdays in a stretch of days since 1970-01-01; bit 0 is Sunday."""
    first, end = days
    if first is None or end is None or end - first >= 7:
        return WEEK
    mask = 0
    for day in range(first, end):
        mask |= 1 << (day + 4) % 7
    return mask
