"""Makes tariffs and charge detail records out of a seed, where something changes while the session runs.

It does not know what anything costs. What a tariff's restrictions name (a time, an energy) is mostly taken
from the session itself, so that the session crosses it, or ends exactly there.
"""

import datetime
import functools
import random
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.host.pricing.cases import ZONES, Case

YEARS = (2024, 2027)
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
NIGHTS = ("2024-02-28", "2024-02-29", "2025-02-28", "2025-12-31", "2026-03-31", "2026-06-14", "2026-11-20")
PRICES = ("0", "0.01", "0.25", "0.49", "0.59", "1", "1.2", "2.5", "5", "0.0001", "0.3333", "12.3456")
VATS = (None, None, "0", "5.2", "7", "19", "20", "25.5")
STEPS = (None, 0, 1, 1, 1, 7, 60, 100, 300, 500, 900, 1000, 3600, 86400)
LIMITS = ("0", "0.5", "1", "2.345", "5", "10", "20")
LENGTHS_S = (60, 300, 420, 900, 1800, 2400, 3600, 5400, 9000, 21600)
LEVELS = ("0", "3.7", "11", "16", "22", "32", "50", "63.5")


def case(seed: int) -> Case:
    """Return the case of a seed: always the same one."""
    chance = random.Random(seed)
    key = chance.choice([*ZONES, "Europe/Berlin", "Europe/Berlin"])
    is_newer = chance.random() < 0.5
    cdr = _cdr(chance, key, is_newer)
    tariff = _tariff(chance, is_newer, _Facts(cdr, key))
    return Case(tariff, {**cdr, "currency": tariff["currency"]}, key)


# Records.


def _cdr(chance: random.Random, key: str, is_newer: bool) -> dict[str, Any]:
    at_s = _anchor(chance, key) - chance.choice((0, 60, 1800, 2700, 3600, 7200, 18000, 18000 + 17, 86400))
    first_s, periods, parts = at_s, [], []
    is_measured = chance.random() < 0.5
    if chance.random() < 0.06:
        periods.append(_period(at_s, [("RESERVATION_TIME", Decimal("0.25"))]))
        at_s += 900
    for place in range(chance.choice((1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 6, 6, 6, 6, 6, 25))):
        length_s = chance.choice((*LENGTHS_S, 1, 0 if place else 60, chance.randrange(20000), 86400))
        parts = _dimensions(chance, length_s, is_parking=place > 0 and chance.random() < 0.4)
        if chance.random() < 0.02:
            length_s *= chance.choice((7, 40))
        if is_measured and chance.random() < 0.9:
            parts += _levels(chance, "POWER") + _levels(chance, "CURRENT")
        periods.append(_period(at_s, parts))
        at_s += length_s
    total = {"before_taxes": 0, "taxes": []} if is_newer else {"excl_vat": 0}
    return {
        "country_code": "DE",
        "party_id": "KTP",
        "id": "1",
        "start_date_time": _utc(first_s),
        "end_date_time": _utc(at_s),
        "charging_periods": periods,
        "total_cost": total,
        "total_energy": 0,
        "total_time": 0,
        "last_updated": _utc(at_s),
    }


def _anchor(chance: random.Random, key: str) -> int:
    """Return a moment around which something happens: a change of the clocks, a midnight, a busy hour."""
    changes = _changes(key)
    if changes and chance.random() < 0.4:
        return chance.choice(changes)
    night = datetime.datetime.fromisoformat(chance.choice(NIGHTS)).replace(tzinfo=zoneinfo.ZoneInfo(key))
    return int(night.timestamp()) + chance.choice((0, 0, 86400, 17 * 3600, chance.randrange(86400)))


@functools.lru_cache
def _changes(key: str) -> tuple[int, ...]:
    """Return the moments at which a place's clocks change, to the quarter of an hour."""
    zone, found = zoneinfo.ZoneInfo(key), []
    moment = datetime.datetime(YEARS[0], 1, 1, tzinfo=datetime.UTC)
    while moment.year <= YEARS[1]:
        after = moment + datetime.timedelta(minutes=15)
        if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            found.append(int(after.timestamp()))
        moment = after
    return tuple(found)


