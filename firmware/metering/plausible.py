"""Whether a register may follow another: energy never flows back, never faster than the fuse allows, and in a
minute as much flows as the power says.

It does not know meters, sessions, or what becomes of a reading that it rejects.
"""

BACKWARDS = "backwards"
JUMP = "jump"
DISAGREES = "power and energy disagree"

# A meter refreshes its register about once a second, some every few seconds, so an interval may show so
# much more time's energy: at 22 kW 30 Wh. With less a slow meter would be out of order for good.
REFRESH_MS = 1000
LATEST_MS = 5000
# More than any connector carries, for a charger of which neither power nor fuse is told, and whose meter may
# have transformers before it. One of a single phase is no DC charger: no more flows there than a meter of one
# phase measures without transformers.
HIGHEST_W = 400000
HIGHEST_ONE_PHASE_A = 100
# The mains are 230 V, and up to a tenth more (IEC 60038).
HIGHEST_V = 253
WH_IN_W_MS = 3_600_000

# Power and energy are compared over so long, and over so many steps of the register.
WINDOW_MS = 60000
WINDOW_STEPS = 10
# Readings further apart than this say too little of the power between them.
LONGEST_GAP_MS = 10000
# A disagreement lasts so long at least: longer than an open session waits for its last reading.
FORGIVEN_MS = 600000
W_S_IN_WH = 3600

# Over so long a time the fuse bounds what a register can have counted where nobody knows how long it was.
UNKNOWN_MS = 86_400_000


def most_w(max_power_w: int, fuse_a: int, phases: int, rated_a: int) -> int:
    """Return the power above which nothing flows: as told, what the fuse of each phase lets through, or less.

    Both are 0 where they are not told: then it is what the meter is rated for, which is 0 where that says
    nothing. So are the phases of a map without voltages.
    """
    if not fuse_a and not max_power_w:
        fuse_a = rated_a
    if not fuse_a and phases == 1:
        fuse_a = HIGHEST_ONE_PHASE_A
    by_fuse_w = HIGHEST_V * fuse_a * (phases or 3)
    return min(max_power_w or HIGHEST_W, by_fuse_w or HIGHEST_W)


def judge(
    last_wh: int, elapsed_ms: "int | None", now_wh: int, highest_w: int, resolution_wh: int = 1
) -> "str | None":
    """Return why `now_wh` cannot follow `last_wh` (BACKWARDS or JUMP), or None where it can.

    `highest_w` is what `most_w` says. `elapsed_ms` is None where nobody knows it, as after a cut without a
    clock: then a day's energy is possible.
    """
    if now_wh < last_wh:
        return BACKWARDS
    if elapsed_ms is None:
        elapsed_ms = UNKNOWN_MS
    # Both are rounded to the meter's step, so their difference may be off by one step, and by our rounding.
    # In tenths of a second: of milliseconds the product is a long integer, which is garbage on a small board.
    possible_wh = highest_w * ((elapsed_ms + LATEST_MS) // 100) // 36000 + 1 + resolution_wh
    return JUMP if now_wh - last_wh > possible_wh else None


class Balance:
    """Holds the energy of a minute against the power that the same readings told.

    Between two readings as much flowed as one of their powers says, or something between; a quarter more or
    less is allowed, and what a meter is late by. So a register that stands still while power flows shows, as
    does a ratio of current transformers that is set wrong.
    """

    __slots__ = ("_begin_wh", "_highest_w", "_highest_w_s", "_is_off", "_last_w", "_lowest_w_s", "_span_ms")

    def __init__(self) -> None:
        self.restart(0, None)

    def restart(self, now_wh: int, power_w: "int | None") -> None:
        """Begin a new window at a reading."""
        self._begin_wh, self._last_w, self._is_off = now_wh, power_w, False
        self._span_ms = self._lowest_w_s = self._highest_w_s = self._highest_w = 0

    def judge(self, elapsed_ms: int, now_wh: int, power_w: "int | None", resolution_wh: int) -> "str | None":
        """Return DISAGREES where a reading ends a window that does not add up, else None.

        `elapsed_ms` counts from the last reading that was accepted: one that is rejected leaves all as it is.
        """
        last_w = self._last_w
        is_late = elapsed_ms > (FORGIVEN_MS if self._is_off else LONGEST_GAP_MS)
        if last_w is None or power_w is None or is_late:
            self.restart(now_wh, power_w)
            return None
        highest_w = max(0, last_w, power_w)
        span_ms = self._span_ms + elapsed_ms
        lowest_w_s = self._lowest_w_s + max(0, min(last_w, power_w)) * elapsed_ms // 1000
        highest_w_s = self._highest_w_s + highest_w * elapsed_ms // 1000
        highest_w = max(self._highest_w, highest_w)
        flowed_wh, highest_wh = now_wh - self._begin_wh, highest_w_s // W_S_IN_WH
        if span_ms >= WINDOW_MS and max(highest_wh, flowed_wh) >= WINDOW_STEPS * resolution_wh:
            slack_wh = 1 + 2 * resolution_wh + 2 * highest_w * REFRESH_MS // WH_IN_W_MS
            least_wh = lowest_w_s // W_S_IN_WH * 3 // 4 - slack_wh
            self._is_off = not least_wh <= flowed_wh <= highest_wh * 5 // 4 + slack_wh
            if self._is_off:
                return DISAGREES
            self.restart(now_wh, power_w)
            return None
        self._last_w, self._span_ms, self._highest_w = power_w, span_ms, highest_w
        self._lowest_w_s, self._highest_w_s = lowest_w_s, highest_w_s
        return None
