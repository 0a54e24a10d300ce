"""The price display: what a driver is told before charging, gross, in the order that the law asks for.

It does not know screens and languages. Per kWh, per minute, per session, then any other price component:
Regulation (EU) 2023/1804, Article 5(4).
"""

from firmware.pricing import calendar, conditions, ratio
from firmware.pricing.tariff import gross_price

# The order of the law; the occupancy fee is a price per minute.
ORDER = ("ENERGY", "TIME", "PARKING_TIME", "FLAT", "MIN_PRICE", "MAX_PRICE")

# How far ahead changes of a price are told: longer than nearly all sessions, and each time of day once.
AHEAD_S = 86400
_CALENDAR = (conditions.TIME, conditions.DATE, conditions.WEEKDAY)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone
    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Tariff

    Conditions = tuple[tuple[str, Any, Any], ...]
    # From when (utc_s; None: now), dimension, gross price per kWh, hour or session, on which conditions.
    Entry = tuple[int | None, str, Ratio, Conditions]


def entries(tariff: "Tariff", zone: "Zone", utc_s: "int | None") -> "list[Entry]":
    """Return what a session that begins at a moment costs, and what of it changes within AHEAD_S.

    Of several entries of one moment and dimension the first counts whose conditions hold; none left are those
    of the calendar, which the moments tell. `utc_s` None: the clock is unset, and no price of a certain time
    applies. A price that ends is told as 0.
    """
    told: "list[Entry]" = []
    moments = [utc_s] if utc_s is None else [utc_s] + _changes(tariff, zone, utc_s)
    for dimension in ORDER[:4]:
        known: "list[tuple[Ratio, Conditions]]" = []
        for moment_s in moments:
            prices = _prices(tariff, dimension, _local(zone, moment_s))
            if prices != known:
                since_s = None if moment_s == utc_s else moment_s
                for price, left in prices or [(ratio.ZERO, ())]:
                    told.append((since_s, dimension, price, left))
            known = prices
    for dimension, limit in (("MIN_PRICE", tariff.min_price), ("MAX_PRICE", tariff.max_price)):
        if limit:
            told.append((None, dimension, _gross_limit(tariff, limit), ()))
    return told


def next_change_s(told: "list[Entry]", utc_s: int) -> int:
    """Return when the display has to be made anew: with the next change, and at least once a day."""
    return min([entry[0] for entry in told if entry[0] is not None] + [utc_s + AHEAD_S])


def is_timed(tariff: "Tariff") -> bool:
    """Return whether a price depends on the clock or the calendar."""
    for element in tariff.elements:
        for kind, _low, _high in conditions.each(element.flat):
            if kind in _CALENDAR:
                return True
    return False


def untimed(tariff: "Tariff") -> "list[str]":
    """Return the dimensions that are priced at certain times alone: with the clock unset nobody can say how.

    Only ENERGY and TIME are named; an occupancy fee or a fee a session is then not asked for.
    """
    missing = []
    for dimension in ORDER[:2]:
        is_priced = any(element.component(dimension) for element in tariff.elements)
        if is_priced and not _prices(tariff, dimension, None):
            missing.append(dimension)
    return missing


def _prices(
    tariff: "Tariff", dimension: str, local: "tuple[int, int] | None"
) -> "list[tuple[Ratio, Conditions]]":
    """Return the prices of a dimension at a local moment (day, second of it), in the order of their trial."""
    found = []
    for element in tariff.elements:
        component = element.component(dimension)
        left = _left_over(element.flat, local, dimension) if component else None
        if component and left is not None:
            found.append((gross_price(component, tariff.tax), left))
            if not left:
                break
    return found


def _left_over(
    flat: "tuple[Any, ...]", local: "tuple[int, int] | None", dimension: str
) -> "Conditions | None":
    """Return the conditions that a session decides by itself; None where another rules the element out."""
    here = conditions.moment(local[1], local[0]) if local else conditions.moment(None, None)
    left = []
    for kind, low, high in conditions.each(flat):
        if kind == conditions.RESERVATION:
            return None
        if kind not in _CALENDAR:
            # Every session has the first second in which a fee of OCPP is judged.
            if dimension != "FLAT" or (kind, low, high) != (conditions.DURATION, None, 1):
                left.append((kind, low, high))
        elif not conditions.hold((kind, low, high), here):
            return None
    return tuple(left)


def _local(zone: "Zone", utc_s: "int | None") -> "tuple[int, int] | None":
    return None if utc_s is None else divmod(utc_s + zone.offset_s(utc_s), calendar.DAY_S)


def _changes(tariff: "Tariff", zone: "Zone", utc_s: int) -> "list[int]":
    """Return the moments of the next AHEAD_S at which a condition of the calendar may begin or end."""
    times = []
    for element in tariff.elements:
        for kind, low, high in conditions.each(element.flat):
            if kind == conditions.TIME:
                times += [low, high % calendar.DAY_S]
            elif kind in _CALENDAR:
                times.append(0)
    if not times:
        return []
    last_s = utc_s + AHEAD_S
    offsets = [zone.offset_s(utc_s), zone.offset_s(last_s)]
    moments = [] if offsets[0] == offsets[1] else [_offset_change_s(zone, utc_s, last_s)]
    today = (utc_s + offsets[0]) // calendar.DAY_S
    for offset_s in offsets:
        for days in (today, today + 1):
            moments += [days * calendar.DAY_S + time_s - offset_s for time_s in times]
    return sorted({moment for moment in moments if utc_s < moment <= last_s})


def _offset_change_s(zone: "Zone", early_s: int, late_s: int) -> int:
    """Return the first moment with the later offset: the one change of the clocks between two moments."""
    offset_s = zone.offset_s(early_s)
    while late_s - early_s > 1:
        middle_s = (early_s + late_s) // 2
        if zone.offset_s(middle_s) == offset_s:
            early_s = middle_s
        else:
            late_s = middle_s
    return late_s


def _gross_limit(tariff: "Tariff", limit: "tuple[Ratio | None, Ratio | None]") -> "Ratio":
    """Return a limit as drivers pay it; one of net alone with the highest VAT that the tariff asks for."""
    net, gross = limit
    if gross is not None or net is None:
        return gross or ratio.ZERO
    highest = ratio.ZERO
    for element in tariff.elements:
        for component in element.components:
            vat = component.vat_percent or ratio.ZERO
            if ratio.compare(vat, highest) > 0:
                highest = vat
    return ratio.mul(net, ratio.reduced(100 * highest[1] + highest[0], 100 * highest[1]))
