"""Emulated meters on wires, in a thread of their own, so that commands can be run beside them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from emulator.bench.meter_line import MeterLine
from emulator.bench.meter_network import MeterNetwork
from emulator.models.meter import Meter


@contextmanager
def on_a_wire(meter: Meter, unit: int = 1, kind: str = "line", speed: int | None = None) -> Iterator[str]:
    """Give the port of a meter that answers until the end of the block, at one speed or at any."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> MeterLine | MeterNetwork:
        wire = MeterLine(meter, unit, speed=speed) if kind == "line" else MeterNetwork(meter, unit)
        await wire.start()
        return wire

    wire = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield wire.path
    finally:
        asyncio.run_coroutine_threadsafe(wire.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
