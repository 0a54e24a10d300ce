"""The line to an emulated meter: pymodbus's RTU server on a pseudo-terminal, over the meter's model.

It does not know time or the story: whoever owns the meter lets it count before each read, and sets its fault.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from emulator.bench.pseudo_terminal import PseudoTerminal
from emulator.models.meter import Meter

ALL_REGISTERS = 0x10000
# The server's device 0 takes requests to every unit; answers of another than the meter's are dropped.
EVERY_UNIT = 0
BITS_A_BYTE = 10
SILENCE_BYTES = 3.5


def device(meter: Meter, before_read: Callable[[], None] | None = None) -> SimDevice:
    """Return the device of pymodbus's servers that holds a meter's registers."""

    async def read(
        function: int, start: int, address: int, count: int, registers: list[int], written: Any
    ) -> ExcCodes | None:
        """Put what the meter's registers hold now into the server's, or return why it refuses."""
        if before_read:
            before_read()
        if written:
            refused = meter.write(address, written)
            return ExcCodes(refused) if refused else None
        block = meter.registers(function, address, count)
        if isinstance(block, int):
            return ExcCodes(block)
        for i in range(count):
            registers[address - start + i] = block[2 * i] << 8 | block[2 * i + 1]
        return None

    every_register = SimData(0, count=ALL_REGISTERS, datatype=DataType.REGISTERS)
    return SimDevice(EVERY_UNIT, [every_register], action=read)


class MeterLine:
    """A meter at the end of a serial line; `path` is the terminal's end.

    `before_read` is called before each read, so that the owner of time can let the meter count. With `baud`
    the bytes and the silence after a request take the time that they take on a real line; else none. A meter
    with a `speed` hears nothing but noise from a terminal of another one.
    """

    def __init__(
        self,
        meter: Meter,
        unit: int,
        before_read: Callable[[], None] | None = None,
        baud: int | None = None,
        speed: int | None = None,
    ):
        self._speed = speed
        self._meter = meter
        self._unit = unit
        self._before_read = before_read
        self._byte_s = BITS_A_BYTE / baud if baud else 0.0
        self._terminal = PseudoTerminal()
        self._port = PseudoTerminal()
        self._server: ModbusSerialServer | None = None
        self._asked = b""
        self.path = self._terminal.path

    def watch(self, seen: Callable[[str, bytes], None]) -> None:
        """Show what passes on the line: `>` from the terminal, `<` to it, and the bytes."""
        self._terminal.watch = seen

    async def start(self) -> None:
        """Begin to answer, in the running event loop."""
        self._server = ModbusSerialServer(
            device(self._meter, self._before_read),
            framer=FramerType.RTU,
            port=self._port.path,
            trace_packet=self._trace,
        )
        self._terminal.listen(self._heard_from_terminal)
        self._port.listen(self._heard_from_server)
        await self._server.serve_forever(background=True)

    async def close(self) -> None:
        """End the server and the line."""
        if self._server:
            await self._server.shutdown()
        self._terminal.close()
        self._port.close()

    def _trace(self, sending: bool, packet: bytes) -> bytes:
        """Let the meter's fault spoil what the server sends."""
        if not sending:
            return packet
        return self._meter.on_the_line(packet, self._asked) if packet[0] == self._unit else b""

    def _heard_from_terminal(self, request: bytes) -> None:
        if self._speed and self._terminal.speed() != self._speed:
            return
        self._asked = request
        self._pass_on(self._port, request, SILENCE_BYTES)

    def _heard_from_server(self, answer: bytes) -> None:
        self._pass_on(self._terminal, answer, 0)

    def _pass_on(self, line: PseudoTerminal, content: bytes, silence_bytes: float) -> None:
        if self._byte_s:
            delay_s = (len(content) + silence_bytes) * self._byte_s
            asyncio.get_running_loop().call_later(delay_s, line.send, content)
        else:
            line.send(content)
