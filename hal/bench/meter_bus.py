"""The line to the emulated charger's meter: a pseudo-terminal, or what the story names: a port, a network.

It does not know registers.
"""

from hal.bench.serial_port import SerialPort
from hal.common.rtu_bus import RtuBus
from hal.common.tcp_bus import SCHEME, open_tcp_bus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import MeterBus


def open_meter_bus(name: str, baud: int, parity: str, idle_ms: int) -> "MeterBus":
    """Return the bus on a port or at an address; its time-outs are real time, whatever the story's speed."""
    if name.startswith(SCHEME):
        return open_tcp_bus(name)
    return RtuBus(SerialPort(name, baud, parity), baud, parity, idle_ms)
