"""Asks over a board's meter bus in a process of its own. It does not know what the bytes mean."""

import asyncio

from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms, within_ms
from tests.hal.drivers.telling import part, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


async def _transact(bus: "Any", request: bytes, size: int, timeout_ms: int) -> "bytes | bytearray":
    # What lies behind the answer may be anything.
    answer = bytearray(b"\x5a" * size)
    await bus.transact(request, answer, timeout_ms)
    return answer[: bus.received]


async def _bus(board: str, path: str, baud: str, idle_ms: str, requests: "tuple[str, ...]") -> None:
    speed, _, parity = baud.partition("/")
    bus = part(board, "meter_bus").open_meter_bus(path, int(speed), parity or "N", int(idle_ms))
    for words in requests:
        request, size, timeout_ms, pause, cancelled_ms = (words + ",").split(",")[:5]

        await pause_ms(int(pause))
        began_ms = now_ms()
        try:
            asked = _transact(bus, bytes.fromhex(request), int(size), int(timeout_ms))
            answer = await within_ms(asked, int(cancelled_ms or 60000))
            say([answer.hex(), between_ms(began_ms, now_ms())])
        except asyncio.TimeoutError:
            say(["cancelled", between_ms(began_ms, now_ms())])
        except OSError as error:
            say(["OSError", error.errno])


def bus(board: str, path: str, baud: str, idle_ms: str, *requests: str) -> None:
    """Send requests (`hex,response size,time-out,pause before`, and after how long one is cancelled) and say
    answers with their times.
    """
    asyncio.run(_bus(board, path, baud, idle_ms, requests))
