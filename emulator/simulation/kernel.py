"""A scheduler with virtual time: runs coroutines in one fixed order and jumps over the time in which nobody
does anything.

It does not know what the coroutines do. It is the `Tasks` port and the clock's engine of the simulated
boards, on every interpreter.
"""

from heapq import heapify, heappop, heappush

try:
    from types import coroutine as _awaitable
except ImportError:

    def _awaitable(generator):  # type: ignore[no-redef]
        """Return the generator function: on MicroPython its generators can be awaited as they are."""
        return generator


@_awaitable
def _ask(event, delay_ms):
    """Hand the kernel a wish (a flag or None, and after how long at the latest) and return its answer."""
    return (yield event, delay_ms)


class Event:
    """The `Event` port in virtual time."""

    def __init__(self, kernel):
        self._kernel = kernel
        self._set = False
        self.waiting = []

    def set(self) -> None:
        """Wake whoever waits."""
        self._set = True
        if self.waiting:
            waiting, self.waiting = self.waiting, []
            for job in waiting:
                self._kernel.ready(job, True)

    def clear(self) -> None:
        """Lower the flag."""
        self._set = False

    @_awaitable
    def wait_ms(self, timeout_ms: "int | None" = None):
        """Wait for the flag, for ever or so long; return whether it is set."""
        return True if self._set else (yield self, timeout_ms)


class Job:
    """One coroutine of the kernel: the `Task` port."""

    def __init__(self, coroutine):
        self.coroutine = coroutine
        self.turn = 0
        self.awaits = None
        self.begun = False
        # A coroutine that this one was handed and has not begun either.
        self.inner = None

    def cancel(self) -> None:
        """Never run it again. Its `finally` blocks do not run: a simulated power cut is no farewell."""
        if self.coroutine is not None and not self.begun:
            # CPython complains of a coroutine that nobody ever ran, unless it is closed.
            self.coroutine.close()
            if self.inner is not None:
                self.inner.close()
        self.coroutine = None

    def done(self) -> bool:
        """Return whether it has ended."""
        return self.coroutine is None


class Kernel:
    """Virtual time in milliseconds and the jobs that wait for it."""

    def __init__(self):
        self.now_ms = 0
        self._order = 0
        self._due = []
        self._room = 32
        self._is_stopped = False

    def event(self) -> Event:
        """Make a flag."""
        return Event(self)

    def spawn(self, coroutine) -> Job:
        """Run a coroutine beside the others, from the next turn on."""
        job = Job(coroutine)
        self.ready(job, None)
        return job

    def sleep_ms(self, duration_ms: int):
        """Let virtual time pass."""
        return _ask(None, duration_ms if duration_ms > 0 else 0)

    def block_ms(self, duration_ms: int) -> None:
        """Let virtual time pass while nobody else runs, as a call does that waits for slow hardware."""
        self.now_ms += duration_ms

    def ready(self, job: Job, answer) -> None:
        """Run a job next at this moment, after those that were made ready before it."""
        self._schedule(job, 0, answer)

    def stop(self) -> None:
        """Have `run` return after the turn that is on: somebody has something to look at."""
        self._is_stopped = True

    def run(self) -> bool:
        """Run jobs in the order of their moments until somebody stops it; return whether anybody did, False
        where nobody waits for anything any more.
        """
        self._is_stopped = False
        while self._due and not self._is_stopped:
            self._turn()
        return self._is_stopped

    def close(self) -> None:
        """Give up what has not begun: nobody will run it any more."""
        for entry in self._due:
            if not entry[3].begun:
                entry[3].cancel()
        self._due = []

    def run_until(self, is_done) -> None:
        """Do the same until a condition holds, which is looked at before every turn."""
        while not is_done() and self._due:
            self._turn()

    def _schedule(self, job, delay_ms, answer):
        """Queue a job; a `turn` number makes the entry void once another one has woken it first."""
        if len(self._due) >= self._room:
            self._sweep()
        self._order += 1
        job.turn += 1
        heappush(self._due, (self.now_ms + delay_ms, self._order, job.turn, job, answer))

    def _sweep(self):
        """Forget the entries that are void already: that of a long time-out would stay until it is over."""
        self._due = [entry for entry in self._due if entry[3].coroutine and entry[2] == entry[3].turn]
        heapify(self._due)
        self._room = 2 * len(self._due) + 32

    def _turn(self):
        """Run the next job up to where it waits again; one that is cancelled or was woken before is none."""
        due_ms, _order, turn, job, answer = heappop(self._due)
        coroutine = job.coroutine
        if turn != job.turn or coroutine is None:
            return
        if due_ms > self.now_ms:
            self.now_ms = due_ms
        event = job.awaits
        if event is not None:
            if event.waiting and job in event.waiting:
                event.waiting.remove(job)
            job.awaits = None
        job.begun = True
        try:
            event, delay_ms = coroutine.send(answer)
        except StopIteration:
            job.coroutine = None
            return
        if event is not None:
            job.awaits = event
            event.waiting.append(job)
            if delay_ms is not None:
                self._schedule(job, delay_ms, False)
            return
        self._schedule(job, delay_ms, None)
