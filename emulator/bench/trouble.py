"""How long a meter's trouble has to last on the bench, so that the terminal meets as much of it as is told.

It does not know the story or the meter: it is told what begins and what passes.

A terminal gives a bad reading up after so many tries, and a session without a good one after some patience.
In the story that takes a quarter of a minute and a minute more. On the bench a question without an answer
costs real time, and the story runs many times as fast: what it tells of such a time is stretched, so that
trouble that is ridden out there is ridden out here, and what ends a session there does so here. Trouble that
passes before a reading is given up is over, too, once the meter was asked as often as in the story: an answer
may come at once, and a busy machine may let the trouble last for longer than it was told.
"""

from firmware import config
from firmware.terminal.meter import RETRY_PAUSE_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# A question that is answered on an emulated line, and the silence before it; most polls have up to two. Busy
# machines take longer than this now and then.
ANSWERED_MS = 60
# Faults for which the terminal waits in vain, as long as it has patience for one answer.
UNANSWERED = ("silent", "checksum", "wrong_unit", "truncated")
# Of these the simulation spends the time; a spoilt answer comes at once there.
SILENT = "silent"
# What does not spoil a reading.
HARMLESS = ("none", "echo", "noise", "wrong_power", "refuses_to_sign")

# What the display says when a terminal has given up its meter, and the receipt has been shown.
SHOWN_AT_LAST = "out_of_order"


class Trouble:
    """One meter's trouble; `told` and `played` are a terminal's settings as story and bench have them.

    `asked` returns how many questions the meter has been asked. It `is_met` once the terminal has done
    all that it will do about it.
    """

    def __init__(self, told: dict, played: dict, speed: int, asked: "Callable[[], int]"):
        self._told = _settings(told)
        self._played = _settings(played)
        self._speed = speed
        self._asked = asked
        self._fault = "none"
        self._met_ms = 0
        self._asked_before = 0
        self.is_met = False

    def begin(self, fault: str) -> None:
        """Take another fault, or the end of one."""
        if fault != self._fault:
            self._fault = fault
            self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what a terminal has met whose power is gone."""
        self._met_ms = 0
        self._asked_before = self._asked()
        self.is_met = False

    def see(self, screen_id: str) -> None:
        """Take what the display shows from now on."""
        self.is_met = self.is_met or screen_id == SHOWN_AT_LAST

    def stretched_ms(self, story_ms: int) -> int:
        """Return how long a time of the story, that passes now, has to be on the bench."""
        if self._fault in HARMLESS or self.is_met:
            return story_ms
        before_ms = self._on_bench(self._met_ms)
        self._met_ms += story_ms
        return self._on_bench(self._met_ms) - before_ms

    def has_passed(self) -> bool:
        """Return whether the time that was stretched last may end: the terminal will do no more about it, or
        has asked as often as it does in the story until then.
        """
        usual_ms = self._usual_ms()
        tries = self._met_ms * int(self._told.meter_tries) // usual_ms
        is_passing = self._met_ms < usual_ms and self._asked() - self._asked_before > tries
        return self.is_met or is_passing

    def _usual_ms(self) -> int:
        """Return after how long the terminal gives up a reading in the story."""
        return _notice_ms(self._told, self._told.meter_timeout_ms if self._fault == SILENT else 0)

    def _on_bench(self, met_ms: int) -> int:
        """Return when, since it began, the terminal is as far as it is in the story after `met_ms`."""
        wire_ms = self._played.meter_timeout_ms if self._fault in UNANSWERED else ANSWERED_MS
        parts = (
            (self._usual_ms(), _notice_ms(self._played, wire_ms * self._speed)),
            (1000 * self._told.meter_patience_s, 1000 * self._played.meter_patience_s),
        )
        begun_ms = 0
        for usual_ms, lasting_ms in parts:
            passed_ms = min(met_ms, usual_ms)
            begun_ms += passed_ms * max(usual_ms, lasting_ms) // usual_ms
            met_ms -= passed_ms
        return begun_ms + met_ms


def _settings(document: dict) -> "Any":
    """Return the settings of a terminal, those that are not told at their defaults."""
    return config.survey(document)[0]


def _notice_ms(settings: "Any", wire_ms: int) -> int:
    """Return after how long a terminal gives up a reading of which each try takes so long on the wire."""
    return int(settings.meter_tries) * (RETRY_PAUSE_MS + wire_ms)
