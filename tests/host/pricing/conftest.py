"""Has every test here read time zones from the pinned package `tzdata`, as the tools do.

A machine's own release may be older or newer, and countries change their minds.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())
