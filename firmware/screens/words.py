"""Says prices, their conditions and the lines of a bill as drivers read them.

It does not know when they apply: entries of pricing.quote and lines of a bill come in, texts go out. A blank
that must not part a line is written as NO_BREAK; the display shows it as any other.
"""

from firmware.pricing import calendar, money, ratio
from firmware.screens.catalogue import NO_BREAK, find, texts_of

# A hundredth of a cent: finer differences are no longer read, and the exact hourly price stands beside them.
_PLACES = 4
_UNITS = {"energy": "kWh", "power": "kW", "current": "A"}
# Conditions that are said in the words of another.
_LIKE = {"current": "power", "date": "time", "recognition": "brand"}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone
    from firmware.pricing.quote import Conditions, Entry
    from firmware.pricing.ratio import Ratio

    Parts = list[str]


def quote(entries: "list[Entry]", currency: str, language: str, zone: "Zone", utc_s: "int | None") -> "Parts":
    """Return one text for each entry of pricing.quote: `from 17:00, up to 20 kWh: 0.59 EUR/kWh`."""
    texts = texts_of(language)
    told = []
    before: "Entry | None" = None
    for entry in entries:
        since_s, dimension, price, conditions = entry
        parts = []
        if since_s is not None:
            parts.append(find(texts, "from").format(moment(texts, zone, utc_s or 0, since_s)))
        if conditions:
            parts += [condition(texts, language, each) for each in conditions]
        elif before and before[3] and before[:2] == entry[:2]:
            parts.append(find(texts, "else"))
        before = entry
        line = find(texts, "price." + dimension).format(_price(price, dimension, texts, currency, language))
        told.append(", ".join(parts) + ": " + line if parts else line)
    return told


# A receipt with one of them ends at a reading of before, or because there was none.
METER_FLAGS = ("meter_fault", "last_good_reading", "meter_changed", "meter_backwards", "meter_jump")


def note(key: str, language: str) -> "Parts":
    """Return the lines of a sentence that belongs to the prices."""
    return find(texts_of(language), key).split("|")


def bill(receipt: "dict[str, Any]", language: str) -> "Parts":
    """Return one text for each line of a receipt: `11 kWh \u00d7 0.5831 EUR: 6.41 EUR`, with gross prices.

    `receipt` has the engine's "lines", "currency" and, where it is not NO, "tax". Lines about
    the meter follow where its "flags" tell of that.
    """
    texts, currency = texts_of(language), receipt["currency"]
    told = []
    for line in receipt["lines"]:
        dimension = line["dimension"]
        parts = [] if dimension in ("ENERGY", "TIME") else [find(texts, "line." + dimension)]
        if "discount" in line:
            parts.append(line["discount"]["name"])
        if dimension in ("ENERGY", "TIME", "PARKING_TIME"):
            parts.append(_priced(line, receipt.get("tax", "NO"), currency, language))
        amount = money.format_minor(line["gross_minor"], currency, language).replace(" ", NO_BREAK)
        told.append("%s: %s" % (" ".join(parts), amount))
    if [flag for flag in receipt.get("flags", ()) if flag in METER_FLAGS]:
        told += note("meter", language)
    return told


def _priced(line: "dict[str, Any]", tax: str, currency: str, language: str) -> str:
    """Write the quantity of a line and the gross price of its unit."""
    price, vat = ratio.parse(line["unit_price"]), ratio.parse(line["vat"] or "0")
    if tax == "NO":
        price = ratio.mul(price, ratio.reduced(100 * vat[1] + vat[0], 100 * vat[1]))
    quantity = ratio.parse(line["quantity"])
    if line["dimension"] == "ENERGY":
        told, unit = _decimal(quantity, 0, language) + NO_BREAK + "kWh", ""
    else:
        seconds = ratio.floor(ratio.mul(quantity, (3600, 1)))
        told, unit = "%d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60), "/min"
        price = ratio.mul(price, (1, 60))
    return "%s \u00d7 %s%s" % (told, _amount(price, currency, language), unit)


