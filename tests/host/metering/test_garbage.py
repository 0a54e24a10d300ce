"""Holds a poll to the garbage that a small board can bear, on the 32-bit MicroPython, whose words are an
ESP32's.
"""

import contextlib
import json
import os
import pty
import socket
import subprocess
import threading
import time
import tty

import pytest

from emulator.models.meter import Meter
from firmware.metering import maps, mbap, modbus
from tests.interpreters import ROOT, command, environment

BOUND_BYTES = 256
POLLS = 50
# The answer itself, which the line brings, is counted with the poll that reads it.
SCRIPT = """
import gc, json
import firmware.floors
from emulator.models.meter import Meter
from firmware.metering import maps, modbus, models

def garbage(name):
    model = models.find(name)
    meter = Meter(name, "21110042", 20123456)
    meter.advance(3600000, 11040)
    requests = [modbus.read_request(1, *read) for read in model.plan]
    # As bytearrays, so that each poll copies its answer as the line would bring it.
    frames = [bytearray(meter.answer(request, 1)) for request in requests]
    sizes = [modbus.response_size(function, count) for function, address, count in model.plan]
    reading = models.Reading()
    blocks = [None] * len(frames)
    def poll():
        for i in range(len(frames)):
            frame = bytes(frames[i])
            function, address, count = model.plan[i]
            modbus.check_response(1, function, count, frame, address)
            blocks[i] = frame
        models.decode(model, blocks, reading, True)
    poll()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(%d):
        poll()
    after = gc.mem_alloc()
    gc.enable()
    return (after - before) // %d

print(json.dumps([[name, garbage(name)] for name in maps.names()]))
""" % (POLLS, POLLS)

# The terminal's own task on its own bus, from the reading that was believed to the next one: what it hands to
# the session, the pause, requests and answers.
WIRE_POLLS = 3
WIRE_SCRIPT = (
    """
import asyncio, gc, sys
import firmware.floors
from firmware.config import from_document
from firmware.session import events
from firmware.terminal.meter import Meter
from hal.bench.meter_bus import open_meter_bus
from hal.common.real_clock import RealClock
from hal.common.tasks import Tasks

class Clock(RealClock):
    # An ESP32's, too, is too long for a small integer.
    def utc_s(self): return 1774716000 + self.ticks_ms() // 1000
    def status(self): return "synchronised"

class Board:
    clock, tasks = Clock(), Tasks()
    def __init__(self, port): self.meter_bus = open_meter_bus(port, 9600, "N", 0)

class Tariffs:
    ask_current = "current" in sys.argv

class Inbox:
    def post(self, event):
        if event[0] != events.READING: raise ValueError(event)

class Watched(Meter):
    def _believe(self):
        Meter._believe(self)
        self.made.append(gc.mem_alloc() - self.before)
        gc.collect()
        self.before = gc.mem_alloc()

async def main(name, port):
    settings = {"id": "KT-1", "board": "bench", "tariffs": [], "meter_model": name, "meter_tries": 1}
    settings["meter_poll_ms"] = 100
    meter = Watched(Board(port), from_document(settings), Inbox(), Tariffs())
    meter.made, meter.before, meter.signs = [], 0, False
    meter._healthy = True
    meter.pin(await meter._read_serial(), None, None, True)
    meter.watch(True)
    task = asyncio.create_task(meter.run())
    gc.disable()
    while len(meter.made) <= %d:
        await asyncio.sleep_ms(20)
    print(name, max(meter.made[1:]))
    task.cancel()
    gc.enable()

for i in range(2, len(sys.argv), 2):
    asyncio.run(main(sys.argv[i], sys.argv[i + 1]))
    asyncio.new_event_loop()
"""
    % WIRE_POLLS
)


class Dribble:
    """A meter on a line that brings two bytes each 2 ms, as 9600 baud do, and counts on."""

    def __init__(self, name: str) -> None:
        self._meter = Meter(name, "21110042", 20_123_456)
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        self.port = os.ttyname(self._far)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for fd in (self._far, self._near):
            os.close(fd)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                request = os.read(self._near, modbus.REQUEST_SIZE)
                self._meter.advance(1000, 11040)
                answer = self._meter.answer(request, 1)
                for i in range(0, len(answer), 2):
                    time.sleep(0.002)
                    os.write(self._near, answer[i : i + 2])


class Gateway:
    """A meter behind Modbus TCP, whose answers come in two pieces, and which counts on."""

    def __init__(self, name: str) -> None:
        self._meter = Meter(name, "21110042", 20_123_456)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = "tcp://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, contextlib.suppress(OSError):
            while request := client.recv(mbap.HEADER_SIZE + mbap.MOST_CONTENT):
                self._meter.advance(1000, 11040)
                content = self._meter.answer(modbus.with_crc(request[mbap.HEADER_SIZE :]), 1)[
                    : -mbap.CRC_SIZE
                ]
                answer = request[:4] + len(content).to_bytes(2, "big") + content
                time.sleep(0.01)
                client.sendall(answer[:7])
                time.sleep(0.004)
                client.sendall(answer[7:])


@pytest.mark.xdist_group("micropython32")
@pytest.mark.parametrize("carried", [Dribble, Gateway])
@pytest.mark.parametrize("asked", ["energy", "current"])
def test_a_poll_over_a_wire_makes_at_most_256_bytes_of_garbage_bus_port_and_scheduler_included(
    asked: str, carried: type[Dribble] | type[Gateway], tmp_path
) -> None:
    script = tmp_path / "wire.py"
    script.write_text(WIRE_SCRIPT)
    lines = {name: carried(name) for name in maps.names()}
    words = [asked, *[word for name in lines for word in (name, lines[name].port)]]
    try:
        done = subprocess.run(
            [*command("micropython32", script, heap="1m"), *words],
            cwd=ROOT, env=environment(), capture_output=True, text=True,
        )  # fmt: skip
    finally:
        for line in lines.values():
            line.close()
    assert done.returncode == 0, done.stdout + done.stderr
    made = {name: int(count) for name, count in (line.split() for line in done.stdout.splitlines())}
    assert list(made) == maps.names()
    assert {name: count for name, count in made.items() if not 0 < count <= BOUND_BYTES} == {}, made


@pytest.mark.xdist_group("micropython32")
def test_a_poll_makes_at_most_256_bytes_of_garbage(tmp_path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        command("micropython32", script, heap="1m"),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = dict(json.loads(done.stdout.splitlines()[-1]))
    assert {name: made[name] for name in made if made[name] > BOUND_BYTES} == {}
