"""The one master of a meter's line, for one task at a time, that leaves no garbage of its own behind.

It does not know the line, one coroutine of which serves all requests: a new one for each would be half of a
poll's garbage on a small board.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator
    from typing import Any, Protocol

    class Line(Protocol):
        """What passes on a line: `request`, and its `answer`, of which so many bytes were `received`."""

        request: bytes
        answer: bytearray
        timeout_ms: int
        received: int

        def exchanges(self) -> Generator[Any, Any, None]:
            """Yield what has to be waited for, ANSWERED when the answer is there, and so on forever."""


# What a line's coroutine yields when there is nothing more to wait for.
ANSWERED = "answered"


class Master:
    """The bus port over a line. What `transact` gives to be awaited is the bus itself."""

    def __init__(self, line: "Line") -> None:
        self._line = line
        self._exchanges = line.exchanges()
        self._is_at_rest = True
        # Made once: a new one with a value would be three objects of garbage for each request.
        self._ended = StopIteration()
        self.received = 0

    def transact(self, request: bytes, answer: bytearray, timeout_ms: int) -> "Awaitable[None]":
        """Send a request and put what came back into `answer`, as `ports.MeterBus` says. Raises OSError."""
        line = self._line
        line.request, line.answer, line.timeout_ms = request, answer, timeout_ms
        return self

    def __await__(self) -> "Generator[Any, None, None]":
        """Begin what `transact` was told."""
        if not self._is_at_rest:
            # The last one was cancelled, or ended with its port.
            self._exchanges = self._line.exchanges()
        self._is_at_rest = False
        return self  # type: ignore[return-value]

    # What MicroPython calls it.
    __iter__ = __await__

    def __next__(self) -> "Any":
        """Go on, and return what has to be waited for; at the end the answer is in its place."""
        awaited = self._exchanges.send(None)
        if awaited is not ANSWERED:
            return awaited
        self._is_at_rest = True
        self.received = self._line.received
        self._ended.__traceback__ = None
        raise self._ended

    def throw(self, *error: "Any") -> "Any":
        """End what is waited for, as a task does that is cancelled."""
        return self._exchanges.throw(*error)
