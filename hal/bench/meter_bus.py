"""The line to the emulated charger's meter: a pseudo-terminal, or a real port where the story names one.

It does not know registers.
"""

from hal.bench.serial_port import SerialPort
from hal.common.rtu_bus import RtuBus


def open_meter_bus(path: str, baud: int, parity: str, idle_ms: int) -> RtuBus:
    """Return the bus on a serial port; its time-outs are real time, whatever the story's speed."""
    return RtuBus(SerialPort(path, baud, parity), baud, parity, idle_ms)
