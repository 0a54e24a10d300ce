"""An emulated meter on a network: pymodbus's Modbus TCP server over the meter's model.

It does not know time or the story: whoever owns the meter lets it count before each read, and sets its fault.
"""

import socket
from collections.abc import Callable

from pymodbus.server import ModbusTcpServer

from emulator.bench.meter_line import device
from emulator.models.meter import Meter
from firmware.metering import modbus

HOST = "127.0.0.1"
# Transaction, protocol and length; the unit is next.
ENVELOPE_BYTES = 6
# "Messaging on TCP/IP" V1.0b: what a gateway says whose meter did not answer as it should.
NO_ANSWER_BEHIND = 0x0B


class MeterNetwork:
    """A meter at an address, as one behind a gateway; `path` is what the terminal's configuration names.

    The gateway passes over echoes and noise, and refuses for a meter whose answer is damaged. What is
    truncated here is the gateway's own answer.
    """

    def __init__(self, meter: Meter, unit: int, before_read: Callable[[], None] | None = None):
        self._meter = meter
        self._unit = unit
        self._before_read = before_read
        self._server: ModbusTcpServer | None = None
        self._seen: Callable[[str, bytes], None] = lambda direction, content: None
        with socket.create_server((HOST, 0)) as free:
            self._address: tuple[str, int] = free.getsockname()
        self.path = "tcp://%s:%d" % self._address

    def watch(self, seen: Callable[[str, bytes], None]) -> None:
        """Show what passes, as on a serial line: `>` from the terminal, `<` to it, and the bytes."""
        self._seen = seen

    async def start(self) -> None:
        """Begin to answer, in the running event loop."""
        self._server = ModbusTcpServer(
            device(self._meter, self._before_read), address=self._address, trace_packet=self._trace
        )
        await self._server.serve_forever(background=True)

    async def close(self) -> None:
        """End the server."""
        if self._server:
            await self._server.shutdown()

    def _trace(self, sending: bool, packet: bytes) -> bytes:
        """Let the meter's fault spoil what the server sends."""
        told = self._answer(packet) if sending else packet
        if len(told) > ENVELOPE_BYTES:
            self._seen("<" if sending else ">", modbus.with_crc(told[ENVELOPE_BYTES:]))
        return told

    def _answer(self, packet: bytes) -> bytes:
        unit, function = packet[ENVELOPE_BYTES], packet[ENVELOPE_BYTES + 1]
        fault = self._meter.fault
        if fault == "silent" or unit != self._unit:
            return b""
        if fault == "wrong_unit":
            return packet[:ENVELOPE_BYTES] + bytes((unit % 247 + 1,)) + packet[ENVELOPE_BYTES + 1 :]
        if fault == "checksum":
            refusal = bytes((unit, function | 0x80, NO_ANSWER_BEHIND))
            return packet[:4] + len(refusal).to_bytes(2, "big") + refusal
        if fault == "truncated":
            return packet[: len(packet) // 2]
        return packet
