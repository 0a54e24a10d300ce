"""What drivers do at a charger: they plug, tap, wait, unplug, in every order that people find.

It does not know faults, and not what the terminal makes of it.
"""

from emulator.models.prng import Prng

OWN = ("alice", "bob")
OTHERS = ("stolen", "phone", "unknown")


def visit(prng: Prng) -> list[tuple]:
    """Return one driver's steps `(seconds after the one before, action, argument)`; the plug is out then."""
    return prng.choice(VISITS)(prng, prng.choice(OWN)) + [(prng.between(1, 30), "plug", False)]


def _stay_s(prng: Prng) -> int:
    return prng.choice((7, 40, 130, 130, 900, prng.between(1200, 7200)))


def _plug_and_tap(prng: Prng, card: str) -> list[tuple]:
    steps = [(0, "plug", True), (prng.between(1, 20), "tap", card), *_meanwhile(prng, card)]
    return [*steps, (_stay_s(prng), "tap", card)]


def _tap_and_plug(prng: Prng, card: str) -> list[tuple]:
    return [(0, "tap", card), (prng.between(1, 40), "plug", True), (_stay_s(prng), "tap", card)]


def _just_unplug(prng: Prng, card: str) -> list[tuple]:
    return [(0, "plug", True), (5, "tap", card), *_meanwhile(prng, card), (_stay_s(prng), "plug", False)]


def _press_stop(prng: Prng, card: str) -> list[tuple]:
    return [(0, "plug", True), (5, "tap", card), (_stay_s(prng), "button", "stop")]


def _wrong_card(prng: Prng, card: str) -> list[tuple]:
    return [(0, "plug", True), (5, "tap", prng.choice(OTHERS)), (prng.between(1, 60), "tap", card)]


def _change_of_mind(prng: Prng, card: str) -> list[tuple]:
    return [(0, "tap", card), (prng.between(1, 90), "tap", card)]


def _meanwhile(prng: Prng, card: str) -> list[tuple]:
    """Return what may happen while the vehicle charges."""
    happenings: tuple = (
        [],
        [],
        [(_stay_s(prng), "vehicle_power_w", prng.choice((0, 1380, 7400))), (600, "vehicle_power_w", 11_000)],
        [(20, "tap", prng.choice(OTHERS))],
        [(20, "button", "language")],
    )
    return list(prng.choice(happenings))


VISITS = (
    _plug_and_tap,
    _plug_and_tap,
    _tap_and_plug,
    _just_unplug,
    _press_stop,
    _wrong_card,
    _change_of_mind,
)
