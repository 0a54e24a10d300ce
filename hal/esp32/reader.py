"""The card reader of the ESP32: a PN532 on a UART.

It does not know cards.
"""

from firmware.errors import BoardError
from hal.common.pn532_reader import Pn532Reader
from hal.esp32.pins import open_uart

BAUD = 115200


def open_reader(name: str) -> Pn532Reader:
    """Return the reader of a name such as `pn532:uart2:25,26`. Raises BoardError."""
    kind, _, where = name.partition(":")
    if kind != "pn532":
        raise BoardError("reader: %r is none of an ESP32's; use pn532:uart2:TX,RX" % name)
    return Pn532Reader(open_uart("reader", where, BAUD))