def moment(texts: str, zone: "Zone", utc_s: int, since_s: int) -> str:
    """Return the local time of a moment: `17:00`, and on another day `Sat 00:00`."""
    day, second = divmod(since_s + zone.offset_s(since_s), calendar.DAY_S)
    told = _clock(second)
    if (utc_s + zone.offset_s(utc_s)) // calendar.DAY_S != day:
        told = find(texts, "days").split()[calendar.weekday(day)] + NO_BREAK + told
    return told


def condition(texts: str, language: str, told: "tuple[str, Any, Any]") -> str:
    """Say one condition: `from 20 kWh`, `below 11 kW`, `Mon-Fri`."""
    kind, low, high = told
    if kind == "weekday":
        return _weekdays(find(texts, "days").split(), low)
    forms = find(texts, "if." + _LIKE.get(kind, kind)).split("|")
    form = forms[0] if high is None else forms[1] if low is None else forms[2]
    return form.format(_written(kind, low, language), _written(kind, _last(kind, high), language))


def _last(kind: str, high: "Any") -> "Any":
    """Return an open end as it is said: of dates the last one that counts."""
    return high - 1 if kind == "date" and high is not None else high


def conditions(texts: str, language: str, told: "Conditions") -> str:
    """Say all conditions of an element, parted by commas; an empty text where there are none."""
    return ", ".join([condition(texts, language, each) for each in told])


def _written(kind: str, bound: "Any", language: str) -> str:
    if bound is None:
        return ""
    if kind in _UNITS:
        decimal = bound if isinstance(bound, str) else ratio.text(bound)
        return money.localise(decimal, language) + NO_BREAK + _UNITS[kind]
    if kind == "time":
        return _clock(bound)
    if kind == "date":
        return "%04d-%02d-%02d" % calendar.civil_from_days(bound)
    return bound if isinstance(bound, str) else _span(bound)


def _span(seconds: int) -> str:
    """Write a span of time in the greatest unit that leaves no rest."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds % unit == 0:
            return "%d%s%s" % (seconds // unit, NO_BREAK, name)
    return "%d%ss" % (seconds, NO_BREAK)


def _clock(second: int) -> str:
    return "%02d:%02d" % (second // 3600, second // 60 % 60)


def _weekdays(names: "Parts", mask: int) -> str:
    """Write the days of a mask from Monday on, three and more in a row as a span."""
    told: "Parts" = []
    first = None
    for place in range(1, 9):
        if place < 8 and mask >> place % 7 & 1:
            first = first or place
        elif first:
            days = [names[day % 7] for day in range(first, place)]
            told += days if len(days) < 3 else [days[0] + "-" + days[-1]]
            first = None
    return ", ".join(told)


def _price(price: "Ratio", dimension: str, texts: str, currency: str, language: str) -> str:
    """Write a price with its unit; one of a minute that has more than four decimals also per hour."""
    if dimension not in ("TIME", "PARKING_TIME"):
        return _amount(price, currency, language)
    minute = ratio.mul(price, (1, 60))
    written = "%s/min" % _amount(minute, currency, language)
    if 10**_PLACES % minute[1]:
        written += " (%s/h)" % _amount(price, currency, language)
    return written


def _amount(price: "Ratio", currency: str, language: str) -> str:
    """Write an amount with as many decimals as the minor unit, up to four where it needs them."""
    return _decimal(price, money.exponent(currency), language) + NO_BREAK + currency


def _decimal(number: "Ratio", digits: int, language: str) -> str:
    """Write a number with so many decimals, and up to four where it needs them."""
    decimal = ratio.places(ratio.round_half_up((number[0] * 10**_PLACES, number[1])), _PLACES)
    keep = len(decimal) - _PLACES + digits
    decimal = decimal[:keep] + decimal[keep:].rstrip("0")
    return money.localise(decimal.rstrip("."), language)
