"""Opens the card reader of the Linux board by its name in the configuration.

It does not know cards. pyscard is an optional extra: without it only the PC/SC readers are missing.
"""

from firmware.errors import BoardError
from hal.common.pn532_reader import AUTO, PN532, Pn532Reader
from hal.linux.serial_port import SerialPort
from hal.ports import CardReader

BAUD = 115200
PYSCARD_MISSING = (
    "reader pcsc: the package pyscard is not installed; run: "
    "apt install pcscd libpcsclite-dev swig gcc python3-dev && pip install 'kilotap[pcsc]'"
)


def open_reader(name: str) -> CardReader:
    """Return the reader of a name: pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH. Raises BoardError."""
    kind, _, where = name.partition(":")
    if kind == "pcsc":
        return open_pcsc(where)
    if kind in PN532 and where:
        return Pn532Reader(SerialPort(where, BAUD), kind == AUTO)
    raise BoardError(f"reader: {name!r} is none; use pcsc, pcsc:NAME, pn532:PATH or pn532-auto:PATH")


def open_pcsc(name: str) -> CardReader:
    """Return the first reader behind the PC/SC daemon that has the name in its own. Raises BoardError."""
    try:
        from hal.linux import pcsc_reader
    except ImportError:
        raise BoardError(PYSCARD_MISSING)
    return pcsc_reader.PcscReader(name)
