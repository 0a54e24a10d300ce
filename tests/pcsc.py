"""Brings the PC/SC daemon with its virtual reader for tests that need it; they are of one xdist group.

It knows no card.
"""

import os

import pytest

from emulator.bench.pcsc_daemon import PcscDaemon
from emulator.errors import BenchError

# There is one daemon and one virtual reader on a machine.
one_at_a_time = pytest.mark.xdist_group("pcsc")


def require_daemon() -> PcscDaemon:
    """Return the running daemon; without it skip, or fail where it could be had (root, build server)."""
    try:
        return PcscDaemon()
    except BenchError as error:
        if os.environ.get("CI") == "true" or os.geteuid() == 0:
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
