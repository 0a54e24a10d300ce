"""Makes the bill of what a session used: step sizes, price limits, and rounding to lines that add up.

It does not know how the lines came about. The rule of rounding is docs/decisions/rounding.md.
"""

from firmware.pricing import conditions, money, ratio
from firmware.pricing import stretches as kept
from firmware.pricing.discount import shares
from firmware.pricing.tariff import DIMENSIONS, gross_price, net_price

# What the receipt says of the rounding.
ROUNDING = "net and gross each half up once, from exact totals; lines by largest remainder"

_UNITS = ("kWh", "h", "h", "session")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.course import Course
    from firmware.pricing.discount import Discount
    from firmware.pricing.ratio import Ratio
    from firmware.pricing.stretches import Stretches
    from firmware.pricing.tariff import Tariff


class Line:
    """One line of a bill: what it says, its VAT rate (None: of no one rate), exact amounts and quantity."""

    __slots__ = ("gross", "net", "quantity", "rate", "shown")

    def __init__(self, shown: "dict[str, Any]", rate: "Ratio | None", net: "Ratio", gross: "Ratio") -> None:
        self.shown = shown
        self.rate = rate
        self.quantity = ratio.ONE
        self.net = net
        self.gross = gross


def bill(
    course: "Course", found: "list[Line]", discounts: "list[Discount] | None" = None
) -> "dict[str, Any]":
    """Return `lines` and their totals: exact numbers as texts (`0.49`, `1201/1800`), amounts in minor units.

    A line's `quantity` times its `unit_price` is exactly its net before rounding, its gross where the bill's
    `tax` is YES or N/A; `vat` is in percent, None for a line of no one rate.
    """
    tariff = course.tariff
    minor_units = (10 ** money.exponent(tariff.currency), 1)
    for line in found:
        line.net, line.gross = ratio.mul(line.net, minor_units), ratio.mul(line.gross, minor_units)
    if discounts:
        found = found + _discount_lines(tariff, discounts, found)
    told = _rounded(found)
    told["currency"] = tariff.currency
    told["rounding"] = ROUNDING
    if tariff.tax != "NO":
        told["tax"] = tariff.tax
    if course.start is None and course.asks_clock():
        told["flags"] = ["clock_unset"]
    return told


def lines(course: "Course", stretches: "Stretches") -> "list[Line]":
    """Return lines with exact amounts of the currency, in the order of the law, with steps and limits."""
    found = [_line(course, stretches, i) for i in range(len(stretches.lines))]
    found = [line for name in DIMENSIONS for line in found if line.shown["dimension"] == name]
    return limited(course.tariff, found)


def _line(course: "Course", stretches: "Stretches", i: int) -> Line:
    line = stretches.lines[i]
    place, tariff = line[kept.PLACE], course.tariff
    component, dimension = stretches.component(place), place & 3
    extra = _extra(stretches, i)
    whole, rest = kept.plus(line[kept.WHOLE], line[kept.REST], extra[0], extra[1])
    counts = stretches.counts(dimension)
    quantity = ratio.reduced(whole * rest[1] + rest[0], rest[1] * counts)
    flat = tariff.elements[place >> 2].flat
    rate = component.vat_percent or ratio.ZERO
    shown = {
        "dimension": component.dimension,
        "quantity": ratio.text(quantity),
        "unit": _UNITS[dimension],
        "unit_price": ratio.text(component.price),
        "vat": ratio.text(rate),
        "element": place >> 2,
        "why": conditions.told(flat),
        "from": course.told_at(line[kept.FROM]),
        "to": course.told_at(line[kept.TO]),
    }
    if line[kept.PARTS] > 1:
        shown["parts"] = line[kept.PARTS]
    if line[kept.ESTIMATED]:
        shown["estimated"] = True
    if extra[0] or extra[1][0]:
        shown["step"] = True
    net = ratio.mul(quantity, net_price(component, tariff.tax))
    told = Line(shown, rate, net, ratio.mul(quantity, gross_price(component, tariff.tax)))
    told.quantity = quantity
    return told


def _extra(stretches: "Stretches", i: int) -> "tuple[int, Ratio]":
    """Return what the step size adds to a line: all up to whole steps, at the end of what was priced last."""
    place = stretches.lines[i][kept.PLACE]
    is_last = place in stretches.last and place not in [line[kept.PLACE] for line in stretches.lines[i + 1 :]]
    step = stretches.step(place) if is_last else 0
    if not step:
        return 0, ratio.ZERO
    whole, rest = stretches.volume(place & 3)
    up = (whole + (rest[0] > 0) + step - 1) // step * step
    return kept.plus(up - whole, ratio.ZERO, 0, (-rest[0], rest[1]))


def limited(tariff: "Tariff", found: "list[Line]") -> "list[Line]":
    """Return lines with one more for each price limit that changes a total: first the minimum."""
    for name, limit, sign in (("MIN_PRICE", tariff.min_price, 1), ("MAX_PRICE", tariff.max_price, -1)):
        if limit is None:
            continue
        net = _missing(limit[0], [line.net for line in found], sign)
        gross = _missing(limit[1], [line.gross for line in found], sign)
        if net == ratio.ZERO and gross == ratio.ZERO:
            continue
        rate = _common_rate(found, limit)
        stated = net if tariff.tax == "NO" else gross
        shown = {
            "dimension": name,
            "quantity": "1",
            "unit": "session",
            "unit_price": ratio.text(stated),
            "vat": None if rate is None else ratio.text(rate),
        }
        found = found + [Line(shown, rate, net, gross)]
    return found


