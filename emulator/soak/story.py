"""Makes a story out of a seed: a charger, its drivers, its faults, and at last a proof that it still works.

It does not know how it goes on; a story is what a scenario file tells.
"""

import json

from emulator.models.prng import Prng
from emulator.soak import drivers, holders, ordering
from emulator.soak.faults import keys, meter_exchange, segments
from emulator.soak.faults.standard import LEVELS, STANDARD

START_UTC_S = 1_774_717_140
TARIFF = {
    "id": "day",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [
                {"type": "ENERGY", "price": 0.49, "vat": 19, "step_size": 1},
                {"type": "PARKING_TIME", "price": 1.2, "vat": 19, "step_size": 60},
            ]
        }
    ],
}
# Everything mended, and one more session: whatever happened, the terminal goes on.
MENDED = [
    # A cut that is still to come would fall into the proof.
    (0, "cut_at_write", 1_000_000),
    (60, "power", "on"),
    (0, "meter_exchange", meter_exchange.OWN),
    (0, "meter_fault", "none"),
    (0, "contactor_fault", "none"),
    (0, "storage_free_bytes", 1_000_000_000),
    (0, "link", "up"),
    (0, "clock", "set"),
    (0, "vehicle_power_w", 11_000),
    (0, "hold", ""),
    (0, "plug", False),
    (600, "wait", "idle"),
    # Whatever was done to the card before, the next one is read.
    (0, "brush", {"card": "dora", "at": 2}),
]
SESSION = [
    (60, "plug", True),
    (10, "tap", "alice"),
    (60, "wait", "charging"),
    (60, "tap", "alice"),
    (30, "plug", False),
    (120, "wait", "idle"),
    (60, "wait", "uploaded"),
]


def tell(seed: int, faults: str, visits: int | None = None) -> dict:
    """Return the story of a seed with faults of a level: so many visits of drivers, by default some."""
    prng = Prng(seed, "soak " + faults)
    count = visits if visits is not None else prng.choice((3, 8, 12, 20, 40))
    timeline = holders.taking_part(seed, _visits(prng, count))
    level, last_s = LEVELS.index(faults), timeline[-1][0]
    timeline += _faults(seed, prng, level, count, last_s)
    is_ordered = ordering.is_in(seed)
    if is_ordered:
        timeline = ordering.strewn(seed, timeline, count, last_s)
    # Of two things at one moment the order is kept in which they were told.
    timeline.sort(key=lambda moment: moment[0])
    told = {
        "title": "Seed %d, faults %s" % (seed, faults),
        "start_utc_s": START_UTC_S,
        "seed": seed,
        "speed": 600,
        "terminal": {**_terminal(prng), **holders.known(seed)},
        "tariffs": [json.dumps(TARIFF)],
        "meter": {"model": "eastron-sdm630", **meter_exchange.OWN, "register_wh": prng.below(200_000)},
        "vehicle": {"power_w": 11_000, "battery_wh": 1_000_000_000},
        "cards": holders.cards(seed),
        # It begins with the session by which a terminal is commissioned: from then on it knows its meter.
        "steps": [
            *(step_of(*step) for step in SESSION),
            *steps_of(timeline),
            *(step_of(*step) for step in MENDED + (ordering.SETTLED if is_ordered else []) + SESSION),
        ],
    }
    return dict(told, poll_s=ordering.POLL_S) if is_ordered else told


def step_of(after_s: int, action: str, argument: object) -> dict:
    """Return a step as a story has it."""
    return {"after_ms": 1000 * after_s, "action": action, "argument": argument}


def steps_of(timeline: list[tuple]) -> list[dict]:
    """Return the steps of things that happen at (second, action, argument)."""
    steps, before_s = [], 0
    for at_s, action, argument in timeline:
        steps.append(step_of(at_s - before_s, action, argument))
        before_s = at_s
    return steps


def _visits(prng: Prng, count: int) -> list[tuple]:
    at_s, timeline = 60, []
    for _ in range(count):
        for after_s, action, argument in drivers.visit(prng):
            at_s += after_s
            timeline.append((at_s, action, argument))
        at_s += prng.choice((10, 60, 600, 3600, prng.between(7200, 200_000)))
    return timeline


def _faults(seed: int, prng: Prng, level: int, visits: int, last_s: int) -> list[tuple]:
    """Return episodes that begin near what drivers do, for there most can go wrong."""
    timeline: list[tuple] = []
    for episode, *often in STANDARD:
        source = prng
        # What has a source of its own leaves all else that a seed draws as it would be without it.
        if episode is keys.episode and [moment for moment in timeline if moment[1] == "damage"]:
            source = Prng(seed, "keys and damage")
        elif episode is segments.episode:
            source = Prng(seed, "segments")
        for _ in range(0 if level == 0 else -(-often[level - 1] * visits // 10)):
            at_s = source.between(0, last_s)
            for after_s, action, argument in episode(source):
                at_s += after_s
                timeline.append((at_s, action, argument))
    return timeline


def _terminal(prng: Prng) -> dict:
    return {
        "id": "KT-0001",
        "timezone": "CET-1CEST,M3.5.0,M10.5.0/3",
        "max_power_w": 12_000,
        "meter_poll_ms": prng.choice((2000, 20_000, 20_000, 60_000)),
        "meter_idle_poll_ms": prng.choice((60_000, 600_000, 600_000, 3_600_000)),
        "meter_tries": prng.choice((2, 10)),
        "checkpoint_s": prng.choice((1, 60, 600)),
        "resume_within_s": prng.choice((0, 0, 900, 7200)),
        "upload_batch": prng.choice((1, 3, 10)),
        "upload_retry_s": prng.choice((300, 3600)),
        # Records in sectors of their own, on a disk where a torn write harms its neighbours.
        "ledger_sector_bytes": prng.choice((0, 0, 512)),
    }