def _dimensions(chance: random.Random, length_s: int, is_parking: bool) -> "list[tuple[str, Decimal]]":
    hours = round(Decimal(length_s) / 3600, chance.choice((4, 4, 4, 2, 3, 6)))
    if is_parking:
        return [("PARKING_TIME", hours)] + ([("TIME", hours)] if chance.random() < 0.05 else [])
    energy_kwh = round(hours * chance.choice((0, 4, 11, 22, 43)), chance.choice((0, 1, 2, 3, 4)))
    if chance.random() < 0.1:
        energy_kwh = Decimal(chance.choice((0, 1, 2, 5, 20)))
    return [("ENERGY", energy_kwh), ("TIME", hours)][chance.random() < 0.05 : 1 + (chance.random() < 0.95)]


def _levels(chance: random.Random, what: str) -> "list[tuple[str, Decimal]]":
    low, high = sorted((Decimal(chance.choice(LEVELS)), Decimal(chance.choice(LEVELS))))
    return [
        [("MIN_" + what, low), ("MAX_" + what, high)],
        [("MIN_" + what, low)],
        [("MAX_" + what, high)],
        [],
    ][chance.choice((0, 0, 0, 1, 2, 3))]


def _period(at_s: int, parts: "list[tuple[str, Decimal]]") -> dict[str, Any]:
    known = parts or [("TIME", Decimal(0))]
    return {
        "start_date_time": _utc(at_s),
        "dimensions": [{"type": name, "volume": volume} for name, volume in known],
    }


