"""The line to the energy meter on Linux: a serial port, whose adapter turns the direction, or a network.

It does not know registers.
"""

from hal.common.rtu_bus import RtuBus
from hal.common.tcp_bus import SCHEME, TcpBus, open_tcp_bus
from hal.linux.serial_port import SerialPort


def open_meter_bus(name: str, baud: int, parity: str, idle_ms: int) -> RtuBus | TcpBus:
    """Return the bus on a port or at an address. Raises BoardError where it is not ours alone, or is none."""
    if name.startswith(SCHEME):
        return open_tcp_bus(name)
    return RtuBus(SerialPort(name, baud, parity), baud, parity, idle_ms)
