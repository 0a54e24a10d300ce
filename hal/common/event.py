"""The flag of the scheduler port, for CPython and MicroPython alike.

It does not know who waits, nor what for. On a board whose clock is scaled, waits are scaled with it.
"""

import asyncio

from hal.common.waiting import MICROPYTHON, within_ms

TYPE_CHECKING = False

if TYPE_CHECKING or not MICROPYTHON:

    class Event:
        """A flag that one task waits for and another sets; it stays set until it is cleared."""

        def __init__(self, speed: int = 1) -> None:
            self._event = asyncio.Event()
            self._speed = speed

        def set(self) -> None:
            """Wake whoever waits."""
            self._event.set()

        def clear(self) -> None:
            """Lower the flag."""
            self._event.clear()

        async def wait_ms(self, timeout_ms: "int | None" = None) -> bool:
            """Wait for the flag, for ever or so long in the board's time; return whether it is set."""
            if timeout_ms is None:
                await self._event.wait()
                return True
            if not self._event.is_set():
                try:
                    await within_ms(self._event.wait(), -(-timeout_ms // self._speed))
                except asyncio.TimeoutError:
                    pass
            return self._event.is_set()

else:
    from asyncio import core

    # Three days: asyncio's ticks tell before from after for twice as long.
    LONGEST_MS = 1 << 28
    # What a wait ends with, False and True. Made once, as asyncio does it for its own pauses.
    ENDS = (StopIteration(False), StopIteration(True))

    class Wait:
        """One task's wait for a flag. The task sleeps, and is woken before its time."""

        def __init__(self, flag):
            self._flag = flag
            self._is_free = True
            self._has_begun = False
            self._timeout_ms = self._task = None

        def wake(self):
            """Let the task go on."""
            task, self._task = self._task, None
            # One that is cancelled is about to run, and to be put into the queue anew would take that back.
            if task is not None and task.data is None:
                core._task_queue.remove(task)
                core._task_queue.push(task)

        def __iter__(self):
            return self

        def __next__(self):
            flag = self._flag
            if not flag.is_set and (not self._has_begun or self._task and self._timeout_ms is None):
                self._has_begun = True
                self._task = core.cur_task
                ms = LONGEST_MS if self._timeout_ms is None else min(max(0, self._timeout_ms), LONGEST_MS)
                core._task_queue.push(core.cur_task, core.ticks_add(core.ticks(), ms))
                return
            self._end()
            end = ENDS[flag.is_set]
            end.__traceback__ = None
            raise end

        def throw(self, *error):
            """End the wait of a task that is cancelled."""
            self._end()
            raise error[0]

        def _begin(self, timeout_ms):
            self._timeout_ms, self._is_free, self._has_begun = timeout_ms, False, False
            return self

        def _end(self):
            self._is_free, self._task = True, None
            if self is not self._flag:
                self._flag.others.remove(self)

    class Event(Wait):
        """A flag that one task waits for and another sets; it stays set until it is cleared.

        To wait with asyncio's own flag and time-out takes a second task and leaves 700 bytes of garbage each
        time. Here the flag is the wait of one task, again and again; only of further ones they are made anew.
        """

        def __init__(self, speed=1):
            Wait.__init__(self, self)
            self._speed = speed
            self.is_set = False
            self.others = []

        def set(self):
            """Wake whoever waits."""
            self.is_set = True
            self.wake()
            for other in self.others:
                other.wake()

        def clear(self):
            """Lower the flag."""
            self.is_set = False

        def wait_ms(self, timeout_ms=None):
            """Wait for the flag, for ever or so long in the board's time; return whether it is set."""
            if timeout_ms is not None:
                timeout_ms = -(-timeout_ms // self._speed)
            if self._is_free:
                return self._begin(timeout_ms)
            other = Wait(self)
            self.others.append(other)
            return other._begin(timeout_ms)


__all__ = ["Event"]
