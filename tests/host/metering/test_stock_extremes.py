"""Every model at the edges of its registers, through `kilotap meter read`, from pymodbus's stock servers on a
network and on a serial line, written by its stock clients: the largest and smallest numbers, what makers send
for "not available", NaN, infinity, floats at counts where they lose digits.

What must come out is reckoned here from the makers' tables in exact fractions, without the firmware's code.
"""

import asyncio
import json
import random
import socket
import struct
import threading
from collections.abc import Iterator
from fractions import Fraction

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from emulator.bench.pseudo_terminal import PseudoTerminal
from tests.host.metering.test_stock_server import FACTS, VOLTAGES, Type
from tools.__main__ import main

BITS = {Type.UINT16: 16, Type.UINT32: 32, Type.INT32: 32, Type.INT64: 64, Type.UINT64: 64}
SIGNED = (Type.INT32, Type.INT64)
# ABB, Carlo Gavazzi: all ones of an unsigned number, the largest signed one. Schneider: the smallest INT64.
ABSENT_WHERE_SIGNED = {"schneider-iem3155": -(1 << 63)}
HAS_ABSENT = ("abb", "carlo", "schneider")
NOT_NUMBERS = (0x7FC00000, 0xFFC00000, 0x7F800000, 0xFF800000)
SEEDS = range(3)


def half_away(number: Fraction) -> int:
    return int(abs(number) + Fraction(1, 2)) * (1 if number >= 0 else -1)


