"""Whether a register may follow another: energy never flows back, and never faster than the fuse allows.

It does not know meters, sessions, or what becomes of a reading that it rejects.
"""

BACKWARDS = "backwards"
JUMP = "jump"

# A meter refreshes its register about once a second, so an interval may show so much more time's energy.
REFRESH_MS = 1000
# More than any connector carries, for a charger whose power is not told.
HIGHEST_W = 400000
WH_IN_W_MS = 3_600_000


def judge(
    last_wh: int, elapsed_ms: "int | None", now_wh: int, max_power_w: int, resolution_wh: int = 1
) -> "str | None":
    """Return why `now_wh` cannot follow `last_wh` (BACKWARDS or JUMP), or None where it can.

    `max_power_w` 0 is a charger whose power is not told. `elapsed_ms` is None where nobody knows it, as after
    a power cut: then only the direction is judged.
    """
    if now_wh < last_wh:
        return BACKWARDS
    if elapsed_ms is None:
        return None
    # Both are rounded to the meter's step, so their difference may be off by one step, and by our rounding.
    possible_wh = (max_power_w or HIGHEST_W) * (elapsed_ms + REFRESH_MS) // WH_IN_W_MS + 1 + resolution_wh
    return JUMP if now_wh - last_wh > possible_wh else None
