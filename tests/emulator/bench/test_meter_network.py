"""The meter behind a gateway, asked over Modbus TCP by the terminal's own bus."""

import asyncio

import pytest

from emulator.bench.meter_network import MeterNetwork
from emulator.models.meter import Meter
from firmware.errors import MeteringError
from firmware.metering import modbus, models
from hal.common.tcp_bus import open_tcp_bus

UNIT = 7
MODEL = models.find("eastron-sdm630", wanted=("energy", "power"))
SEEN: list[tuple[str, bytes]] = []


def asked(meter: Meter, *faults: str) -> list[int | str]:
    """Return what a terminal reads under one fault after the other over one bus: Wh, or why it has none."""

    async def read(bus: object) -> int | str:
        function, address, count = MODEL.plan[0]
        request = modbus.read_request(UNIT, function, address, count)
        answer = bytearray(modbus.response_size(function, count))
        await bus.transact(request, answer, 150)
        try:
            block = modbus.parse_response(UNIT, function, count, answer[: bus.received])
        except MeteringError as error:
            return str(error)
        return models.decode(MODEL, [bytes(block)]).energy_wh

    async def run() -> list[int | str]:
        network = MeterNetwork(meter, UNIT)
        SEEN.clear()
        network.watch(lambda direction, content: SEEN.append((direction, content)))
        await network.start()
        bus = open_tcp_bus(network.path)
        told = []
        try:
            for fault in faults:
                meter.fault = fault
                told.append(await read(bus))
        finally:
            await network.close()
        return told

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("silent", "did not answer"),
        ("truncated", "did not answer"),
        ("wrong_unit", "unit 8"),
        ("checksum", "exception 11"),
        ("exception", "exception 4"),
    ],
)
def test_a_fault_gives_no_reading_and_the_next_one_is_right(fault, why):
    before, during, after = asked(Meter("eastron-sdm630", "21110042", 123456), "none", fault, "none")
    assert (before, after) == (123456, 123456)
    assert why in str(during)


def test_a_gateway_passes_over_what_is_on_the_line_beside_the_answer():
    assert asked(Meter("eastron-sdm630", "21110042", 123456), "echo", "noise") == [123456, 123456]


def test_whoever_watches_sees_the_frames_of_a_serial_line():
    asked(Meter("eastron-sdm630", "21110042", 123456), "none")
    (direction, request), (back, answer) = SEEN
    assert (direction, back) == (">", "<")
    assert request == modbus.read_request(UNIT, *MODEL.plan[0])
    assert len(answer) == modbus.response_size(MODEL.plan[0][0], MODEL.plan[0][2])
