"""When to call the office again, so that ten thousand terminals that lost it do not return at once.

It does not know clocks and makes no randomness of its own.
"""

FIRST_S = 2
LONGEST_HINT_S = 86400


def pause_s(failures: int, cap_s: int, hint_s: "int | None", chance: bytes) -> int:
    """Return the seconds to wait after so many failures in a row, at least 1.

    Full jitter: evenly drawn, by `chance` (4 random bytes), from a window that doubles with each failure up
    to `cap_s`. A hint of the office wins, for it spreads its terminals itself; it is bounded by a day.
    """
    if hint_s is not None:
        return max(1, min(hint_s, LONGEST_HINT_S))
    # Beyond 2**16 the cap, a day at most, decides anyway.
    window_s = max(1, min(cap_s, FIRST_S << min(max(failures, 1) - 1, 16)))
    return 1 + (int.from_bytes(chance[:4], "big") * window_s >> 32)
