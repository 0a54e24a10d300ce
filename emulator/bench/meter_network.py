"""An emulated meter on a network: pymodbus's Modbus TCP server over the meter's model.

It does not know time or the story: whoever owns the meter lets it count before each read, and sets its fault.
"""

import socket
from collections.abc import Callable

from pymodbus.server import ModbusTcpServer

from emulator.bench.meter_line import device
from emulator.models.meter import Meter

HOST = "127.0.0.1"
# Transaction, protocol and length; the unit is next.
ENVELOPE_BYTES = 6


class MeterNetwork:
    """A meter at an address; `port` is what the terminal's configuration names.

    Faults of the meter's registers, silence and a wrong unit show; those of a serial line are none here.
    """

    def __init__(self, meter: Meter, unit: int, before_read: Callable[[], None] | None = None):
        self._meter = meter
        self._unit = unit
        self._before_read = before_read
        self._server: ModbusTcpServer | None = None
        with socket.create_server((HOST, 0)) as free:
            self._address: tuple[str, int] = free.getsockname()
        self.port = "tcp://%s:%d" % self._address

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
        if not sending:
            return packet
        if self._meter.fault == "silent" or packet[ENVELOPE_BYTES] != self._unit:
            return b""
        if self._meter.fault == "wrong_unit":
            unit = bytes((self._unit % 247 + 1,))
            return packet[:ENVELOPE_BYTES] + unit + packet[ENVELOPE_BYTES + 1 :]
        return packet
