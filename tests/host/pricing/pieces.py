"""Cuts a session into pieces in which nothing changes: wherever a restriction could begin or end to match.

It does not know prices, and not the firmware. It is a part of the slow model.
"""

import datetime
import math
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

VOLUMES = ("ENERGY", "TIME", "PARKING_TIME")


@dataclass
class Piece:
    """A stretch of the session in which nothing changes; power and current are (least, most) or None."""

    start_s: Fraction
    end_s: Fraction
    kwh: tuple[Fraction, Fraction]
    volumes: dict[str, Fraction]
    hours: Fraction
    power_kw: tuple[Fraction, Fraction] | None
    current_a: tuple[Fraction, Fraction] | None
    session_s: Fraction


def cut(cdr: dict[str, Any], zone: zoneinfo.ZoneInfo, tariff: dict[str, Any]) -> Iterator[Piece]:
    """Give the session's pieces in their order, without the time of a reservation."""
    periods = [(moment(period["start_date_time"]), volumes(period)) for period in cdr["charging_periods"]]
    ends = [start_s for start_s, _ in periods[1:]] + [moment(cdr["end_date_time"])]
    stretches = [
        (start_s, end_s, known)
        for (start_s, known), end_s in zip(periods, ends, strict=True)
        if not known.get("RESERVATION_TIME") or any(known.get(name) for name in VOLUMES)
    ]
    before_kwh = Fraction()
    for start_s, end_s, known in stretches:
        energy_kwh = known.get("ENERGY", Fraction())
        shares = {Fraction(0), Fraction(1)}
        if end_s > start_s:
            moments = [stretches[0][0] + second for second in numbers(tariff, "min_duration", "max_duration")]
            moments += clock_moments(tariff, zone, start_s, end_s)
            shares.update((moment_s - start_s) / (end_s - start_s) for moment_s in moments)
        if energy_kwh:
            shares.update((kwh - before_kwh) / energy_kwh for kwh in numbers(tariff, "min_kwh", "max_kwh"))
        inside = sorted(share for share in shares if 0 <= share <= 1)
        for low, high in zip(inside, inside[1:]):
            yield Piece(
                start_s + low * (end_s - start_s),
                start_s + high * (end_s - start_s),
                (before_kwh + low * energy_kwh, before_kwh + high * energy_kwh),
                {name: (high - low) * known.get(name, Fraction()) for name in VOLUMES},
                (high - low) * hours(known, end_s - start_s),
                pair(known, "MIN_POWER", "MAX_POWER"),
                pair(known, "MIN_CURRENT", "MAX_CURRENT"),
                stretches[0][0],
            )
        before_kwh += energy_kwh


def hours(known: dict[str, Fraction], length_s: Fraction) -> Fraction:
    """Return how long a period lasts: as its volumes say, or else as its moments do."""
    told = [known[name] for name in ("TIME", "PARKING_TIME") if name in known]
    return sum(told, Fraction()) if told else length_s / 3600


def volumes(period: dict[str, Any]) -> dict[str, Fraction]:
    """Return the volumes of a charging period by their dimension."""
    return {dimension["type"]: Fraction(dimension["volume"]) for dimension in period["dimensions"]}


def pair(known: dict[str, Fraction], low: str, high: str) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most that a period reports; one of them serves for both."""
    if low in known or high in known:
        return known.get(low, known.get(high, Fraction())), known.get(high, known.get(low, Fraction()))
    return None


def numbers(tariff: dict[str, Any], *names: str) -> set[Fraction]:
    """Return every number that any element's restrictions give under these names."""
    restrictions = [element.get("restrictions", {}) for element in tariff["elements"]]
    return {Fraction(known[name]) for known in restrictions for name in names if name in known}


def clock_moments(
    tariff: dict[str, Any], zone: zoneinfo.ZoneInfo, start_s: Fraction, end_s: Fraction
) -> Iterator[Fraction]:
    """Give every moment around a stretch when clocks show midnight or a restriction's time, or change."""
    times = {datetime.time()}
    for element in tariff["elements"]:
        known = element.get("restrictions", {})
        times |= {
            datetime.time.fromisoformat(known[name]) for name in ("start_time", "end_time") if name in known
        }
    day = local(start_s, zone).date() - datetime.timedelta(days=1)
    while day <= local(end_s, zone).date() + datetime.timedelta(days=1):
        for time in times:
            for fold in (0, 1):
                at = datetime.datetime.combine(day, time, zone).replace(fold=fold)
                yield Fraction(round(at.timestamp()))
        day += datetime.timedelta(days=1)
    for first_s in range(math.floor(start_s), math.ceil(end_s), 3600):
        low_s, high_s = first_s, first_s + 3600
        if offset(low_s, zone) != offset(high_s, zone):
            while high_s - low_s > 1:
                middle_s = (low_s + high_s) // 2
                low_s, high_s = (
                    (middle_s, high_s)
                    if offset(middle_s, zone) == offset(first_s, zone)
                    else (low_s, middle_s)
                )
            yield Fraction(high_s)


def moment(written: str) -> Fraction:
    """Return the seconds since 1970 of an OCPI DateTime: UTC, with or without Z and a fraction."""
    whole, _, fraction = written.removesuffix("Z").partition(".")
    known = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.UTC)
    return int(known.timestamp()) + Fraction(f"0.{fraction or 0}")


def local(utc_s: Fraction | int, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """Return what clocks and calendars of the place show; a change of theirs never falls within a second."""
    return datetime.datetime.fromtimestamp(math.floor(utc_s), datetime.UTC).astimezone(zone)


def offset(utc_s: int, zone: zoneinfo.ZoneInfo) -> datetime.timedelta | None:
    """Return how far the place's clocks are ahead of UTC."""
    return local(utc_s, zone).utcoffset()
