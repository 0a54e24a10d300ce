"""Holds the live price against the slow model, and against itself afresh and after restarts.

It does not know charge detail records; what a reading says since the last one is a period of its own.
"""

import random
import zoneinfo
from fractions import Fraction
from typing import Any

import pytest

from firmware.crypto import canonical, jsontext
from firmware.pricing import calendar, tariff
from firmware.pricing.engine import Engine
from tests.host.pricing import cases, generate, oracle, pieces
from tests.host.pricing.differences import exactly

BLOCKS, CASES = 10, 50

# Elapsed ms, energy Wh, power W, current mA, whether the vehicle parks.
Sample = tuple[int, int, int | None, int | None, bool]


class Session:
    """A generated case as a terminal lives through it: what is read, and how an engine is made for it."""

    def __init__(self, seed: int) -> None:
        case = generate.case(seed)
        self.chance = random.Random(-seed)
        self.zone = zoneinfo.ZoneInfo(case.zone)
        written, record = case.texts()
        self.document, cdr = exactly(written), exactly(record)
        self.tariff = tariff.parse(jsontext.parse(written))
        self.posix = calendar.Zone(cases.ZONES[case.zone])
        periods = [
            (int(pieces.moment(period["start_date_time"])), pieces.volumes(period))
            for period in cdr["charging_periods"]
        ]
        periods = [(start_s, known) for start_s, known in periods if "RESERVATION_TIME" not in known]
        self.start_s = periods[0][0]
        ends_s = [start_s for start_s, _ in periods[1:]] + [int(pieces.moment(cdr["end_date_time"]))]
        self.samples: list[Sample] = [(0, 0, None, None, False)]
        for (start_s, known), end_s in zip(periods, ends_s, strict=True):
            self._read(known, (start_s - self.start_s) * 1000, (end_s - self.start_s) * 1000)

    def _read(self, known: dict[str, Fraction], from_ms: int, to_ms: int) -> None:
        """Read the meter now and then in a period, and at its end."""
        before_wh = self.samples[-1][1]
        gained_wh = int(known.get("ENERGY", 0) * 1000)
        moments = [self.chance.randint(from_ms, to_ms) for _ in range(self.chance.choice((0, 1, 3)))]
        for at_ms in sorted([*moments, to_ms]):
            gained = gained_wh * (at_ms - from_ms) // (to_ms - from_ms) if to_ms > from_ms else gained_wh
            power, current = known.get("MIN_POWER"), known.get("MAX_CURRENT")
            levels = [None if level is None else int(level * 1000) for level in (power, current)]
            sample = (at_ms, before_wh + gained, levels[0], levels[1], "PARKING_TIME" in known)
            if sample[:2] != self.samples[-1][:2]:
                self.samples.append(sample)

    def engine(self, state: Any = None) -> Engine:
        """Make an engine at the session's start, or one that goes on from a state."""
        return Engine(self.tariff, self.posix, self.start_s, state)

    def expected(self, count: int) -> tuple[str, str]:
        """Return net and gross after so many samples, as the slow model has them."""
        samples = self.samples[:count]
        pairs = list(zip(samples, samples[1:])) or [(samples[0], samples[0])]
        record = {
            "charging_periods": [self._period(before, after) for before, after in pairs],
            "end_date_time": self._moment(samples[-1][0]),
        }
        cost = oracle.price(self.document, record, self.zone)["total_cost"]
        return cost["excl_vat"], cost["incl_vat"]

    def _period(self, before: Sample, after: Sample) -> dict[str, Any]:
        volumes = {
            "ENERGY": Fraction(after[1] - before[1], 1000),
            "PARKING_TIME" if after[4] else "TIME": Fraction(after[0] - before[0], 3600000),
        }
        if after[2] is not None:
            volumes["MIN_POWER"] = Fraction(after[2], 1000)
        if after[3] is not None:
            volumes["MIN_CURRENT"] = Fraction(after[3], 1000)
        dimensions = [{"type": name, "volume": volume} for name, volume in volumes.items()]
        return {"start_date_time": self._moment(before[0]), "dimensions": dimensions}

    def _moment(self, elapsed_ms: int) -> str:
        whole = calendar.format_utc(self.start_s + elapsed_ms // 1000)
        return f"{whole[:-1]}.{elapsed_ms % 1000:03d}Z"


def shown(bill: dict[str, Any]) -> tuple[str, str]:
    """Return net and gross of a bill as decimals."""
    digits = oracle.MINOR_DIGITS.get(bill["currency"], 2)
    net, gross = (Fraction(bill[name], 10**digits) for name in ("net_minor", "gross_minor"))
    return oracle.rounded(net, digits), oracle.rounded(gross, digits)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_live_price_is_the_bill_of_the_same_readings_and_that_of_the_slow_model(block: int) -> None:
    for seed in range(block * CASES, (block + 1) * CASES):
        session = Session(seed)
        live = session.engine()
        for count, sample in enumerate(session.samples, 1):
            live.add(*sample)
            afresh = session.engine()
            for earlier in session.samples[:count]:
                afresh.add(*earlier)
            bill = afresh.bill()
            assert live.gross_minor() == bill["gross_minor"], (seed, count)
            assert live.bill() == bill, (seed, count)
        assert shown(bill) == session.expected(len(session.samples)), seed
        at = session.chance.randint(1, len(session.samples))
        before = session.engine()
        for sample in session.samples[:at]:
            before.add(*sample)
        assert shown(before.bill()) == session.expected(at), (seed, at)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_an_engine_that_is_restored_anywhere_changes_nothing(block: int) -> None:
    for seed in range(block * CASES, (block + 1) * CASES):
        session = Session(seed)
        whole, often = session.engine(), session.engine()
        for sample in session.samples:
            if session.chance.random() < 0.5:
                often = session.engine(canonical.decode(canonical.encode(often.state())))
            whole.add(*sample)
            often.add(*sample)
            assert often.gross_minor() == whole.gross_minor(), (seed, sample)
        assert often.bill() == whole.bill(), seed


CLOCK = {"start_time", "end_time", "start_date", "end_date", "day_of_week"}


def test_without_a_clock_no_element_that_asks_for_it_applies() -> None:
    for seed in range(CASES):
        session = Session(seed)
        document = jsontext.parse(generate.case(seed).texts()[0])
        for element in document["elements"]:
            if CLOCK & set(element.get("restrictions", {})):
                # An element of a reservation never applies while charging.
                element["restrictions"] = {"reservation": "RESERVATION"}
        unset = Engine(session.tariff, session.posix, None)
        without = Engine(tariff.parse(document), session.posix, session.start_s)
        for sample in session.samples:
            unset.add(*sample)
            without.add(*sample)
            assert unset.gross_minor() == without.gross_minor(), (seed, sample)
