"""The meter's line, read over a real serial port by the terminal's codec and by pymodbus's own client."""

import asyncio
import time
from collections.abc import Callable

import pytest
import serial
from pymodbus.client import ModbusSerialClient

from emulator.bench.meter_line import MeterLine
from emulator.models.meter import Meter
from firmware.errors import MeteringError, MeterRefused, MeterSilent
from firmware.metering import modbus, models, signed
from tools import keys
from tools.proofs import ocmf
from tools.proofs.proof import Proof

UNIT = 7
MODEL = models.find("eastron-sdm630")


def play(meter: Meter, client: Callable[[str], object], **options) -> object:
    """Run a blocking client beside the line and return what it returns."""

    async def run() -> object:
        line = MeterLine(meter, UNIT, **options)
        await line.start()
        try:
            return await asyncio.to_thread(client, line.path)
        finally:
            await line.close()

    return asyncio.run(run())


def ask(port: serial.Serial, function: int, address: int, count: int, unit: int = UNIT) -> bytes:
    port.write(modbus.read_request(unit, function, address, count))
    return port.read(modbus.response_size(function, count))


def read(port: serial.Serial) -> models.Reading:
    blocks = []
    for function, address, count in MODEL.plan:
        frame = ask(port, function, address, count)
        blocks.append(bytes(modbus.parse_response(UNIT, function, count, frame)))
    return models.decode(MODEL, blocks)


def test_the_terminal_reads_what_the_meter_shows_at_that_moment():
    meter = Meter("eastron-sdm630", "21110042", 123456)

    def client(path: str) -> list:
        with serial.Serial(path, 9600, timeout=2) as port:
            readings = [read(port) for _ in range(3)]
            block = modbus.parse_response(UNIT, 3, 2, ask(port, *MODEL.serial_plan))
            return [
                [reading.energy_wh for reading in readings],
                readings[2].power_w,
                models.decode_serial(MODEL, block),
            ]

    def count() -> None:
        meter.advance(3_600_000, 11000)

    energies, power_w, serial_number = play(meter, client, before_read=count)
    # An hour passes before each of two requests, of which the second one asks for the energy.
    assert energies == [145456, 167456, 189456]
    assert power_w == 11000
    assert serial_number == "21110042"


def test_pymodbus_reads_the_same_registers():
    meter = Meter("eastron-sdm630", "1", 123456)

    def client(path: str) -> list[int]:
        master = ModbusSerialClient(path, baudrate=9600, timeout=2)
        assert master.connect()
        try:
            return master.read_input_registers(0, count=74, device_id=UNIT).registers
        finally:
            master.close()

    registers = play(meter, client)
    block = b"".join(register.to_bytes(2, "big") for register in registers)
    assert block == meter.registers(4, 0, 74)
    blocks = [block[2 * start : 2 * (start + count)] for _, start, count in MODEL.plan]
    assert models.decode(MODEL, blocks).energy_wh == 123456


@pytest.mark.parametrize(
    ("fault", "error", "word"),
    [
        ("silent", MeterSilent, "did not answer"),
        ("checksum", MeterSilent, "damaged"),
        ("exception", MeterRefused, "server device failure"),
        ("wrong_unit", MeteringError, "unit 8"),
    ],
)
def test_faults_of_the_line_reach_the_terminal_and_end(fault, error, word):
    meter = Meter("eastron-sdm630", "1", 123456)

    def client(path: str) -> int:
        with serial.Serial(path, 9600, timeout=0.2) as port:
            meter.fault = fault
            with pytest.raises(error, match=word):
                read(port)
            meter.fault = "none"
            port.timeout = 2
            return read(port).energy_wh

    assert play(meter, client) == 123456


def test_lying_registers_reach_the_terminal():
    meter = Meter("eastron-sdm630", "1", 5000)

    def client(path: str) -> list[int]:
        shown = []
        with serial.Serial(path, 9600, timeout=2) as port:
            for fault in ("backwards", "jump", "none"):
                meter.fault = fault
                shown.append(read(port).energy_wh)
        return shown

    assert play(meter, client) == [4000, 1_005_000, 5000]


def test_the_meter_refuses_what_the_real_one_refuses_and_ignores_what_is_for_others():
    def client(path: str) -> list[bytes]:
        with serial.Serial(path, 9600, timeout=0.2) as port:
            return [
                ask(port, 4, 0, 81),
                ask(port, 3, 0, 2),
                ask(port, 4, 0, 2, unit=UNIT + 1),
                ask(port, 4, 70, 2),
            ]

    too_many, not_there, for_another, right = play(Meter("eastron-sdm630", "1", 0), client)
    assert too_many == modbus.with_crc(bytes((UNIT, 0x84, 3)))
    assert not_there == modbus.with_crc(bytes((UNIT, 0x83, 2)))
    assert for_another == b""
    assert right[3:-2].hex() == "42480000"  # 50 Hz


def test_the_terminal_may_close_its_port_and_come_back():
    def client(path: str) -> list[int]:
        energies = []
        for _ in range(3):
            with serial.Serial(path, 9600, timeout=2) as port:
                energies.append(read(port).energy_wh)
        return energies

    assert play(Meter("eastron-sdm630", "1", 42), client) == [42, 42, 42]


def test_a_paced_line_takes_the_time_of_its_bytes():
    # Twice 8 bytes and a silence of 3.5, and 29 and 49 bytes at 10 bits: 105.2 ms at 9600 baud.
    def client(path: str) -> float:
        with serial.Serial(path, 9600, timeout=2) as port:
            begun_s = time.monotonic()
            read(port)
            return time.monotonic() - begun_s

    assert play(Meter("eastron-sdm630", "1", 42), client, baud=9600) >= (2 * (8 + 3.5) + 29 + 49) * 10 / 9600


def carried(port: serial.Serial, dialogue) -> object:
    """Carry a transaction's dialogue over the line, and return what it returns."""
    answer = None
    try:
        while True:
            kind, *asked = dialogue.send(answer)
            answer = None
            if kind == "read":
                function, address, count = asked
                frame = ask(port, function, address, count)
                answer = bytes(modbus.parse_response(UNIT, function, count, frame))
            elif kind == "write":
                request = modbus.write_request(UNIT, *asked)
                port.write(request)
                modbus.parse_written(request, port.read(modbus.response_size(modbus.WRITE, len(asked[1]))))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("model", ["carlo-gavazzi-em580", "iskra-wm3m4"])
def test_a_meter_signs_a_transaction_over_the_line(model):
    meter = Meter(model, "21110042", 123456)
    facts = {
        "session": "KT-0001-000007/12.3",
        "uid": "04A1B2C3D4E580",
        "tariff": "0.49 EUR/kWh",
        "evse_id": "KT-0001",
        "utc_s": 1774717140,
        "offset_min": 60,
        "text": '{"FV":"1.0","ID":"04A1B2C3D4E580 KT-0001-000007/12.3","RD":[]}',
    }

    def client(path: str) -> tuple:
        protocol = signed.PROTOCOLS[model]()
        with serial.Serial(path, 9600, timeout=2) as port:
            carried(port, protocol.begin(facts))
            meter.advance(3_600_000, 11000)
            record = carried(port, protocol.end(facts))
            key = carried(port, protocol.key())
            carried(port, protocol.forget())
        return record, key

    record, key = play(meter, client)
    proof = Proof("ocmf")
    ocmf.verify(proof, record.encode(), keys.recognise(key))
    assert ("ocmf signature", True) in [(name, holds) for name, holds, _ in proof.checks]
    assert facts["session"] in record and '"RV":134.456' in record
