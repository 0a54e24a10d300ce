"""A bad way to the office: none, a slow one, answers that get lost or come twice, requests that come again.

It does not know what is sent.
"""

from emulator.models.prng import Prng

STATES = ("down", "down", "slow", "loses_answers", "corrupts", "stalls", "repeats", "replays", "claims")


def episode(prng: Prng) -> list[tuple]:
    """Return one state of the link, for a minute up to days."""
    return [
        (0, "link", prng.choice(STATES)),
        (prng.choice((60, 900, 7200, 7200, 86_400, 300_000)), "link", "up"),
    ]
