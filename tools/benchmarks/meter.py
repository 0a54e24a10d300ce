"""Measures one poll of 74 registers at 9600 baud against pymodbus's sync client and against the line itself.

It does not know what the registers mean.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pymodbus.client import ModbusSerialClient

from firmware.metering import modbus
from hal.linux.meter_bus import open_meter_bus
from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, CannotRun, Figures, compare, figures_of
from tools.benchmarks.meter_server import BAUD, UNIT
from tools.setup.ground import ROOT

REGISTERS = 74
FUNCTION = modbus.READ_INPUT
BIT_S = 1 / BAUD
# 8 bytes of request, 3.5 of silence, 5 + 2 * 74 of answer, 10 bits each: what the line itself takes.
LINE_S = (8 + 3.5 + 5 + 2 * REGISTERS) * 10 * BIT_S
# With the silence before the next request: so long a poll has to occupy the line.
OCCUPIED_S = LINE_S + 3.5 * 10 * BIT_S
PAUSE_S = 0.03
TIMEOUT_MS = 1000
POLLS, QUICK_POLLS = 6, 2


def cpu(is_quick: bool) -> Figures:
    """Compare the processor time of a poll."""
    return _measured(is_quick, time.process_time, 0.0)


def latency(is_quick: bool) -> Figures:
    """Compare the time that a poll takes beyond the line's own."""
    return _measured(is_quick, time.perf_counter, LINE_S)


def line(is_quick: bool) -> Figures:
    """Compare the time that polls one after the other take with that which their bytes and gaps need."""
    polls = QUICK_POLLS if is_quick else POLLS
    with _lines(1) as (path,), asyncio.Runner() as runner:
        bus = open_meter_bus(path, BAUD, "N", 0)
        request = modbus.read_request(UNIT, FUNCTION, 0, REGISTERS)
        answer = bytearray(modbus.response_size(FUNCTION, REGISTERS))

        async def turn() -> float:
            began_s = time.perf_counter()
            for _ in range(polls):
                await bus.transact(request, answer, TIMEOUT_MS)
                modbus.parse_response(UNIT, FUNCTION, REGISTERS, answer[: bus.received])
            return (time.perf_counter() - began_s) / polls / OCCUPIED_S

        runner.run(turn())
        return figures_of([runner.run(turn()) for _ in range(QUICK_ROUNDS if is_quick else ROUNDS)])


def _measured(is_quick: bool, clock: Callable[[], float], free_s: float) -> Figures:
    """Compare polls by a clock, less what of it is nobody's."""
    polls = QUICK_POLLS if is_quick else POLLS
    with _lines(2) as (ours, theirs), asyncio.Runner() as runner:
        bus = open_meter_bus(ours, BAUD, "N", 0)
        request = modbus.read_request(UNIT, FUNCTION, 0, REGISTERS)
        answer = bytearray(modbus.response_size(FUNCTION, REGISTERS))
        client = ModbusSerialClient(theirs, baudrate=BAUD, timeout=TIMEOUT_MS / 1000)
        if not client.connect():
            raise CannotRun("pymodbus cannot open its line")

        async def subject() -> float:
            await asyncio.sleep(PAUSE_S)  # The silence between polls is nobody's time.
            began_s = clock()
            await bus.transact(request, answer, TIMEOUT_MS)
            modbus.parse_response(UNIT, FUNCTION, REGISTERS, answer[: bus.received])
            return clock() - began_s - free_s

        def yardstick() -> float:
            time.sleep(PAUSE_S)
            began_s = clock()
            answer = client.read_input_registers(0, count=REGISTERS, device_id=UNIT)
            taken_s = clock() - began_s - free_s
            if len(answer.registers) != REGISTERS:
                raise CannotRun("pymodbus did not read the registers")
            return taken_s

        try:
            return compare(lambda: runner.run(subject()), yardstick, polls, is_quick)
        finally:
            client.close()


@contextmanager
def _lines(count: int) -> Iterator[list[str]]:
    words = [sys.executable, "-m", "tools.benchmarks.meter_server", str(count)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        try:
            yield (server.stdout.readline() if server.stdout else "").split()
        finally:
            if server.stdin:
                server.stdin.close()
            server.wait()
