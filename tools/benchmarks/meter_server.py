"""Serves emulated meters on lines paced at 9600 baud, as a process, so that only the clients are measured.

It prints the lines' paths and serves until its stdin ends.
"""

import asyncio
import sys

from emulator.bench.meter_line import MeterLine
from emulator.models.meter import Meter

BAUD = 9600
UNIT = 1


async def serve(count: int) -> None:
    """Serve so many meters until stdin ends."""
    lines = [MeterLine(Meter("eastron-sdm630", "21110042", 123456), UNIT, baud=BAUD) for _ in range(count)]
    for line in lines:
        await line.start()
    print(" ".join(line.path for line in lines), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for line in lines:
        await line.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
