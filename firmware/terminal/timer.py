"""The one timer of the session: it runs out once.

It does not know what it is for.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Clock


class Timer:
    """Time that a state gives itself."""

    def __init__(self, clock: "Clock") -> None:
        self._clock = clock
        self._due_ms: "int | None" = None
        self._since_ms = 0

    def run(self, duration_ms: "int | None") -> None:
        """Begin anew, or stop with None."""
        self._due_ms = duration_ms
        self._since_ms = self._clock.ticks_ms()

    def left_ms(self) -> "int | None":
        """Return what is left, 0 when it has run out, None while it does not run."""
        if self._due_ms is None:
            return None
        return max(0, self._due_ms - self._clock.elapsed_ms(self._since_ms))