class Register:
    """One quantity's registers: what they hold, and the number that must come out."""

    def __init__(self, name: str, address: int, kind: tuple, digits: float, unit: int) -> None:
        self.name, self.address, self.kind, self.order = name, address, kind[0], kind[1]
        self._weight = Fraction(str(digits))
        self._unit = unit
        self.words: list[int] = []
        self.says: int | None = None

    def hold(self, pattern: int) -> None:
        """Put bits into the registers."""
        bits = BITS.get(self.kind, 32)
        words = [pattern >> 16 * i & 0xFFFF for i in reversed(range(bits // 16))]
        self.words = words if self.order == "big" else words[::-1]
        number = pattern
        if self.kind is Type.FLOAT32:
            exact = struct.unpack(">f", pattern.to_bytes(4, "big"))[0]
            is_number = exact == exact and abs(exact) != float("inf")
            self.says = self._out(Fraction(exact)) if is_number else None
            return
        if self._is_signed() and pattern >> (bits - 1):
            number -= 1 << bits
        self.says = None if number == self.absent() else self._out(Fraction(number))

    def _is_signed(self) -> bool:
        # The makers' INT16 of a frequency is never negative; the table of the other test has it unsigned.
        return self.kind in SIGNED

    def _out(self, number: Fraction) -> int:
        return half_away(number / self._weight * self._unit)

    def absent(self) -> int | None:
        """Return the number that says "not available"."""
        bits = BITS.get(self.kind, 32)
        if not self.name.startswith(HAS_ABSENT):
            return None
        if self.name.startswith("carlo") and self.kind is Type.UINT16:
            return 0x7FFF
        if self._is_signed():
            return ABSENT_WHERE_SIGNED.get(self.name, (1 << (bits - 1)) - 1)
        return (1 << bits) - 1

    def highest(self) -> int:
        """Return the pattern of the largest number that is one."""
        if self.kind is Type.FLOAT32:
            return 0x4E6E6B28  # 1e9
        bits = BITS[self.kind]
        top = (1 << (bits - 1)) - 1 if self._is_signed() or self.name.startswith("carlo") else (1 << bits) - 1
        return top - 1 if top == self.absent() else top

    def lowest(self) -> int:
        """Return the pattern of the smallest number: 0 where there is no sign."""
        if self.kind is Type.FLOAT32:
            return 0xCE6E6B28
        bits = BITS[self.kind]
        if not self._is_signed():
            return 0
        return 1 << (bits - 1) if self.absent() != -(1 << (bits - 1)) else (1 << (bits - 1)) + 1

    def any_number(self, prng: random.Random) -> int:
        """Return the pattern of some number that is one and is not negative."""
        if self.kind is Type.FLOAT32:
            return struct.unpack(">I", struct.pack(">f", prng.uniform(0, 10 ** prng.randint(0, 8))))[0]
        return prng.randint(0, self.highest())


class Facts:
    """All registers of a model, after its maker's table."""

    def __init__(self, name: str) -> None:
        self.function, energy, power, voltages, currents, frequency = FACTS[name]
        self.energy = Register(name, *energy, 1)
        self.power = Register(name, *power, 1)
        self.frequency = Register(name, *frequency, 1000)
        self.voltages = [Register(name, address, *voltages[1:], 1000) for address in voltages[0]]
        self.currents = [Register(name, address, *currents[1:], 1000) for address in currents[0]]
        self.all = [self.energy, self.power, self.frequency, *self.voltages, *self.currents]
        for register in self.all:
            register.hold(0 if register.kind is not Type.FLOAT32 else 0x42C80000)

    def words(self) -> dict[int, list[int]]:
        return {register.address: register.words for register in self.all}

    def says(self) -> dict:
        return {
            "energy_wh": self.energy.says,
            "power_w": self.power.says,
            "frequency_mhz": self.frequency.says,
            "voltage_mv": [register.says for register in self.voltages],
            "current_ma": [register.says for register in self.currents],
        }


class Stock:
    """A stock server and a stock client of it, by which its registers are written."""

    def __init__(self, port: str, client: ModbusTcpClient | ModbusSerialClient) -> None:
        self.port = port
        self._client = client
        self._held: list[int] = []

    def hold(self, held: dict[int, list[int]]) -> None:
        """Let the registers be these, and zero the ones of before."""
        assert self._client.connect()
        try:
            for address, words in [*((place, [0]) for place in self._held), *held.items()]:
                assert not self._client.write_registers(address, words, device_id=1).isError()
        finally:
            self._client.close()
        self._held = [address + i for address, words in held.items() for i in range(len(words))]


@pytest.fixture(scope="module")
def stock() -> Iterator[dict[str, Stock]]:
    """Give a server on a network and one at the end of a serial line, which answer to every unit."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()

    def device() -> SimDevice:
        return SimDevice(0, [SimData(0, count=0x10000, datatype=DataType.REGISTERS)])

    async def begin() -> tuple:
        near, far = PseudoTerminal(), PseudoTerminal()
        near.listen(far.send)
        far.listen(near.send)
        servers = (
            ModbusTcpServer(device(), address=address),
            ModbusSerialServer(device(), framer=FramerType.RTU, port=far.path),
        )
        for server in servers:
            await server.serve_forever(background=True)
        return near, far, *servers

    near, far, *servers = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)

    async def end() -> None:
        for server in servers:
            await server.shutdown()
        near.close()
        far.close()

    network = ModbusTcpClient(address[0], port=address[1])
    try:
        yield {
            "network": Stock("tcp://%s:%d" % address, network),
            "line": Stock(near.path, ModbusSerialClient(near.path, baudrate=9600)),
        }
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def read(capsys, name: str, port: str, unit: int = 1) -> tuple[int, str, str]:
    capsys.readouterr()
    words = [
        "meter",
        "read",
        "--model",
        name,
        "--port",
        port,
        "--unit",
        str(unit),
        "--idle-ms",
        "0",
        "--json",
    ]
    code = main(words)
    return code, *capsys.readouterr()


def held_against(capsys, stock: dict[str, Stock], name: str, facts: Facts, wires=("network",)) -> None:
    """Read what the registers hold, and compare every number."""
    for wire in wires:
        stock[wire].hold(facts.words())
        code, out, err = read(capsys, name, stock[wire].port, 17)
        if facts.energy.says is None or facts.energy.says < 0:
            what = "not available" if facts.energy.says is None else f"{facts.energy.says} Wh"
            assert code == 2 and out == "", (name, out)
            assert f"its register 0x{facts.energy.address:04X} says {what}" in err, (name, err)
            continue
        assert code == 0, (name, err)
        now = json.loads(out)
        assert {member: now[member] for member in facts.says()} == facts.says(), name


@pytest.mark.parametrize("name", FACTS)
def test_the_largest_and_the_smallest_numbers(name, stock, capsys):
    facts = Facts(name)
    for register in facts.all:
        register.hold(register.highest())
    held_against(capsys, stock, name, facts, ("network", "line"))
    for register in facts.all:
        register.hold(register.lowest() if register is not facts.energy else register.highest())
    held_against(capsys, stock, name, facts)
    facts.energy.hold(facts.energy.lowest())
    held_against(capsys, stock, name, facts)


@pytest.mark.parametrize("name", FACTS)
def test_what_is_not_available_is_null_and_without_energy_there_is_no_reading(name, stock, capsys):
    facts = Facts(name)
    for register in facts.all:
        patterns = NOT_NUMBERS if register.kind is Type.FLOAT32 else (register.absent(),)
        whole = register.words, register.says
        # Of a float one kind each, so that all of them are seen.
        pattern = patterns[register.address // 2 % len(patterns)]
        if pattern is None:
            continue
        register.hold(pattern % (1 << BITS.get(register.kind, 32)))
        assert register.says is None
        held_against(capsys, stock, name, facts)
        register.words, register.says = whole


@pytest.mark.parametrize("name", FACTS)
def test_any_numbers_come_out_to_the_last_digit(name, stock, capsys):
    facts = Facts(name)
    for seed in SEEDS:
        prng = random.Random(f"{name} {seed}")
        for register in facts.all:
            register.hold(register.any_number(prng))
        held_against(capsys, stock, name, facts, ("network", "line") if seed == 0 else ("network",))


FLOATS = [name for name in FACTS if FACTS[name][1][1][0] is Type.FLOAT32]


@pytest.mark.parametrize("name", FLOATS)
def test_a_float_register_tells_its_step_at_every_count(name, stock, capsys):
    facts = Facts(name)
    for exponent in range(10, 31, 4):
        pattern = struct.unpack(">I", struct.pack(">f", float(2**exponent)))[0] + 1
        facts.energy.hold(pattern)
        step = Fraction(2) ** (exponent - 23) / Fraction(str(FACTS[name][1][2]))
        stock["network"].hold(facts.words())
        now = json.loads(read(capsys, name, stock["network"].port)[1])
        assert now["energy_wh"] == facts.energy.says
        assert now["resolution_wh"] == max(1, -(-step.numerator // step.denominator)), exponent


def t5(exponent: int, number: int) -> list[int]:
    """Return Iskra's T5 and T6: eight bits of decade exponent, 24 of number, both in two's complement."""
    pattern = (exponent & 0xFF) << 24 | number & 0xFFFFFF
    return [pattern >> 16, pattern & 0xFFFF]


@pytest.mark.parametrize(
    ("exponent", "counter", "energy_wh", "step_wh"),
    [(1, 12345, 123_450, 10), (0, 0x7FFFFFFF, 0x7FFFFFFF, 1), (-1, 12345, 1235, 1), (3, 99, 99_000, 1000)],
)
def test_an_iskra_at_the_edges(exponent, counter, energy_wh, step_wh, stock, capsys):
    held = {
        105: t5(-3, 49_987),
        107: t5(-1, 0xFFFFFF),
        109: t5(-2, 23_004),
        111: t5(0, 231),
        126: t5(-3, -1),
        128: t5(-4, 0x7FFFFF),
        130: t5(1, 3),
        140: t5(-1, -0x800000),
        414: [exponent & 0xFFFF],
        418: [counter >> 16, counter & 0xFFFF],
    }
    # The server has the same registers for functions 3 and 4.
    stock["network"].hold(held)
    code, out, err = read(capsys, "iskra-wm3m4", stock["network"].port)
    assert code == 0, err
    now = json.loads(out)
    assert (now["energy_wh"], now["resolution_wh"]) == (energy_wh, step_wh)
    assert now["frequency_mhz"] == 49_987
    assert now["voltage_mv"] == [1_677_721_500, 230_040, 231_000]
    assert now["current_ma"] == [-1, 838_861, 30_000]
    assert now["power_w"] == -838_861


def test_pymodbus_encodes_as_the_reckoning_here_does():
    for name in FACTS:
        voltage = Facts(name).voltages[0]
        number = int(VOLTAGES[0] * 10) if voltage.kind is not Type.FLOAT32 else VOLTAGES[0]
        pattern = struct.unpack(">I", struct.pack(">f", number))[0] if isinstance(number, float) else number
        voltage.hold(pattern)
        assert ModbusClientMixin.convert_to_registers(number, voltage.kind, voltage.order) == voltage.words, (
            name
        )
