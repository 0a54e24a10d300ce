"""Keeps tasks alive: one that dies is a fault that is told and a new start, never silence.

It does not know what the tasks do.
"""

from ..session import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hal.ports import Board, Task

    from .inbox import Inbox

    Run = Callable[[], Awaitable[None]]

FIRST_PAUSE_MS = 1000
LONGEST_PAUSE_MS = 60000
STEADY_MS = 60000


class Supervisor:
    """Starts tasks and starts them again."""

    def __init__(self, board: "Board", inbox: "Inbox") -> None:
        self._clock = board.clock
        self._tasks = board.tasks
        self._inbox = inbox
        self._running: "list[Task]" = []

    def start(self, name: str, run: "Run") -> None:
        """Run `run()` (a coroutine function that should never return) for as long as the terminal lives."""
        self._running.append(self._tasks.spawn(self._keep(name, run)))

    def stop(self) -> None:
        """Cancel all tasks."""
        for task in self._running:
            task.cancel()
        self._running = []

    async def _keep(self, name: str, run: "Run") -> None:
        pause_ms = FIRST_PAUSE_MS
        while True:
            began_ms = self._clock.ticks_ms()
            steady = self._tasks.spawn(self._clear_when_steady(name))
            try:
                await run()
                what = "it ended"
            except Exception as error:
                what = "%s: %s" % (type(error).__name__, error)
            steady.cancel()
            if self._clock.elapsed_ms(began_ms) >= STEADY_MS:
                pause_ms = FIRST_PAUSE_MS
            told = {
                "fault": "task:" + name,
                "what": "the task %s died (%s) and is started again" % (name, what),
            }
            self._inbox.post((events.FAULT, told))
            await self._clock.sleep_ms(pause_ms)
            pause_ms = min(2 * pause_ms, LONGEST_PAUSE_MS)

    async def _clear_when_steady(self, name: str) -> None:
        """Take the fault back once the task has lived for a while; one that keeps dying is one fault."""
        await self._clock.sleep_ms(STEADY_MS)
        self._inbox.post((events.FAULT_CLEARED, {"fault": "task:" + name}))
