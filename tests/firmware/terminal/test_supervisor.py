"""Holds the supervisor to its promise: a task that dies is told as a fault and started again."""

from emulator.simulation.kernel import Kernel
from firmware.session import events
from firmware.terminal.inbox import Inbox
from firmware.terminal.supervisor import Supervisor


class Clock:
    def __init__(self, kernel):
        self._kernel = kernel
        self.sleep_ms = kernel.sleep_ms

    def ticks_ms(self):
        return self._kernel.now_ms

    def elapsed_ms(self, since_ms):
        return self._kernel.now_ms - since_ms


class Board:
    def __init__(self, kernel):
        self.clock = Clock(kernel)
        self.tasks = kernel


def watched(run, until_ms):
    """Return the events of a supervised task in so much time."""
    kernel = Kernel()
    board = Board(kernel)
    inbox = Inbox(kernel)
    told = []

    async def listen():
        while True:
            event = await inbox.take(None)
            told.append((kernel.now_ms, event))

    kernel.spawn(listen())
    Supervisor(board, inbox).start("probe", lambda: run(kernel))
    kernel.run_until(lambda: kernel.now_ms >= until_ms)
    return told


def test_a_task_that_raises_is_a_fault_and_is_started_again():
    async def dies(kernel):
        await kernel.sleep_ms(10)
        raise ValueError("bad")

    told = watched(dies, 5000)
    faults = [event for _at, event in told if event[0] == events.FAULT]
    assert len(faults) >= 2
    assert faults[0][1]["fault"] == "task:probe"
    assert "ValueError: bad" in faults[0][1]["what"]


def test_a_task_that_ends_is_a_fault_too():
    async def ends(kernel):
        await kernel.sleep_ms(10)

    told = watched(ends, 500)
    assert [event for _at, event in told if event[0] == events.FAULT][0][1]["what"].find("it ended") > 0


def test_the_pauses_between_starts_grow():
    async def dies(kernel):
        raise ValueError("at once")

    moments = [at for at, event in watched(dies, 100000) if event[0] == events.FAULT]
    pauses = [later - earlier for earlier, later in zip(moments, moments[1:])]
    assert pauses[:4] == [1000, 2000, 4000, 8000]
    assert max(pauses) <= 60000


def test_a_task_that_lives_is_no_fault():
    async def lives(kernel):
        while True:
            await kernel.sleep_ms(1000)

    assert [event[0] for _at, event in watched(lives, 100000)] == [events.FAULT_CLEARED]
