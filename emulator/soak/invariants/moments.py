"""No record tells a time that the terminal did not know: null while the clock is unset, never 1970.

It does not know how the terminal learns the time.
"""

from collections.abc import Iterator

from emulator.soak.invariants.invariant import Invariant

EARLIEST, LATEST = "2020", "2100"


class MomentsAreTrue(Invariant):
    """Looks at the moment of every record."""

    def record(self, payload: dict) -> Iterator[str]:
        at = payload["at"]
        if (at is None) != (payload["clock"] == "unset"):
            yield "record %d is of %s with a clock that is %s" % (payload["seq"], at, payload["clock"])
        elif at is not None and not EARLIEST <= at < LATEST:
            yield "record %d is of %s" % (payload["seq"], at)
