"""Why a reading is not believed, in words that name the way out.

It does not judge; it is in memory only while something is refused.
"""

from . import plausible

_COMMAND = "kilotap meter replace"
_WAYS_OUT = (
    (plausible.BACKWARDS, "check register map and wiring; after a reset or an exchange run: " + _COMMAND),
    (plausible.JUMP, "check register map, max_power_w and fuse_a; if it is right run: " + _COMMAND),
    (plausible.DISAGREES, "check register map, wiring and current transformers"),
)
_NAMELESS = "without a number"


def implausible(serial: "str | None", why: str, last_wh: int, now_wh: int) -> str:
    """Return the words for a register that cannot follow another; `why` is one of plausible's."""
    way_out = [words for reason, words in _WAYS_OUT if reason == why][0]
    return "meter %s: %s, from %d to %d Wh; %s" % (serial or _NAMELESS, why, last_wh, now_wh, way_out)


def exchanged(serial: "str | None", pinned: "str | None") -> str:
    """Return the words for a meter that is not the one that was commissioned."""
    told = (serial or _NAMELESS, pinned or _NAMELESS, _COMMAND)
    return "the meter is %s, not %s, which was commissioned; after an exchange run: %s" % told
