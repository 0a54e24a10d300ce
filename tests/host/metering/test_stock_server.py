"""Every model read from a stock pymodbus server: the register numbers are those of the makers' tables, the
numbers in them are encoded by pymodbus.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from firmware.metering import maps, models
from tools.metering.line import Line, Settings

Type = ModbusClientMixin.DATATYPE

# 123,456.78 kWh as far as the register has digits, at 7,251 W and 49.98 Hz.
ENERGY_WH = 123_456_780
VOLTAGES, CURRENTS = (231.5, 230.1, 229.9), (10.5, 10.6, 10.4)

# A kind is pymodbus's type and the words' order. Facts: the function, then the addresses of energy, power,
# voltages, currents and frequency, each with its kind and what a unit is in the register's digits.
F = (Type.FLOAT32, "big")
LOW32 = (Type.INT32, "little")
SDM1 = (4, (0x48, F, 0.001), (0x0C, F, 1), ([0], F, 1), ([6], F, 1), (0x46, F, 1))
SDM3 = (4, (0x48, F, 0.001), (0x34, F, 1), ([0, 2, 4], F, 1), ([6, 8, 10], F, 1), (0x46, F, 1))
U32, I32, U16 = (Type.UINT32, "big"), (Type.INT32, "big"), (Type.UINT16, "big")
ABB = (3, (0x5000, (Type.UINT64, "big"), 0.1), (0x5B14, I32, 100))
HZ = (0x5B2C, U16, 100)
EM = ([0, 2, 4], LOW32, 10), ([0x0C, 0x0E, 0x10], LOW32, 1000)
WATT = (0x28, LOW32, 10)
EM1 = (4, (0x10, LOW32, 0.01), (4, LOW32, 10), ([0], LOW32, 10), ([2], LOW32, 1000), (15, U16, 10))
FACTS = {
    "eastron-sdm120": SDM1,
    "eastron-sdm230": SDM1,
    "eastron-sdm630": SDM3,
    "eastron-sdm72d-m-v2": SDM3,
    "abb-b21": (*ABB, ([0x5B00], U32, 10), ([0x5B0C], U32, 100), HZ),
    "abb-b23": (*ABB, ([0x5B00, 0x5B02, 0x5B04], U32, 10), ([0x5B0C, 0x5B0E, 0x5B10], U32, 100), HZ),
    "abb-b24": (*ABB, ([0x5B00, 0x5B02, 0x5B04], U32, 10), ([0x5B0C, 0x5B0E, 0x5B10], U32, 100), HZ),
    "carlo-gavazzi-em24": (4, (0x3E, LOW32, 0.01), WATT, *EM, (0x37, U16, 10)),
    "carlo-gavazzi-em111": (
        4,
        (0x10, LOW32, 0.01),
        (4, LOW32, 10),
        ([0], LOW32, 10),
        ([2], LOW32, 1000),
        (15, U16, 10),
    ),
    "carlo-gavazzi-em112": (
        4,
        (0x10, LOW32, 0.01),
        (4, LOW32, 10),
        ([0], LOW32, 10),
        ([2], LOW32, 1000),
        (15, U16, 10),
    ),
    "carlo-gavazzi-em330": (4, (0x34, LOW32, 0.01), WATT, *EM, (0x33, U16, 10)),
    "carlo-gavazzi-em340": (4, (0x34, LOW32, 0.01), WATT, *EM, (0x33, U16, 10)),
    "carlo-gavazzi-em580": (4, (0x500, (Type.INT64, "little"), 1), WATT, *EM, (0x33, U16, 10)),
    "schneider-iem3155": (
        *(3, (3203, (Type.INT64, "big"), 1), (3059, F, 0.001)),
        *(([3027, 3029, 3031], F, 1), ([2999, 3001, 3003], F, 1), (3109, F, 1)),
    ),
    "janitza-b23": (
        *(3, (19068, F, 1), (19026, F, 1)),
        *(([19000, 19002, 19004], F, 1), ([19012, 19014, 19016], F, 1), (19050, F, 1)),
    ),
    "finder-7m24": (4, (2752, F, 1), (2536, F, 1), ([2500], F, 1), ([2516], F, 1), (2584, F, 1)),
    "finder-7m38": (
        *(4, (2752, F, 1), (2536, F, 1)),
        *(([2500, 2502, 2504], F, 1), ([2516, 2518, 2520], F, 1), (2584, F, 1)),
    ),
    "inepro-pro380": (
        *(3, (0x600C, F, 0.001), (0x5012, F, 0.001)),
        *(([0x5002, 0x5004, 0x5006], F, 1), ([0x500C, 0x500E, 0x5010], F, 1), (0x5008, F, 1)),
    ),
    "dzg-dvh4013": (
        *(3, (0x4000, U32, 1), (0, U32, 10)),
        *(([4, 6, 8], U32, 100), ([10, 12, 14], U32, 1000), (0x12, U32, 1000)),
    ),
}


def encoded(kind: tuple, number: float) -> list[int]:
    """Return the registers of a number, as pymodbus makes them."""
    data_type, word_order = kind
    whole = number if data_type is Type.FLOAT32 else int(number + 1e-6)
    return ModbusClientMixin.convert_to_registers(whole, data_type, word_order)


def registers(facts: tuple) -> dict[int, int]:
    """Return every register that holds something."""
    _function, energy, power, voltages, currents, frequency = facts
    places = [(energy, ENERGY_WH), (power, 7251), (frequency, 49.98)]
    for (addresses, kind, digits), numbers in ((voltages, VOLTAGES), (currents, CURRENTS)):
        places += [
            ((address, kind, digits), number) for address, number in zip(addresses, numbers, strict=False)
        ]
    held = {}
    for (address, kind, digits), number in places:
        for i, register in enumerate(encoded(kind, number * digits)):
            held[address + i] = register
    return held


@contextmanager
def stock(facts: tuple) -> Iterator[str]:
    """Give the address of a server that holds a meter's registers, and zero in all others."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    words = [0] * 0x10000
    for address, register in registers(facts).items():
        words[address] = register
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()

    async def begin() -> ModbusTcpServer:
        data = SimData(0, values=words, datatype=DataType.REGISTERS)
        server = ModbusTcpServer(SimDevice(0, [data]), address=address)
        await server.serve_forever(background=True)
        return server

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield "tcp://%s:%d" % address
    finally:
        asyncio.run_coroutine_threadsafe(server.shutdown(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_every_plain_model_has_its_facts():
    # The Iskra's numbers with decimal exponents are no type of pymodbus: its own tests encode them by hand.
    assert [name for name in maps.names() if name not in FACTS] == ["iskra-wm3m4"]


@pytest.mark.parametrize("name", FACTS)
def test_a_stock_server_with_the_makers_registers_is_read_to_the_last_digit(name: str) -> None:
    model = models.find(name)
    with stock(FACTS[name]) as port:
        line = Line(Settings(port, 1))
        reading = asyncio.run(line.reading(model))
    assert abs(reading.energy_wh - ENERGY_WH) <= reading.resolution_wh
    assert (
        reading.energy_wh % (100 if name.startswith("gavazzi") and name != "carlo-gavazzi-em580" else 1) == 0
    )
    assert reading.power_w == 7251
    assert reading.voltage_mv == [231_500, 230_100, 229_900][: model.phases]
    assert reading.current_ma == [10_500, 10_600, 10_400][: model.phases]
    assert reading.frequency_mhz in (49_980, 49_900)
