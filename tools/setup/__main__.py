"""Starts the setup, or says which Python it would need.

It knows no later syntax than that of the oldest Python that somebody may start it with.
"""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    sys.stderr.write(
        "setup: Kilotap needs Python %d.%d or newer, and %s is %d.%d.\n"
        "setup: name a newer one, for example: make PYTHON=python3.%d\n"
        % (OLDEST[0], OLDEST[1], sys.executable, sys.version_info[0], sys.version_info[1], OLDEST[1])
    )
    sys.exit(2)

from tools.setup.program import main  # noqa: E402 - an older Python could not read it

sys.exit(main(sys.argv[1:]))
