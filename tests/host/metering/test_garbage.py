"""Holds a poll to the garbage that a small board can bear, on the 32-bit MicroPython, whose words are an
ESP32's.
"""

import json
import subprocess

import pytest

from emulator.models.meter import Meter
from tests.interpreters import ROOT, command, environment
from tests.tools.metering.lines import on_a_wire

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

# With bus, port and asyncio, whose coroutines are what is left: 496 bytes of an SDM630 were measured.
WIRE_BOUND_BYTES = 576
WIRE_SCRIPT = """
import asyncio, gc, sys
import firmware.floors
from firmware.metering import modbus, models
from hal.bench.meter_bus import open_meter_bus

async def main(port):
    model = models.find("eastron-sdm630", None, ("energy", "power"))
    bus = open_meter_bus(port, 9600, "N", 0)
    (function, address, count), = model.plan
    request = modbus.read_request(1, function, address, count)
    reading, blocks = models.Reading(), [None]
    async def poll():
        blocks[0] = await bus.transact(request, modbus.response_size(function, count), 1000)
        modbus.check_response(1, function, count, blocks[0])
        models.decode(model, blocks, reading, True)
    await poll()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(20):
        await poll()
    print((gc.mem_alloc() - before) // 20)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.xdist_group("micropython32")
def test_a_poll_over_a_serial_port_leaves_half_a_kilobyte(tmp_path) -> None:
    script = tmp_path / "wire.py"
    script.write_text(WIRE_SCRIPT)
    with on_a_wire(Meter("eastron-sdm630", "21110042", 20_123_456)) as port:
        words = [*command("micropython32", script, heap="1m"), port]
        done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 0 < int(done.stdout) <= WIRE_BOUND_BYTES


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
