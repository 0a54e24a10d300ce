"""Prices the charging periods of an OCPI CDR (2.2.1 or 2.3.0, mod_cdrs) by a tariff.

It does not know what the CDR says that it costs. Volumes are spread evenly over the length of their period.
"""

from firmware.errors import PricingError
from firmware.pricing import bill as bills
from firmware.pricing import calendar, conditions, money, ratio
from firmware.pricing import stretches as kept
from firmware.pricing.course import NOWHERE, Course
from firmware.pricing.fields import Fields, exact

_VOLUMES = ("ENERGY", "TIME", "PARKING_TIME")
_RANGES = ("MIN_POWER", "MAX_POWER", "MIN_CURRENT", "MAX_CURRENT")
_RESERVATION = "RESERVATION_TIME"
# Of sessions that still go on; they cost nothing.
_UNPRICED = ("CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE", "FLAT")
_MAX_PERIODS = 100000
# Kilowatt-hours or hours of a period, and seconds of a CDR (ten years): beyond them it is a slip of the hand.
_MAX_VOLUME = 1000000
_MAX_LENGTH_S = 3660 * calendar.DAY_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone
    from firmware.pricing.course import Paid, Point, Range
    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Tariff

    # When a period begins and ends, in seconds since 1970, and its volumes by dimension.
    Period = tuple[Ratio, Ratio, dict[str, Ratio]]
    Costs = dict[str, Any]


def price(
    tariff: "Tariff", document: "Any", zone: "Zone", paid: "Paid" = conditions.UNKNOWN
) -> "dict[str, Any]":
    """Return costs, volumes and lines of a CDR as `jsontext.parse` reads it; PricingError lists problems.

    A cost is {"excl_vat", "incl_vat", "exact": {"excl_vat", "incl_vat"}}: decimals of the minor unit, and the
    exact values (a decimal where it ends, else `p/q`); volumes are in kWh and hours. A CDR does not say how
    it was paid, which conditions of OCPP ask for: `paid` does, with brand and recognition.
    """
    periods = [period for period in read(document) if not _is_reservation(period[2])]
    course, stretches, totals = _priced(tariff, periods, zone, paid)
    found = bills.lines(course, stretches)
    told: "dict[str, Any]" = {"currency": tariff.currency, "total_cost": _cost(tariff, found, None)}
    for key, dimension in (
        ("total_energy_cost", "ENERGY"),
        ("total_time_cost", "TIME"),
        ("total_parking_cost", "PARKING_TIME"),
        ("total_fixed_cost", "FLAT"),
    ):
        told[key] = _cost(tariff, found, dimension)
    for key, counts, units in (
        ("total_energy", totals[0], course.per_kwh),
        ("total_time", totals[1], 3600 * course.per_s),
        ("total_parking_time", totals[2], 3600 * course.per_s),
    ):
        told[key] = ratio.text(ratio.reduced(counts, units))
    for i, key in enumerate(("billed_energy", "billed_time", "billed_parking_time")):
        told[key] = _billed(found, _VOLUMES[i])
    told["lines"] = bills.bill(course, found)["lines"]
    return told


def read(document: "Any") -> "list[Period]":
    """Return the charging periods of a CDR; PricingError lists every problem of what is none."""
    problems: "list[str]" = []
    fields = Fields(document, "", problems)
    if not fields.is_object:
        raise PricingError(["the CDR has to be a JSON object"])
    for key in ("charging_periods", "end_date_time"):
        if fields.get(key) is None:
            fields.wrong(key, "missing")
    periods = []
    for i, given in enumerate(fields.array("charging_periods", _MAX_PERIODS)):
        period = Fields(given, "/charging_periods/%d" % i, problems)
        if period.is_object:
            periods.append((_moment(period, "start_date_time"), _volumes(period)))
    ends = [begin for begin, _ in periods[1:]] + [_moment(fields, "end_date_time")]
    if not problems:
        for i in range(len(periods)):
            if ratio.compare(ends[i], periods[i][0]) < 0:
                problems.append("/charging_periods/%d: ends before it begins" % i)
        if periods and ratio.floor(ratio.sub(ends[-1], periods[0][0])) > _MAX_LENGTH_S:
            problems.append("/end_date_time: more than ten years after the first period began")
    if problems:
        raise PricingError(problems)
    return [(begin, ends[i], volumes) for i, (begin, volumes) in enumerate(periods)]


def _is_reservation(volumes: "dict[str, Ratio]") -> bool:
    """Return whether a period is a reservation's alone; what was charged in one is priced like any other."""
    charged = [name for name in _VOLUMES if volumes.get(name, ratio.ZERO)[0]]
    return volumes.get(_RESERVATION, ratio.ZERO)[0] > 0 and not charged


def _moment(fields: "Fields", key: str) -> "Ratio":
    """Return a moment as seconds since 1970."""
    try:
        utc_s, digits, parts = calendar.parse_moment(fields.get(key))
        return ratio.reduced(utc_s * parts + digits, parts)
    except PricingError as error:
        if fields.get(key) is not None or key == "start_date_time":
            fields.wrong(key, str(error))
        return ratio.ZERO


