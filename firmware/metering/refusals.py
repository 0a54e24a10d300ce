"""Why a meter is not read, in words that name the way out, and which words of the display fit.

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

# What the display says of a meter, by the end of its fault's name (firmware/screens): the first may pass by
# itself, each further one is more for people to mend.
SILENT = ""
REFUSES = ".refuses"
MODEL = ".model"
IMPLAUSIBLE = ".wrong"
SET_BACK = ".backwards"
EXCHANGED = ".other"
TROUBLES = (SILENT, REFUSES, MODEL, IMPLAUSIBLE, SET_BACK, EXCHANGED)


def trouble(what: str, lie: "str | None") -> str:
    """Return which of TROUBLES it is; `lie` is one of plausible's reasons, None where words alone tell."""
    if lie:
        return SET_BACK if lie == plausible.BACKWARDS else IMPLAUSIBLE
    if "gives no energy" in what:
        return IMPLAUSIBLE
    if "kilotap meter replace" in what:
        return EXCHANGED
    if "exception " in what:
        code = what.split("exception ")[1].split(",")[0]
        # It has not what it is asked for; or the gateway before it says that it does not answer.
        return MODEL if code in ("1", "2", "3") else SILENT if code in ("10", "11") else REFUSES
    return REFUSES if " sign" in what else SILENT


def is_graver(now: str, before: str) -> bool:
    """Return whether people have more to do than before."""
    return TROUBLES.index(now) > TROUBLES.index(before)


def implausible(serial: "str | None", why: str, last_wh: int, now_wh: int) -> str:
    """Return the words for a register that cannot follow another; `why` is one of plausible's."""
    way_out = [words for reason, words in _WAYS_OUT if reason == why][0]
    return "meter %s: %s, from %d to %d Wh; %s" % (serial or _NAMELESS, why, last_wh, now_wh, way_out)


def exchanged(serial: "str | None", pinned: "str | None") -> str:
    """Return the words for a meter that is not the one that was commissioned."""
    told = (serial or _NAMELESS, pinned or _NAMELESS, _COMMAND)
    return "the meter is %s, not %s, which was commissioned; after an exchange run: %s" % told
