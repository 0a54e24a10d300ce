"""Uses a board's clock and tasks in a process of its own. It knows no session."""

import asyncio

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms
from tests.hal.drivers.telling import part, say


def clock(board: str) -> None:
    """Let a bench's clock run a tenth of a second, be shifted, unset and set again."""

    async def run() -> None:
        story = part(board, "clock").Clock(1774716000, 0, 600, True)
        ticks, wall = story.ticks_ms(), story.utc_s()
        await story.sleep_ms(60000)
        say([60000 <= story.elapsed_ms(ticks) < 60000 + 600000, 60 <= story.utc_s() - wall < 660])
        before = story.utc_s()
        story.step(-3600)
        say(-3600 <= story.utc_s() - before < -3000)
        story.unset()
        say([story.utc_s(), story.status()])
        story.set_utc(1800000000)
        say([0 <= story.utc_s() - 1800000000 < 600, story.status()])

    asyncio.run(run())


def tasks(board: str) -> None:
    """Wait for events, in time and in vain; a board's own service starts with the first task."""

    async def run() -> None:
        scheduler = part(board, "tasks").Tasks()
        served = []

        async def serve() -> None:
            served.append(True)

        scheduler.serve(serve)
        flag, back = scheduler.event(), scheduler.event()

        async def answer() -> None:
            await flag.wait_ms()
            back.set()

        task = scheduler.spawn(answer())
        say(await flag.wait_ms(20))
        flag.set()
        say([await flag.wait_ms(0), await back.wait_ms(1000), await back.wait_ms()])
        await pause_ms(1)
        say([task.done(), served])
        flag.clear()
        say(await flag.wait_ms(10))
        endless = scheduler.spawn(answer())
        await pause_ms(1)
        endless.cancel()
        await pause_ms(1)
        say(endless.done())

    asyncio.run(run())


def flags(board: str) -> None:
    """Set, clear and cancel around a wait within one turn, in every order, and say how each wait ended."""

    async def run() -> None:
        flag = part(board, "tasks").Tasks().event()
        ended = []

        async def wait(timeout_ms: "int | None") -> None:
            began_ms = now_ms()
            try:
                ended.append(await flag.wait_ms(timeout_ms))
            except asyncio.CancelledError:
                # What it does next is nobody's to shorten.
                await pause_ms(50)
                ended.append(["cancelled", between_ms(began_ms, now_ms()) >= 50])

        async def play(timeout_ms: "int | None", *verbs: str) -> None:
            task = asyncio.create_task(wait(timeout_ms))
            await pause_ms(5)
            for verb in verbs:
                if verb == "pause":
                    await pause_ms(5)
                elif verb == "cancel":
                    task.cancel()
                else:
                    getattr(flag, verb)()
            await pause_ms(100)
            flag.clear()

        for timeout_ms in (60000, None):
            await play(timeout_ms, "set")
            await play(timeout_ms, "set", "cancel")
            await play(timeout_ms, "cancel", "set")
            await play(timeout_ms, "cancel", "pause", "set")
        await play(60000, "set", "clear")
        await play(10, "pause")
        say(ended)

    asyncio.run(run())
