"""The terminal's one queue of events: tasks post, the terminal takes, one after another.

It does not know what events mean.
"""

# An event that is no session's: (kind, members) of a record that a task has to have written.
NOTE = "note"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Tasks

    Event = tuple[str, Any]


class Inbox:
    """Events in the order in which they came; none is dropped."""

    def __init__(self, tasks: "Tasks") -> None:
        self._waiting: "list[Event]" = []
        self._arrived = tasks.event()

    def post(self, event: "Event") -> None:
        """Add an event (kind, facts) and wake the terminal."""
        self._waiting.append(event)
        self._arrived.set()

    async def take(self, timeout_ms: "int | None") -> "Event | None":
        """Return the oldest event, or None when none came in time."""
        if not self._waiting:
            self._arrived.clear()
            if not await self._arrived.wait_ms(timeout_ms):
                return None
        return self._waiting.pop(0) if self._waiting else None
