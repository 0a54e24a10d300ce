"""Proves that a budget's limit is the last point that an amount pays for, by going there and beyond.

It does not know how the limit is found: it drives engines afresh along the way that the session goes on.
"""

import pytest

from firmware.pricing import budget
from firmware.pricing.engine import Engine
from tests.host.pricing.test_live import Sample, Session

BLOCKS, CASES = 6, 50
MS_IN_H = 3_600_000


def fed(session: Session, samples: list[Sample]) -> Engine:
    """Return an engine that took these readings."""
    made = session.engine()
    for sample in samples:
        made.add(*sample)
    return made


def after(session: Session, samples: list[Sample], ms: int, power_w: int, more_wh: int = 0) -> int:
    """Return the gross price when the session went on so long at a power, and then took so many Wh at once.

    The meter is read at every boundary that the engine names, as the terminal does.
    """
    went = fed(session, samples)
    start_ms, start_wh, _power_w, current_ma, is_parking = samples[-1]
    shown_w, passed_ms, more_ms = samples[-1][2], 0, min(ms, 1)
    while True:
        energy_wh = start_wh + -(-(passed_ms + more_ms) * power_w // MS_IN_H)
        passed_ms += more_ms
        went.add(start_ms + passed_ms, energy_wh, shown_w, current_ma, is_parking)
        if passed_ms == ms:
            break
        boundary_ms, boundary_wh = went.next_boundary()
        stops = [ms]
        if boundary_ms is not None:
            stops.append(max(boundary_ms - start_ms, passed_ms + 1))
        if boundary_wh is not None and power_w:
            stops.append(max((boundary_wh - start_wh) * MS_IN_H // power_w, passed_ms + 1))
        more_ms = min(stops) - passed_ms
    if more_wh:
        went.add(start_ms + ms, energy_wh + more_wh, shown_w, current_ma, is_parking)
    return went.gross_minor()


def is_limited(seed: int) -> bool:
    """Hold a generated session's limit to its last moment and Wh; return whether it has a last moment."""
    session = Session(seed)
    samples = session.samples[: session.chance.randint(2, max(2, len(session.samples) // 2))]
    now = fed(session, samples)
    amount_minor = now.gross_minor() + session.chance.choice((0, 1, 50, 500, 3000))
    before = now.bill()
    until_ms, until_wh = budget.limit(now, amount_minor)
    assert now.bill() == before, f"seed {seed}: looking ahead changed the session"
    power_w = samples[-1][2] or 0 if not samples[-1][4] else 0
    if until_ms is not None:
        passed_ms = until_ms - samples[-1][0]
        assert after(session, samples, passed_ms, power_w) <= amount_minor, seed
        assert after(session, samples, passed_ms + 1, power_w) > amount_minor, seed
    if until_wh is not None:
        passed_ms = until_ms - samples[-1][0] if until_ms is not None and power_w else 0
        there_wh = samples[-1][1] + -(-passed_ms * power_w // MS_IN_H)
        more_wh = until_wh - there_wh
        if more_wh:
            assert after(session, samples, passed_ms, power_w, more_wh) <= amount_minor, seed
        assert after(session, samples, passed_ms, power_w, more_wh + 1) > amount_minor, seed
    return until_ms is not None


@pytest.mark.parametrize("block", range(BLOCKS))
def test_an_amount_pays_for_the_limit_and_for_nothing_beyond_it(block: int) -> None:
    limited = sum(is_limited(seed) for seed in range(block * CASES, (block + 1) * CASES))
    assert limited > CASES // 4


@pytest.mark.parametrize("seed", [931, 1194, 1534, 2908])
def test_boundaries_on_the_way_to_the_last_moment_count_for_the_last_wh(seed: int) -> None:
    assert is_limited(seed)


def test_an_amount_that_is_spent_ends_here() -> None:
    for seed in range(CASES):
        session = Session(seed)
        now = fed(session, session.samples)
        if now.gross_minor():
            assert budget.limit(now, now.gross_minor() - 1) == session.samples[-1][:2]


@pytest.mark.parametrize("step_wh", [1, 2, 10, 100])
def test_whatever_a_vehicle_draws_and_a_register_hides_the_amount_is_never_passed(step_wh: int) -> None:
    ended = 0
    for seed in range(CASES):
        session = Session(seed)
        chance = session.chance
        samples = session.samples[: chance.randint(2, max(2, len(session.samples) // 2))]
        register = Register(step_wh, chance.randrange(step_wh))
        now = session.engine()
        for elapsed_ms, energy_wh, power_w, current_ma, is_parking in samples:
            now.add(elapsed_ms, register.shown(energy_wh * MS_IN_H), power_w, current_ma, is_parking)
        flowed, (elapsed_ms, _wh, power_w, current_ma, is_parking) = samples[-1][1] * MS_IN_H, samples[-1]
        most_w = max(power_w or 0, chance.choice((3700, 11000, 150000)))
        amount_minor = now.gross_minor() + chance.choice((0, 1, 5, 50, 500))
        for _ in range(60):
            until_ms = budget.limit(now, amount_minor, most_w=most_w, hidden_wh=step_wh - 1)[0]
            if until_ms is None or is_parking:
                break
            if until_ms == elapsed_ms:
                ended += 1
                break
            # The terminal looks again at half of the way and reads at each boundary.
            ahead_ms = chance.randint(1, max(1, until_ms - elapsed_ms))
            boundary_ms = now.next_boundary()[0]
            if boundary_ms is not None and boundary_ms > elapsed_ms:
                ahead_ms = min(ahead_ms, boundary_ms - elapsed_ms)
            drawn_w = chance.choice((0, most_w, most_w, chance.randint(0, most_w)))
            elapsed_ms += ahead_ms
            flowed += drawn_w * ahead_ms
            told_w = drawn_w if power_w is not None else None
            told_ma = None if current_ma is None else drawn_w * 1000 // 230
            now.add(elapsed_ms, register.shown(flowed), told_w, told_ma, is_parking)
            assert now.gross_minor() <= amount_minor, f"seed {seed}"
    assert ended > CASES // 10


class Register:
    """A register that shows whole steps; what stood in it at first is hidden."""

    def __init__(self, step_wh: int, hidden_wh: int) -> None:
        self._step = step_wh * MS_IN_H
        self._hidden = hidden_wh * MS_IN_H

    def shown(self, flowed: int) -> int:
        """Return the Wh of the session that it shows, of so many W ms that flowed."""
        return (self._hidden + flowed) // self._step * self._step // MS_IN_H