def _missing(limit: "Ratio | None", amounts: "list[Ratio]", sign: int) -> "Ratio":
    """Return what leads a total to a limit that it does not keep."""
    if limit is None:
        return ratio.ZERO
    missing = ratio.sub(limit, total(amounts))
    return missing if missing[0] * sign > 0 else ratio.ZERO


def _common_rate(found: "list[Line]", limit: "tuple[Ratio | None, Ratio | None]") -> "Ratio | None":
    """Return the VAT rate of all lines, that of the limit where there is none, None where they differ."""
    if found:
        same = [line for line in found if line.rate == found[0].rate]
        return found[0].rate if len(same) == len(found) else None
    net, gross = limit
    if net is None or gross is None or not net[0]:
        return None
    return ratio.reduced(100 * (gross[0] * net[1] - net[0] * gross[1]), gross[1] * net[0])


def _discount_lines(tariff: "Tariff", discounts: "list[Discount]", found: "list[Line]") -> "list[Line]":
    """Return a line for each discount and VAT rate, in exact minor units like the lines before them."""
    lines_of: "list[Line]" = []
    minor_units = 10 ** money.exponent(tariff.currency)
    gross_minor = total([line.gross for line in found])
    for discount, taken in zip(discounts, shares(discounts, gross_minor)):
        for rate, group in _by_rate(found):
            share_of = (-taken[0], taken[1])
            net = ratio.mul(total([line.net for line in group]), share_of)
            gross = ratio.mul(total([line.gross for line in group]), share_of)
            stated = ratio.mul(net if tariff.tax == "NO" else gross, (1, minor_units))
            shown = {
                "dimension": "DISCOUNT",
                "quantity": "1",
                "unit": "session",
                "unit_price": ratio.text(stated),
                "vat": None if rate is None else ratio.text(rate),
                "discount": discount.document(),
            }
            lines_of.append(Line(shown, rate, net, gross))
    return lines_of


def total(amounts: "list[Ratio]") -> "Ratio":
    """Return the sum of exact amounts."""
    added = ratio.ZERO
    for amount in amounts:
        added = ratio.add(added, amount)
    return added


def _rounded(found: "list[Line]") -> "dict[str, Any]":
    """Return the totals of lines in exact minor units, and lines and VAT rates that add up to them."""
    net_minor = ratio.round_half_up(total([line.net for line in found]))
    gross_minor = ratio.round_half_up(total([line.gross for line in found]))
    groups = _by_rate(found)
    nets = share(net_minor, [total([line.net for line in group]) for _, group in groups])
    vats = share(gross_minor - net_minor, [total(_vats(group)) for _, group in groups])
    rates = []
    for (rate, group), rate_net_minor, rate_vat_minor in zip(groups, nets, vats):
        told = None if rate is None else ratio.text(rate)
        rates.append({"rate": told, "net_minor": rate_net_minor, "vat_minor": rate_vat_minor})
        line_nets = share(rate_net_minor, [line.net for line in group])
        for line, line_net_minor, line_vat_minor in zip(
            group, line_nets, share(rate_vat_minor, _vats(group))
        ):
            line.shown["net_minor"] = line_net_minor
            line.shown["vat_minor"] = line_vat_minor
            line.shown["gross_minor"] = line_net_minor + line_vat_minor
    shown = [line.shown for line in found]
    return {"lines": shown, "net_minor": net_minor, "vat": rates, "gross_minor": gross_minor}


def _vats(group: "list[Line]") -> "list[Ratio]":
    return [ratio.sub(line.gross, line.net) for line in group]


def _by_rate(found: "list[Line]") -> "list[tuple[Ratio | None, list[Line]]]":
    """Return the VAT rates that occur, highest first and no one rate last, each with its lines."""
    groups: "list[tuple[Ratio | None, list[Line]]]" = []
    for line in found:
        rate = line.rate
        place = 0
        while place < len(groups) and _goes_before(groups[place][0], rate):
            place += 1
        if place == len(groups) or groups[place][0] != rate:
            groups.insert(place, (rate, []))
        groups[place][1].append(line)
    return groups


def _goes_before(left: "Ratio | None", right: "Ratio | None") -> bool:
    return left is not None and (right is None or ratio.compare(left, right) > 0)


def share(total_minor: int, exact: "list[Ratio]") -> "list[int]":
    """Round exact parts down, then raise those with the largest remainders until they add up to the total.

    Of equal remainders the first is raised. The total lies between the sum of the exact parts rounded down
    and the same rounded up, so a remainder of 0 is never raised: docs/decisions/rounding.md has the proof.
    """
    parts = [ratio.floor(part) for part in exact]
    remainders = [ratio.sub(part, (floor, 1)) for part, floor in zip(exact, parts)]
    for _ in range(total_minor - sum(parts)):
        largest = 0
        for i in range(1, len(parts)):
            if ratio.compare(remainders[i], remainders[largest]) > 0:
                largest = i
        parts[largest] += 1
        remainders[largest] = ratio.ZERO
    return parts
