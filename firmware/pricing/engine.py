"""Prices a charging session by its tariff, exactly, at any moment of it and at its end by one rule.

It does not know clocks, meters and cards: totals since the session began come in, amounts come out.
"""

from firmware.errors import PricingError
from firmware.pricing import money, ratio
from firmware.pricing.tariff import DIMENSIONS

# What the receipt says of the rounding; docs/decisions/rounding.md has the reasons.
ROUNDING = "net and gross each half up once, from exact totals; lines by largest remainder"

# Base units (Wh, ms) in the unit of the price, and in the unit of step_size (Wh, s).
_UNITS = {"ENERGY": ("kWh", 1000, 1), "TIME": ("h", 3600000, 1000)}
_STATE_VERSION = 1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio
    from firmware.pricing.tariff import Component, Tariff


class _Line:
    """What one dimension costs: the quantity in the unit of its price, exact net and VAT in minor units."""

    __slots__ = ("component", "net", "quantity", "unit", "vat")

    def __init__(self, component: "Component", quantity: "Ratio", unit: str, minor_units: "Ratio") -> None:
        self.component = component
        self.quantity = quantity
        self.unit = unit
        self.net = ratio.mul(ratio.mul(quantity, component.price), minor_units)
        self.vat = ratio.sub(ratio.mul(self.net, component.gross_factor()), self.net)

    def shown(self, net_minor: int, vat_minor: int) -> "dict[str, Any]":
        """Return the line of a bill with its share of the rounded totals."""
        return {
            "dimension": self.component.dimension,
            "quantity": ratio.text(self.quantity),
            "unit": self.unit,
            "unit_price": ratio.text(self.component.price),
            "vat": ratio.text(self.component.vat_percent),
            "net_minor": net_minor,
            "vat_minor": vat_minor,
            "gross_minor": net_minor + vat_minor,
        }


class Engine:
    """The price of one session: `add` every reading, ask `gross_minor` and `bill` at any moment."""

    __slots__ = ("_elapsed_ms", "_energy_wh", "_tariff")

    def __init__(self, tariff: "Tariff", state: "list[Any] | None" = None) -> None:
        self._tariff = tariff
        # None before the first reading: nothing has begun, so nothing is owed.
        self._elapsed_ms: "int | None" = None
        self._energy_wh = 0
        if state is not None:
            if not isinstance(state, list) or len(state) != 3 or state[0] != _STATE_VERSION:
                raise PricingError(["a pricing state of another version: %r" % (state,)])
            if state[1] is not None:
                self.add(state[1], state[2])

    def add(self, elapsed_ms: int, energy_wh: int, power_w: "int | None" = None) -> None:
        """Take the totals since the session began. Raises PricingError where one is smaller than before.

        `power_w` is for tariffs that depend on it; none is supported yet.
        """
        for total in (elapsed_ms, energy_wh):
            if not isinstance(total, int) or isinstance(total, bool) or total < 0:
                raise PricingError(["a total has to be a whole number from 0 on, not %r" % (total,)])
        if energy_wh < self._energy_wh or elapsed_ms < (self._elapsed_ms or 0):
            before = "%d ms and %d Wh" % (self._elapsed_ms or 0, self._energy_wh)
            now = "%d ms and %d Wh" % (elapsed_ms, energy_wh)
            raise PricingError(["totals of %s after %s: they never fall" % (now, before)])
        self._elapsed_ms, self._energy_wh = elapsed_ms, energy_wh

    def state(self) -> "list[Any]":
        """Return what `Engine(tariff, state)` goes on from."""
        return [_STATE_VERSION, self._elapsed_ms, self._energy_wh]

    def gross_minor(self) -> int:
        """Return the gross total so far, by the rule of `bill`."""
        return _totals(self._lines())[1]

    def bill(self) -> "dict[str, Any]":
        """Return lines and totals: exact numbers as texts (`0.49`, `1201/1800`), amounts in minor units.

        A line's `quantity` times its `unit_price` is exactly its net before rounding; `vat` is in percent.
        """
        lines = self._lines()
        net_minor, gross_minor = _totals(lines)
        groups = _by_rate(lines)
        nets = share(net_minor, [_sum([lines[i].net for i in places]) for _, places in groups])
        vats = share(gross_minor - net_minor, [_sum([lines[i].vat for i in places]) for _, places in groups])
        shown: "list[Any]" = [None] * len(lines)
        rates = []
        for (rate, places), rate_net_minor, rate_vat_minor in zip(groups, nets, vats):
            rates.append({"rate": ratio.text(rate), "net_minor": rate_net_minor, "vat_minor": rate_vat_minor})
            line_nets = share(rate_net_minor, [lines[i].net for i in places])
            line_vats = share(rate_vat_minor, [lines[i].vat for i in places])
            for i, line_net_minor, line_vat_minor in zip(places, line_nets, line_vats):
                shown[i] = lines[i].shown(line_net_minor, line_vat_minor)
        return {
            "currency": self._tariff.currency,
            "rounding": ROUNDING,
            "lines": shown,
            "net_minor": net_minor,
            "vat": rates,
            "gross_minor": gross_minor,
        }

    def _lines(self) -> "list[_Line]":
        """Return what is owed, in the order of DIMENSIONS; a volume of 0 is no line."""
        lines: "list[_Line]" = []
        if self._elapsed_ms is None:
            return lines
        minor_units = (10 ** money.exponent(self._tariff.currency), 1)
        for dimension in DIMENSIONS:
            component = self._tariff.active(dimension)
            if component is None:
                continue
            if dimension == "FLAT":
                quantity, unit = ratio.ONE, "session"
            else:
                total = self._energy_wh if dimension == "ENERGY" else self._elapsed_ms
                unit, base_units, step_units = _UNITS[dimension]
                quantity = ratio.reduced(_stepped(total, component.step_size * step_units), base_units)
            if quantity != ratio.ZERO:
                lines.append(_Line(component, quantity, unit, minor_units))
        return lines


def _stepped(total: int, step: int) -> int:
    """Return the smallest multiple of a step that is not smaller than the total (mod_cdrs, step_size)."""
    return -(-total // step) * step if step else total


def _sum(parts: "list[Ratio]") -> "Ratio":
    total = ratio.ZERO
    for part in parts:
        total = ratio.add(total, part)
    return total


def _totals(lines: "list[_Line]") -> "tuple[int, int]":
    """Return net and gross in minor units, each rounded once from its own exact value."""
    net = _sum([line.net for line in lines])
    gross = ratio.add(net, _sum([line.vat for line in lines]))
    return ratio.round_half_up(net), ratio.round_half_up(gross)


def _by_rate(lines: "list[_Line]") -> "list[tuple[Ratio, list[int]]]":
    """Return the VAT rates that occur, highest first, each with the places of its lines."""
    groups: "list[tuple[Ratio, list[int]]]" = []
    for i, line in enumerate(lines):
        rate = line.component.vat_percent
        place = 0
        while place < len(groups) and ratio.compare(groups[place][0], rate) > 0:
            place += 1
        if place == len(groups) or groups[place][0] != rate:
            groups.insert(place, (rate, []))
        groups[place][1].append(i)
    return groups


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
