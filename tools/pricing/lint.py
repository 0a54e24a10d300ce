"""Judges a tariff before anybody charges by it: what is refused, and what is allowed and hardly meant.

It does not know files and output. A finding is an error where the terminal refuses the tariff, a warning
where drivers or operators will be surprised, a note where it is good to know.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from firmware.errors import PricingError
from firmware.pricing import calendar, fast_charging, money, ocpp, ratio, tariff
from tools.pricing import words
from tools.pricing.sweep import MAX_BOXES, Box, Interval, TooMany, sweep

LEVELS = ERROR, WARNING, NOTE = ("error", "warning", "note")

_DAY_S = 86400
_USUAL_S = 60  # "per minute begun" is what people expect
_SURPRISE_MINOR = 10  # a step that is worth so many minor units is seen on the bill


class Finding(NamedTuple):
    """One thing to say of a tariff: how bad, which rule, where in the document, and what to do."""

    level: str
    rule: str
    path: str
    what: str


class _Subject(NamedTuple):
    """A tariff that parses, with what the rules need to know around it."""

    tariff: Any
    places: list[str]
    now_s: int
    power_w: int | None
    days: Interval  # those that still matter, since 1970-01-01
    live: list[int]  # the elements that a session can meet, were there no others


def check(
    document: Any, now_s: int, power_w: int | None = None, evse_kind: str | None = None
) -> list[Finding]:
    """Return all findings, the worst first; power and kind are the charger's, None where not known."""
    is_ocpp = ocpp.is_ocpp(document)
    found = list(_duplicates(document))
    try:
        parsed = ocpp.parse(document, evse_kind) if is_ocpp else tariff.parse(document)
    except PricingError as error:
        found += [_refusal(problem) for problem in error.problems]
    else:
        days = _days(parsed, now_s)
        live = [number for number, element in enumerate(parsed.elements) if _is_met(element, days)]
        places = _places(document, parsed, evse_kind)
        subject = _Subject(parsed, places, now_s, power_w, days, live)
        for rule in (_validity, _reachability, _gaps, _steps, _vat, _display):
            found += rule(subject)
    return [finding for level in LEVELS for finding in found if finding.level == level]


def _refusal(problem: str) -> Finding:
    path, _, sentence = problem.partition(": ") if problem.startswith("/") else ("", "", problem)
    return Finding(ERROR, "refused", path, sentence)


def _duplicates(document: Any) -> Iterator[Finding]:
    """Find two components of one dimension in one element."""
    elements = document.get("elements") if isinstance(document, dict) else None
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        components = element.get("price_components") if isinstance(element, dict) else None
        seen: list[Any] = []
        for place, component in enumerate(components if isinstance(components, list) else []):
            dimension = component.get("type") if isinstance(component, dict) else None
            if isinstance(dimension, str) and dimension in seen:
                path = f"/elements/{number}/price_components/{place}"
                what = f"a second {dimension} in this element is never used; give it an element of its own"
                yield Finding(WARNING, "duplicate", path, what)
            seen.append(dimension)


def _places(document: dict[str, Any], parsed: Any, evse_kind: str | None) -> list[str]:
    """Return where in the document each element stands."""
    if not ocpp.is_ocpp(document):
        return [f"/elements/{number}" for number in range(len(parsed.elements))]
    return [
        f"/{member}/prices/{number}"
        for member in ocpp.MEMBERS
        for number, price in enumerate((document.get(member) or {}).get("prices") or [])
        if (price.get("conditions") or {}).get("evseKind") in (None, evse_kind)
    ]


def _validity(subject: _Subject) -> Iterator[Finding]:
    starts_s, ends_s = subject.tariff.starts_utc_s, subject.tariff.ends_utc_s
    if ends_s is None:
        yield Finding(NOTE, "validity", "", "it has no end: it is valid until another one takes its place")
    elif ends_s <= subject.now_s:
        what = f"it expired at {calendar.format_utc(ends_s)}: no terminal chooses it any more"
        yield Finding(WARNING, "validity", "", what)
    if starts_s is not None and starts_s > subject.now_s:
        yield Finding(NOTE, "validity", "", f"it is not valid before {calendar.format_utc(starts_s)}")


def _reachability(subject: _Subject) -> Iterator[Finding]:
    """Find elements whose conditions never hold, and those that earlier ones always forestall."""
    for number, element in enumerate(subject.tariff.elements):
        path = subject.places[number]
        if _is_reservation(element):
            what = "it prices reservations only; a charging session never uses it"
            yield Finding(NOTE, "reservation", path, what)
        elif not sweep([element.conditions]).winners:
            what = f"its conditions never hold together: {words.conditions(element.conditions)}"
            yield Finding(WARNING, "never", path, what)
        elif not sweep([element.conditions], subject.days).winners:
            what = "its dates lie outside the time in which the tariff is valid from now on"
            yield Finding(WARNING, "never", path, what)
        if element.component("PARKING_TIME"):
            for kind, low, _ in element.conditions:
                if kind in ("power", "current") and low is not None and low[0]:
                    what = f"PARKING_TIME with a min_{kind}: a vehicle that is parked draws none"
                    yield Finding(WARNING, "never", path, what)
    lost: dict[int, list[str]] = {}
    for dimension in tariff.DIMENSIONS:
        for number in _forestalled(subject, dimension):
            lost.setdefault(number, []).append(dimension)
    for number in sorted(lost):
        what = "%s of it is never used: earlier elements always come first; move it up or remove it"
        yield Finding(WARNING, "unreachable", subject.places[number], what % " and ".join(lost[number]))