def _utc(utc_s: int) -> str:
    return datetime.datetime.fromtimestamp(utc_s, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Tariffs.


class _Facts:
    """What happens in a session, for a tariff to depend on."""

    def __init__(self, cdr: dict[str, Any], key: str) -> None:
        zone, charged_kwh = zoneinfo.ZoneInfo(key), Decimal(0)
        periods = [
            period
            for period in cdr["charging_periods"]
            if period["dimensions"][0]["type"] != "RESERVATION_TIME"
        ]
        moments = [
            datetime.datetime.fromisoformat(text)
            for text in [*(period["start_date_time"] for period in periods), cdr["end_date_time"]]
        ]
        moments += [first + (second - first) / 2 for first, second in zip(moments, moments[1:])]
        self.local = [moment.astimezone(zone) for moment in moments]
        self.seconds = [int((moment - moments[0]).total_seconds()) for moment in moments]
        self.kwh = [Decimal(1)]
        for period in periods:
            for dimension in period["dimensions"]:
                if dimension["type"] == "ENERGY":
                    self.kwh += [charged_kwh + dimension["volume"] / 2, charged_kwh + dimension["volume"]]
                    charged_kwh += dimension["volume"]


def _tariff(chance: random.Random, is_newer: bool, facts: _Facts) -> dict[str, Any]:
    elements = [_element(chance, facts) for _ in range(chance.choice((0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 8, 30)))]
    if not elements or chance.random() < 0.6:
        elements.append({"price_components": _components(chance)})
    document: dict[str, Any] = {
        "country_code": "DE",
        "party_id": "KTP",
        "id": "generated",
        "currency": chance.choice(("EUR", "EUR", "EUR", "JPY", "KWD")),
        "elements": elements,
        "last_updated": "2026-01-01T00:00:00Z",
    }
    if is_newer:
        document["tax_included"] = chance.choice(("YES", "NO", "N/A"))
    net, gross = ("before_taxes", "after_taxes") if is_newer else ("excl_vat", "incl_vat")
    least = sorted(Decimal(chance.choice(LIMITS)) for _ in range(4))
    for name, low, high in (("min_price", least[0], least[1]), ("max_price", least[2], least[3])):
        if chance.random() < 0.25:
            document[name] = {net: low, gross: high} if chance.random() < 0.7 else {net: low}
    return document


def _element(chance: random.Random, facts: _Facts) -> dict[str, Any]:
    return {"price_components": _components(chance), "restrictions": _restrictions(chance, facts)}


def _components(chance: random.Random) -> list[dict[str, Any]]:
    names = chance.sample(("ENERGY", "TIME", "PARKING_TIME", "FLAT"), chance.choice((1, 1, 2, 2, 3, 4)))
    return [_component(chance, name) for name in names]


def _component(chance: random.Random, name: str) -> dict[str, Any]:
    known: dict[str, Any] = {"type": name, "price": Decimal(chance.choice(PRICES))}
    vat, step_size = chance.choice(VATS), 1 if name == "FLAT" else chance.choice(STEPS)
    if vat is not None:
        known["vat"] = Decimal(vat)
    if step_size is not None:
        known["step_size"] = step_size
    return known


def _restrictions(chance: random.Random, facts: _Facts) -> dict[str, Any]:
    kinds: tuple[Callable[[random.Random, _Facts], dict[str, Any]], ...] = (
        _times,
        _times,
        _times,
        _dates,
        _days,
        _energies,
        _energies,
        _durations,
        _durations,
        _powers,
        _currents,
    )
    found: dict[str, Any] = {}
    for kind in chance.sample(kinds, chance.choice((1, 1, 1, 2, 2, 3))):
        found.update(kind(chance, facts))
    for low, high in (("min_kwh", "max_kwh"), ("min_duration", "max_duration")):
        # Two choices of one kind may have met; nothing would ever lie between them.
        if low in found and high in found and found[low] >= found[high]:
            del found[low]
    if chance.random() < 0.03:
        found["reservation"] = chance.choice(("RESERVATION", "RESERVATION_EXPIRES"))
    return found


def _times(chance: random.Random, facts: _Facts) -> dict[str, str]:
    low, high = (
        chance.choice((*(f"{at:%H:%M}" for at in facts.local), "00:00", "00:00", "02:30", "17:00", "23:59"))
        for _ in range(2)
    )
    both = {"start_time": low, "end_time": high}
    if chance.random() < 0.2:
        del both[chance.choice(("start_time", "end_time"))]
    return both


def _dates(chance: random.Random, facts: _Facts) -> dict[str, str]:
    days = [
        chance.choice(facts.local).date() + datetime.timedelta(days=chance.choice((0, 0, 1)))
        for _ in range(2)
    ]
    return _side(chance, "start_date", "end_date", sorted(day.isoformat() for day in days))


def _days(chance: random.Random, facts: _Facts) -> dict[str, list[str]]:
    today = DAYS[chance.choice(facts.local).weekday()]
    others = chance.sample(DAYS, chance.choice((0, 1, 3)))
    return {
        "day_of_week": [today, *(day for day in others if day != today)]
        if chance.random() < 0.8
        else others or DAYS
    }


def _energies(chance: random.Random, facts: _Facts) -> dict[str, Decimal]:
    return _side(chance, "min_kwh", "max_kwh", sorted(chance.choices([*facts.kwh, Decimal(20)], k=2)))


def _durations(chance: random.Random, facts: _Facts) -> dict[str, int]:
    return _side(
        chance, "min_duration", "max_duration", sorted(chance.choices([*facts.seconds, 1800, 3600], k=2))
    )


def _powers(chance: random.Random, facts: _Facts) -> dict[str, Decimal]:
    return _side(
        chance, "min_power", "max_power", sorted(Decimal(level) for level in chance.choices(LEVELS, k=2))
    )


def _currents(chance: random.Random, facts: _Facts) -> dict[str, Decimal]:
    return _side(
        chance, "min_current", "max_current", sorted(Decimal(level) for level in chance.choices(LEVELS, k=2))
    )


def _side(chance: random.Random, low: str, high: str, limits: list[Any]) -> dict[str, Any]:
    """Return one limit, or both where the lower is the lower."""
    which = chance.choice(("low", "high", "both"))
    if which == "both" and limits[0] < limits[1]:
        return {low: limits[0], high: limits[1]}
    # Nothing lies below a limit of nothing, so an upper one of it would be no tariff.
    return {low: limits[0]} if which == "low" or not limits[1] else {high: limits[1]}
