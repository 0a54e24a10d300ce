"""Holds the supervisor to its promise: a task that dies is told as a fault and started again."""

from firmware.session import events
from firmware.terminal.supervisor import Supervisor
from tests.firmware.terminal.desk import Desk


def watched(run, until_ms):
    """Return the events of a supervised task in so much time."""
    desk = Desk()
    Supervisor(desk.board(), desk.inbox).start("probe", lambda: run(desk.kernel))
    return desk.run(until_ms=until_ms)


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
