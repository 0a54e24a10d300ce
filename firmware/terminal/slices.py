"""Computes what takes long in slices, so that a terminal's other tasks run in between.

It does not know what is computed.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from hal.ports import Clock


async def finish(steps: "Generator[None, None, Any]", clock: "Clock") -> "Any":
    """Run a generator of slices to its end and return its result. Raises what it raises."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value
        await clock.sleep_ms(0)
