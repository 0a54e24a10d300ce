"""Proves that virtual time passes in one order, the same on every interpreter."""

from emulator.simulation.kernel import Kernel
from tests.portable import raises


def test_sleepers_wake_in_the_order_of_their_moments():
    kernel = Kernel()
    woken = []

    async def sleep(name, duration_ms):
        await kernel.sleep_ms(duration_ms)
        woken.append((kernel.now_ms, name))

    for name, duration_ms in (("c", 30), ("a", 10), ("b", 10), ("d", 0)):
        kernel.spawn(sleep(name, duration_ms))
    kernel.run_until(lambda: False)
    assert woken == [(0, "d"), (10, "a"), (10, "b"), (30, "c")]


def test_a_flag_wakes_its_waiter_once_and_a_time_out_leaves_nothing_behind():
    kernel = Kernel()
    flag = kernel.event()
    seen = []

    async def wait():
        seen.append((await flag.wait_ms(150), kernel.now_ms))
        seen.append((await flag.wait_ms(1000), kernel.now_ms))
        flag.clear()
        seen.append((await flag.wait_ms(0), kernel.now_ms))
        await kernel.sleep_ms(5000)
        seen.append(kernel.now_ms)

    async def raise_flag():
        await kernel.sleep_ms(300)
        flag.set()

    kernel.spawn(wait())
    kernel.spawn(raise_flag())
    kernel.run_until(lambda: False)
    assert seen == [(False, 150), (True, 300), (False, 300), 5300]


def test_a_cancelled_job_never_runs_again():
    kernel = Kernel()
    seen = []

    async def count():
        while True:
            await kernel.sleep_ms(10)
            seen.append(kernel.now_ms)

    job = kernel.spawn(count())

    async def stop():
        await kernel.sleep_ms(35)
        job.cancel()

    kernel.spawn(stop())
    kernel.run_until(lambda: False)
    assert seen == [10, 20, 30] and job.done()


def test_a_job_that_is_cancelled_before_its_first_turn_is_closed():
    kernel = Kernel()
    seen = []

    async def note():
        seen.append(kernel.now_ms)

    coroutine = note()
    kernel.spawn(coroutine).cancel()
    kernel.run_until(lambda: False)
    # What a closed coroutine says differs: CPython refuses to run it, MicroPython says that it has ended.
    raises((RuntimeError, StopIteration), coroutine.send, None)
    assert seen == []


def test_a_kernel_that_is_closed_gives_up_what_has_not_begun():
    kernel = Kernel()
    seen = []

    async def note():
        seen.append(kernel.now_ms)

    async def stop():
        kernel.spawn(note())
        kernel.stop()

    coroutine = note()
    kernel.spawn(stop())
    kernel.run()
    kernel.spawn(coroutine)
    kernel.close()
    assert not kernel.run()
    raises((RuntimeError, StopIteration), coroutine.send, None)
    assert seen == []