def _forestalled(subject: _Subject, dimension: str) -> list[int]:
    """Return the elements whose component of a dimension is never the first that applies."""
    numbers = [number for number in subject.live if dimension in _dimensions(subject, number)]
    try:
        winners = sweep(
            [subject.tariff.elements[number].conditions for number in numbers], subject.days
        ).winners
    except TooMany:
        return []  # The rule of gaps says that there are too many.
    return [number for place, number in enumerate(numbers) if place not in winners]


def _gaps(subject: _Subject) -> Iterator[Finding]:
    """Find where neither energy nor time costs anything, and where energy alone does not."""
    try:
        free = _without(subject, ("ENERGY", "TIME"))
        if free is None:
            what = "neither energy nor time has a price: a session costs its other components only"
            yield Finding(NOTE, "gap", "/elements", what)
            return
        for box in free:
            what = f"charging is free here, neither energy nor time has a price: {words.box(box)}"
            yield Finding(
                WARNING, "gap", "/elements", what + "; add an element without restrictions at the end"
            )
        if len(free) == MAX_BOXES:
            yield Finding(NOTE, "gap", "/elements", "there may be more gaps than are told here")
        for box in () if free else _without(subject, ("ENERGY",)) or ():
            yield Finding(NOTE, "gap", "/elements", f"only time is charged here, no energy: {words.box(box)}")
    except TooMany:
        what = (
            "too many combinations of restrictions to look for gaps and unreachable elements in all of them"
        )
        yield Finding(NOTE, "gap", "/elements", what)


def _without(subject: _Subject, dimensions: Sequence[str]) -> tuple[Box, ...] | None:
    """Return where no component of some dimensions is active; None where the tariff has none of them."""
    entries = [
        subject.tariff.elements[number].conditions
        for number in subject.live
        if set(dimensions) & set(_dimensions(subject, number))
    ]
    return sweep(entries, subject.days).gaps if entries else None


def _steps(subject: _Subject) -> Iterator[Finding]:
    """Find steps that are worth something, and steps that depend on which component is the last."""
    sizes: dict[str, set[int]] = {}
    for number, component in _components(subject):
        path, size, dimension = subject.places[number], component.step_size, component.dimension
        if dimension == "FLAT":
            if size > 1:
                yield Finding(NOTE, "step", path, "step_size of FLAT means nothing")
            continue
        sizes.setdefault("ENERGY" if dimension == "ENERGY" else "TIME", set()).add(size)
        parts = 1000 if dimension == "ENERGY" else 3600
        price = tariff.gross_price(component, subject.tariff.tax)
        worth = ratio.mul(price, ratio.reduced(size, parts))
        if worth[0] and size > (1 if dimension == "ENERGY" else _USUAL_S):
            step = f"{words.decimal((size, 1000))} kWh" if dimension == "ENERGY" else words.duration(size)
            cost = f"{words.decimal(worth)} {subject.tariff.currency}"
            visible = (_SURPRISE_MINOR, 10 ** money.exponent(subject.tariff.currency))
            level = NOTE if ratio.compare(worth, visible) < 0 else WARNING
            what = f"{dimension} is billed in full steps of {step}: up to {cost} more than was used"
            yield Finding(level, "step", path, what)
    for dimension, several in sizes.items():
        if len(several) > 1:
            listed = ", ".join(str(size) for size in sorted(several))
            both = "ENERGY" if dimension == "ENERGY" else "time, charging or parked,"
            what = f"{both} has the step sizes {listed}: only that of the component priced last counts"
            yield Finding(NOTE, "step", "/elements", what)


def _vat(subject: _Subject) -> Iterator[Finding]:
    for number, component in _components(subject):
        path = subject.places[number]
        if component.vat_percent is None and subject.tariff.tax != "N/A" and component.price[0]:
            yield Finding(
                WARNING, "vat", path, f"{component.dimension} has no vat, so it bears none; write 0 if so"
            )
        if component.vat_percent is not None and subject.tariff.tax == "N/A":
            what = f"vat of {component.dimension} means nothing: tax_included says that there is no tax (N/A)"
            yield Finding(NOTE, "vat", path, what)


def _display(subject: _Subject) -> Iterator[Finding]:
    """Hold the tariff against what the law permits at fast chargers; a terminal there refuses it."""
    if subject.power_w is not None:
        for problem in fast_charging.problems(subject.tariff, subject.power_w):
            path, _, sentence = problem.partition(": ")
            yield Finding(ERROR, "display", path, sentence)
    elif fast_charging.problems(subject.tariff, fast_charging.FROM_W):
        what = "not permitted at chargers of 50 kW and more; say --power 50 to see why"
        yield Finding(NOTE, "display", "", what)


def _components(subject: _Subject) -> Iterator[tuple[int, Any]]:
    """Give every component that a session can use, with the number of its element."""
    for number, element in enumerate(subject.tariff.elements):
        if not _is_reservation(element):
            for dimension in _dimensions(subject, number):
                yield number, element.component(dimension)


def _dimensions(subject: _Subject, number: int) -> list[str]:
    element = subject.tariff.elements[number]
    return [dimension for dimension in tariff.DIMENSIONS if element.component(dimension)]


def _is_reservation(element: Any) -> bool:
    return any(kind == "reservation" for kind, _, _ in element.conditions)


def _is_met(element: Any, days: Interval) -> bool:
    return not _is_reservation(element) and bool(sweep([element.conditions], days).winners)


def _days(parsed: Any, now_s: int) -> Interval:
    """Return the days that still matter, a day wider on each side, for the place's time zone is not known."""
    starts_s, ends_s = parsed.starts_utc_s, parsed.ends_utc_s
    is_over = ends_s is not None and ends_s <= now_s
    first_s = starts_s if is_over else max(now_s, starts_s or 0)
    first = None if first_s is None else first_s // _DAY_S - 1
    return first, None if ends_s is None else (ends_s - 1) // _DAY_S + 2
