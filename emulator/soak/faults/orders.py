"""Orders of the operator, good and impossible ones, corrections, and those of forgers.

It does not know what else happens. Whatever it orders, alice may charge in the end.
"""

import json

from emulator.models.ordering import FORGERIES, NEWEST
from emulator.models.prng import Prng

ALICE = "04A1B2C3D4E580"
BOB = "CAFE1234"


def episode(prng: Prng) -> list[tuple]:
    """Return a new price, a denial and its end, what no terminal can do, the time, the newest receipt's
    cancellation, which may have been cancelled before, or a forgery.
    """
    kind = prng.below(6)
    if kind == 0:
        return [(0, "order", {"tariffs": [_tariff(prng.between(1, 99))]})]
    if kind == 1:
        denial = {"deny": [ALICE, BOB]}
        return [(0, "order", denial), (prng.choice((1, 60, 7200)), "order", {"removed": denial})]
    if kind == 2:
        return [
            (0, "order", prng.choice(({"removed": {"tariffs": ["day"]}}, {"tariffs": ['{"id": "day"}']})))
        ]
    if kind == 3:
        return [(0, "order", {"time": True})]
    if kind == 4:
        command = {"command": "cancel", "receipt": NEWEST, "reason": "goodwill"}
        return [(0, "order", {"commands": [command]})]
    forged = {"tariffs": [_tariff(0)], "deny": [ALICE]}
    return [(0, "order", dict(forged, forged=prng.choice(FORGERIES)))]


def _tariff(cents: int) -> str:
    components = [
        {"type": "ENERGY", "price": cents / 100, "vat": 19, "step_size": 1},
        {"type": "PARKING_TIME", "price": 1.2, "vat": 19, "step_size": 60},
    ]
    elements = [{"price_components": components}]
    return json.dumps({"id": "day", "currency": "EUR", "elements": elements})
