"""The line to the energy meter on the ESP32: a UART, with a pin for the direction where one is named.

It does not know registers.
"""

from hal.common.rtu_bus import RtuBus
from hal.esp32.pins import open_uart


def open_meter_bus(name: str, baud: int, parity: str, idle_ms: int) -> RtuBus:
    """Return the bus on a UART such as `uart1:17,16,4`. Raises BoardError."""
    return RtuBus(open_uart("meter_port", name, baud, parity), baud, parity, idle_ms)
