"""The line to the energy meter on Linux: a serial port; its adapter turns the direction of RS-485.

It does not know registers.
"""

from hal.common.rtu_bus import RtuBus
from hal.linux.serial_port import SerialPort


def open_meter_bus(path: str, baud: int, parity: str, idle_ms: int) -> RtuBus:
    """Return the bus on a serial port. Raises BoardError where it cannot be opened, or is not ours alone."""
    return RtuBus(SerialPort(path, baud, parity), baud, parity, idle_ms)
