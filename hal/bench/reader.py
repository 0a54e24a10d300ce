"""The card reader of the emulated charger: a PN532 on a serial port, or on CPython one behind PC/SC.

It does not know the cards.
"""

import sys

from firmware.errors import BoardError
from hal.bench.serial_port import SerialPort
from hal.common.pn532_reader import AUTO, PN532, Pn532Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import CardReader

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from hal.linux.reader import open_pcsc
else:

    def open_pcsc(name):
        """Refuse: PC/SC is the host's own library."""
        raise BoardError("reader pcsc: MicroPython has none; use `pn532:PATH` as `reader`")


BAUD = 115200


def open_reader(name: str) -> "CardReader":
    """Return the reader of a name: pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH. Raises BoardError."""
    kind, _, where = name.partition(":")
    if kind == "pcsc":
        return open_pcsc(where)
    if kind in PN532 and where:
        return Pn532Reader(SerialPort(where, BAUD), kind == AUTO)
    raise BoardError("reader: %r is none; use pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH" % name)
