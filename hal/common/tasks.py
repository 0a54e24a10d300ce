"""The scheduler port over asyncio, for CPython and MicroPython alike.

It does not know what the tasks do. On a board whose clock is scaled, waits are scaled with it.
"""

import asyncio

from hal.common.event import Event
from hal.common.waiting import MICROPYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any


class Tasks:
    """Starts coroutines, and on the first start what the board itself has to keep running."""

    def __init__(self, speed: int = 1) -> None:
        self._speed = speed
        self._services: "list[Callable[[], Coroutine[Any, Any, None]]]" = []
        self._running: "set[asyncio.Task[None]]" = set()

    def serve(self, service: "Callable[[], Coroutine[Any, Any, None]]") -> None:
        """Run a board's own coroutine from the first `spawn` on: no loop runs while a board is opened."""
        self._services.append(service)

    def spawn(self, coroutine: "Coroutine[Any, Any, None]") -> "asyncio.Task[None]":
        """Run a coroutine beside the others; it must not raise."""
        services, self._services = self._services, []
        for service in services:
            self._start(service())
        return self._start(coroutine)

    def event(self) -> Event:
        """Make a flag."""
        return Event(self._speed)

    def _start(self, coroutine: "Coroutine[Any, Any, None]") -> "asyncio.Task[None]":
        task = asyncio.create_task(coroutine)
        # CPython's loop holds a task only weakly, MicroPython's cannot tell when it ends.
        if not MICROPYTHON:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return task


__all__ = ["Event", "Tasks"]