def _volumes(period: "Fields") -> "dict[str, Ratio]":
    volumes: "dict[str, Ratio]" = {}
    if period.get("dimensions") is None:
        period.wrong("dimensions", "missing")
    for i, given in enumerate(period.array("dimensions", 100)):
        fields = Fields(given, "%s/dimensions/%d" % (period.path, i), period.problems)
        if not fields.is_object:
            continue
        name = fields.word("type", _VOLUMES + _RANGES + (_RESERVATION,) + _UNPRICED)
        volume = exact(fields.get("volume"))
        if volume is None:
            fields.wrong("volume", "has to be a number, exact as it stands in the JSON text")
        elif name is None:
            if fields.get("type") is None:
                fields.wrong("type", "missing")
        elif name in volumes:
            fields.wrong("type", "%s stands twice in this period" % name)
        elif volume[0] < 0 and name in _VOLUMES + (_RESERVATION,):
            fields.wrong("volume", "is negative, and no tariff prices what a vehicle gives back")
        elif abs(volume[0]) > _MAX_VOLUME * volume[1]:
            fields.wrong("volume", "has to be at most %d" % _MAX_VOLUME)
        else:
            volumes[name] = volume
    return volumes


def _priced(
    tariff: "Tariff", periods: "list[Period]", zone: "Zone", paid: "Paid"
) -> "tuple[Course, kept.Stretches, list[int]]":
    """Return course and lines of the session, and its energy, time and parking time in counts."""
    units = _units(tariff, periods)
    start = _counts(periods[0][0], units[1]) if periods else 0
    course = Course(tariff, zone, start, units, paid)
    stretches = kept.Stretches(tariff, units[0], units[1])
    point: "Point" = (0, 0, 0, 0)
    time = 0
    for _begin, end, volumes in periods:
        stop = _stop(point, _counts(end, units[1]) - start, volumes, units)
        time += _time(volumes, stop[0] - point[0], units[1])
        power = _range(volumes, "MIN_POWER", "MAX_POWER", units[2])
        current = _range(volumes, "MIN_CURRENT", "MAX_CURRENT", units[3])
        has_flat = stretches.flat != NOWHERE
        pieces, (flat, share) = course.pieces(point, stop, power, current, has_flat)
        at = kept.along(point, stop, share)
        stretches.book(flat, 1, ratio.ZERO, at, at)
        kept.book_pieces(stretches, point, stop, pieces)
        point = stop
    return course, stretches, [point[1], time, point[3]]


def _units(tariff: "Tariff", periods: "list[Period]") -> "tuple[int, int, int, int]":
    """Return how many counts a kWh, second, kW and A need so that all numbers are whole counts."""
    units = [1000, 1, 1, 1]
    for begin, end, volumes in periods:
        units[1] = ratio.multiple(ratio.multiple(units[1], begin[1]), end[1])
        for name in volumes:
            place = 0 if name == "ENERGY" else 1 if name in _VOLUMES else 2 if name in _RANGES[:2] else 3
            units[place] = ratio.multiple(units[place], volumes[name][1])
    for element in tariff.elements:
        for kind, low, high in conditions.each(element.flat):
            for limit in (low, high) if kind == conditions.ENERGY else ():
                units[0] = units[0] if limit is None else ratio.multiple(units[0], limit[1])
    return units[0], units[1], units[2], units[3]


def _counts(number: "Ratio", units: int) -> int:
    return number[0] * (units // number[1])


def _stop(point: "Point", elapsed: int, volumes: "dict[str, Ratio]", units: "tuple[int, ...]") -> "Point":
    """Return the point at which a period ends."""
    energy, charging, parking = [volumes.get(name, ratio.ZERO) for name in _VOLUMES]
    per_hour = 3600 * units[1]
    return (
        elapsed,
        point[1] + _counts(energy, units[0]),
        point[2] + _counts(charging, per_hour),
        point[3] + _counts(parking, per_hour),
    )


def _time(volumes: "dict[str, Ratio]", length: int, per_s: int) -> int:
    """Return how long a period lasted: as its volumes say, or else as its moments do."""
    told = [_counts(volumes[name], 3600 * per_s) for name in _VOLUMES[1:] if name in volumes]
    return sum(told) if told else length


def _range(volumes: "dict[str, Ratio]", least: str, most: str, units: int) -> "Range":
    """Return the least and the most that a period reports; one of the two serves for both."""
    told = [_counts(volumes[name], units) for name in (least, most) if name in volumes]
    return (told[0], told[-1]) if told else conditions.UNKNOWN


def _cost(tariff: "Tariff", found: "list[bills.Line]", dimension: "str | None") -> "Costs":
    """Return the cost of one dimension, or of all lines."""
    chosen = [line for line in found if dimension is None or line.shown["dimension"] == dimension]
    digits = money.exponent(tariff.currency)
    told: "Costs" = {"exact": {}}
    for key, amounts in (
        ("excl_vat", [line.net for line in chosen]),
        ("incl_vat", [line.gross for line in chosen]),
    ):
        amount = bills.total(amounts)
        minor = ratio.round_half_up(ratio.mul(amount, (10**digits, 1)))
        told[key], told["exact"][key] = ratio.places(minor, digits), ratio.text(amount)
    return told


def _billed(found: "list[bills.Line]", dimension: str) -> str:
    """Return the volume of a dimension that was billed, steps included."""
    return ratio.text(bills.total([line.quantity for line in found if line.shown["dimension"] == dimension]))
