"""Pins and UARTs of the ESP32 by their names in the configuration.

It does not know what hangs on them. A pin is its GPIO number, with a `!` before it where it is active low; a
UART is `uartN:TX,RX` or `uartN:TX,RX,DIRECTION`.
"""

import machine

from firmware.errors import BoardError
from hal.common.stream_port import StreamPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HIGHEST_GPIO = 48
RECEIVE_BYTES = 512
PARITIES = {"N": None, "E": 0, "O": 1}


class Line:
    """A pin that is active or not."""

    def __init__(self, setting: str, name: str, is_output: bool) -> None:
        """Take the pin that a setting names; an output begins inactive. Raises BoardError."""
        self._is_low = name.startswith("!")
        number = _number(setting, name[1:] if self._is_low else name)
        if is_output:
            self._pin = machine.Pin(number, machine.Pin.OUT, value=int(self._is_low))
        else:
            self._pin = machine.Pin(number, machine.Pin.IN)

    def set(self, is_active: bool) -> None:
        """Set the pin."""
        self._pin.value(int(is_active != self._is_low))

    def is_active(self) -> bool:
        """Return whether the pin is active."""
        return bool(self._pin.value()) != self._is_low


class DirectedPort(StreamPort):
    """A UART behind an RS-485 driver that has to be told when to send."""

    def __init__(self, uart: "Any", direction: Line) -> None:
        super().__init__(uart)
        self._uart = uart
        self._direction = direction

    def write(self, content: bytes) -> None:
        """Send, wait the few bytes out, and turn the line: a meter answers after 3.5 characters."""
        self._direction.set(True)
        try:
            super().write(content)
            self._uart.flush()
        finally:
            self._direction.set(False)


def open_uart(setting: str, name: str, baud: int, parity: str = "N") -> StreamPort:
    """Return the port on a UART, as `uart1:17,16` or `uart1:17,16,4`. Raises BoardError."""
    which, _, pins = name.partition(":")
    numbers = [_number(setting, pin.strip()) for pin in pins.split(",")]
    if which not in ("uart0", "uart1", "uart2") or len(numbers) not in (2, 3):
        raise BoardError("%s: %r names no UART; use uart1:TX,RX or uart1:TX,RX,DIRECTION" % (setting, name))
    uart = machine.UART(
        int(which[4:]),
        baudrate=baud,
        bits=8,
        parity=PARITIES[parity],
        stop=1,
        tx=numbers[0],
        rx=numbers[1],
        timeout=0,
        rxbuf=RECEIVE_BYTES,
    )
    if len(numbers) == 2:
        return StreamPort(uart)
    return DirectedPort(uart, Line(setting, str(numbers[2]), True))


def _number(setting: str, text: str) -> int:
    if not text.isdigit() or int(text) > HIGHEST_GPIO:
        raise BoardError("%s: %r is no GPIO number; use 0 to %d" % (setting, text, HIGHEST_GPIO))
    return int(text)
