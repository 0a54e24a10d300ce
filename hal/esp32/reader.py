"""The card reader of the ESP32: a PN532 on a UART.

It does not know cards.
"""

from firmware.errors import BoardError
from hal.common.pn532_reader import AUTO, PN532, Pn532Reader
from hal.esp32.pins import open_uart

BAUD = 115200


def open_reader(name: str) -> Pn532Reader:
    """Return the reader of a name such as `pn532:uart2:25,26`, or with pn532-auto. Raises BoardError."""
    kind, _, where = name.partition(":")
    if kind not in PN532:
        raise BoardError("reader: %r is none of an ESP32's; use pn532:uart2:TX,RX" % name)
    return Pn532Reader(open_uart("reader", where, BAUD), kind == AUTO)
