"""Modbus RTU as the master speaks it: bytes of a read request out, the registers of its answer in.

It does not know wires, time-outs, or what a register means. (Modbus over Serial Line V1.02; Application
Protocol V1.1b3.)
"""

from array import array

from ..errors import MeteringError, MeterRefused, MeterSilent

READ_HOLDING = 3
READ_INPUT = 4

# An exception answer: unit, function with its top bit set, code, CRC.
EXCEPTION_SIZE = 5

# Application Protocol V1.1b3, section 7.
EXCEPTIONS = (
    (1, "illegal function"),
    (2, "illegal data address"),
    (3, "illegal data value"),
    (4, "server device failure"),
    (5, "acknowledge"),
    (6, "server device busy"),
    (8, "memory parity error"),
    (10, "gateway path unavailable"),
    (11, "gateway target failed to respond"),
)

# What a byte does to the CRC; made at first use, 512 bytes.
_TABLE = array("H")


def crc16(frame: "bytes | bytearray") -> int:
    """Return the CRC of a frame (it is sent low byte first); of a frame with its CRC it is 0."""
    table = _TABLE or _make_table()
    crc = 0xFFFF
    for octet in frame:
        crc = (crc >> 8) ^ table[(crc ^ octet) & 0xFF]
    return crc


def _make_table() -> array:
    for octet in range(256):
        crc = octet
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        _TABLE.append(crc)
    return _TABLE


def with_crc(frame: bytes) -> bytes:
    """Return a frame with its CRC added."""
    crc = crc16(frame)
    return frame + bytes((crc & 0xFF, crc >> 8))


def read_request(unit: int, function: int, address: int, count: int) -> bytes:
    """Return the RTU frame that asks a unit for registers. Raises MeteringError for an impossible one."""
    if not 1 <= unit <= 247:
        raise MeteringError("no meter has the Modbus unit %d: give one from 1 to 247" % unit)
    if function not in (READ_HOLDING, READ_INPUT):
        raise MeteringError("function %d reads no registers: give 3 (holding) or 4 (input)" % function)
    if not (1 <= count <= 125 and 0 <= address <= 0x10000 - count):
        raise MeteringError("no read of %d registers from %d: give 1 to 125 below 65536" % (count, address))
    return with_crc(bytes((unit, function, address >> 8, address & 0xFF, 0, count)))


def response_size(function: int, count: int) -> int:
    """Return the bytes of a whole answer to the read of `count` registers (an exception answer has 5)."""
    return 5 + 2 * count


def parse_response(unit: int, function: int, count: int, frame: bytes, address: "int | None" = None) -> bytes:
    """Return the `2 * count` bytes of the registers in an answer; `address` serves the messages alone.

    Raises MeterSilent for no answer or a damaged one, MeterRefused for an exception answer, and MeteringError
    for a sound answer to another question, as two meters or two masters on one line cause it.
    """
    problem = _problem(unit, function, count, frame)
    if problem is None:
        return frame[3:-2]
    kind, what = problem
    start = "" if address is None else " from 0x%04X" % address
    raise kind("%s (asked of unit %d: function %d, %d registers%s)" % (what, unit, function, count, start))


def _problem(unit: int, function: int, count: int, frame: bytes) -> "tuple | None":
    """Return the exception and the reason for which a frame is not the answer, or None."""
    if not frame:
        return MeterSilent, "the meter did not answer; check its wiring, baud rate, parity and unit"
    if len(frame) < EXCEPTION_SIZE or crc16(frame) != 0:
        sizes = (len(frame), response_size(function, count))
        return MeterSilent, "a damaged answer, %d of %d bytes; check the line's ends and parity" % sizes
    if frame[0] != unit:
        return MeteringError, "unit %d answered; give each meter on the line its own unit" % frame[0]
    if frame[1] == function | 0x80 and len(frame) == EXCEPTION_SIZE:
        return MeterRefused, "the meter refused with exception %d, %s" % (frame[2], _exception_name(frame[2]))
    if frame[1] != function:
        return MeteringError, "function %d was answered; keep other masters off the line" % frame[1]
    if frame[2] != 2 * count or len(frame) != response_size(function, count):
        sizes = (frame[2], len(frame))
        return MeteringError, "%d bytes came in a frame of %d; keep other masters off the line" % sizes
    return None


def _exception_name(code: int) -> str:
    for known, name in EXCEPTIONS:
        if known == code:
            return name
    return "which the standard does not name"
