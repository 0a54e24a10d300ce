"""Waits that the two interpreters spell differently, in milliseconds of real time.

It knows no port and no scaled clock.
"""

import asyncio
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, TypeVar

    Result = TypeVar("Result")

MICROPYTHON = sys.implementation.name == "micropython"

if TYPE_CHECKING or not MICROPYTHON:
    # Lets a generator wait for coroutines, as any may on MicroPython.
    from types import coroutine as coroutine  # noqa: PLC0414 - the other branch has its own

    async def pause_ms(duration_ms: int) -> None:
        """Let other tasks run for so long."""
        await asyncio.sleep(duration_ms / 1000)

    async def within_ms(coroutine: "Coroutine[Any, Any, Result]", timeout_ms: int) -> "Result":
        """Return what the coroutine returns, or cancel it and raise asyncio.TimeoutError."""
        # Python 3.11's wait_for loses a cancellation that comes in the turn in which the coroutine is done.
        async with asyncio.timeout(timeout_ms / 1000):
            return await coroutine

else:
    pause_ms = asyncio.sleep_ms
    within_ms = asyncio.wait_for_ms

    def coroutine(generator):
        """Return the generator, which may wait as it is."""
        return generator


async def breathe() -> None:
    """Let whoever else is due run for a turn."""
    await pause_ms(0)
