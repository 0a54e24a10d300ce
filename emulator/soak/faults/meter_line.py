"""A bad line to the meter: bit errors, half answers, echoes, noise, silence, refusals.

It does not know which of them the terminal gets over unseen.
"""

from emulator.models.prng import Prng

SPOILT = ("checksum", "truncated", "echo", "noise", "wrong_unit", "exception", "silent", "silent")


def episode(prng: Prng) -> list[tuple]:
    """Return one fault of the line, for moments up to an hour."""
    return [
        (0, "meter_fault", prng.choice(SPOILT)),
        (prng.choice((1, 4, 12, 60, 300, 3600)), "meter_fault", "none"),
    ]
