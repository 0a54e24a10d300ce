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
# For silence there is no need to wait long; for an answer it does no harm.
SILENCE, SILENT_MS, ANSWERED_MS = ("silent", "truncated"), 150, 5_000


def sdm() -> Meter:
    return Meter("eastron-sdm630", "21110042", 123456)


def asked(meter: Meter, *faults: str) -> tuple[list[int | str], list[tuple[str, bytes]]]:
    """Return what a terminal reads under one fault after the other over one bus, Wh or why it has none, and
    what who watches sees.
    """
    seen: list[tuple[str, bytes]] = []

    async def read(bus: object) -> int | str:
        function, address, count = MODEL.plan[0]
        request = modbus.read_request(UNIT, function, address, count)
        answer = bytearray(modbus.response_size(function, count))
        await bus.transact(request, answer, SILENT_MS if meter.fault in SILENCE else ANSWERED_MS)
        try:
            block = modbus.parse_response(UNIT, function, count, answer[: bus.received])
        except MeteringError as error:
            return str(error)
        return models.decode(MODEL, [bytes(block)]).energy_wh

    async def run() -> list[int | str]:
        network = MeterNetwork(meter, UNIT)
        network.watch(lambda direction, content: seen.append((direction, content)))
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

    return asyncio.run(run()), seen


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
    (before, during, after), _ = asked(sdm(), "none", fault, "none")
    assert (before, after) == (123456, 123456)
    assert why in str(during)


def test_a_gateway_passes_over_what_is_on_the_line_beside_the_answer():
    assert asked(sdm(), "echo", "noise")[0] == [123456, 123456]


def test_whoever_watches_sees_the_frames_of_a_serial_line():
    _, ((direction, request), (back, answer)) = asked(sdm(), "none")
    assert (direction, back) == (">", "<")
    assert request == modbus.read_request(UNIT, *MODEL.plan[0])
    assert len(answer) == modbus.response_size(MODEL.plan[0][0], MODEL.plan[0][2])
