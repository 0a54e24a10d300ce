"""Modbus RTU as the master speaks it: bytes of a request out, the registers of its answer in.

It does not know wires, time-outs, or what a register means. (Modbus over Serial Line V1.02; Application
Protocol V1.1b3.)
"""

from ..errors import MeteringError, MeterRefused, MeterSilent

READ_HOLDING = 3
READ_INPUT = 4
WRITE = 16
MOST_WRITTEN = 123

REQUEST_SIZE = 8
REFUSED_BIT = 0x80

# Behind unit, function and count of bytes; a CRC of two bytes follows them.
REGISTERS_AT, AROUND = 3, 5

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

# What a byte does to the CRC: low and high bytes of the usual table of 256 numbers. As bytes they stay in
# ROM, and a test makes them again from the polynomial.
_LOW = (
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x00\xc1\x81\x40\x01\xc0\x80\x41"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x00\xc1\x81\x40\x01\xc0\x80\x41"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x00\xc1\x81\x40\x01\xc0\x80\x41"
    b"\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40\x00\xc1\x81\x40\x01\xc0\x80\x41"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x01\xc0\x80\x41\x00\xc1\x81\x40"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40\x00\xc1\x81\x40\x01\xc0\x80\x41"
    b"\x00\xc1\x81\x40\x01\xc0\x80\x41\x01\xc0\x80\x41\x00\xc1\x81\x40"
)
_HIGH = (
    b"\x00\xc0\xc1\x01\xc3\x03\x02\xc2\xc6\x06\x07\xc7\x05\xc5\xc4\x04\xcc\x0c\x0d\xcd\x0f\xcf\xce\x0e"
    b"\x0a\xca\xcb\x0b\xc9\x09\x08\xc8\xd8\x18\x19\xd9\x1b\xdb\xda\x1a\x1e\xde\xdf\x1f\xdd\x1d\x1c\xdc"
    b"\x14\xd4\xd5\x15\xd7\x17\x16\xd6\xd2\x12\x13\xd3\x11\xd1\xd0\x10\xf0\x30\x31\xf1\x33\xf3\xf2\x32"
    b"\x36\xf6\xf7\x37\xf5\x35\x34\xf4\x3c\xfc\xfd\x3d\xff\x3f\x3e\xfe\xfa\x3a\x3b\xfb\x39\xf9\xf8\x38"
    b"\x28\xe8\xe9\x29\xeb\x2b\x2a\xea\xee\x2e\x2f\xef\x2d\xed\xec\x2c\xe4\x24\x25\xe5\x27\xe7\xe6\x26"
    b"\x22\xe2\xe3\x23\xe1\x21\x20\xe0\xa0\x60\x61\xa1\x63\xa3\xa2\x62\x66\xa6\xa7\x67\xa5\x65\x64\xa4"
    b"\x6c\xac\xad\x6d\xaf\x6f\x6e\xae\xaa\x6a\x6b\xab\x69\xa9\xa8\x68\x78\xb8\xb9\x79\xbb\x7b\x7a\xba"
    b"\xbe\x7e\x7f\xbf\x7d\xbd\xbc\x7c\xb4\x74\x75\xb5\x77\xb7\xb6\x76\x72\xb2\xb3\x73\xb1\x71\x70\xb0"
    b"\x50\x90\x91\x51\x93\x53\x52\x92\x96\x56\x57\x97\x55\x95\x94\x54\x9c\x5c\x5d\x9d\x5f\x9f\x9e\x5e"
    b"\x5a\x9a\x9b\x5b\x99\x59\x58\x98\x88\x48\x49\x89\x4b\x8b\x8a\x4a\x4e\x8e\x8f\x4f\x8d\x4d\x4c\x8c"
    b"\x44\x84\x85\x45\x87\x47\x46\x86\x82\x42\x43\x83\x41\x81\x80\x40"
)


def crc16(frame: "bytes | bytearray", end: "int | None" = None) -> int:
    """Return the CRC of a frame, or of its bytes before `end`; of a frame with its CRC it is 0.

    It is sent low byte first.
    """
    low = high = 0xFF
    # Local names: MicroPython looks global ones up each time.
    lows, highs = _LOW, _HIGH
    for i in range(len(frame) if end is None else end):
        octet = frame[i] ^ low
        low = high ^ lows[octet]
        high = highs[octet]
    return high << 8 | low


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


def write_request(unit: int, address: int, words: "list[int]") -> bytes:
    """Return the RTU frame that writes registers: function 16, whose answer no echo can be taken for."""
    count = len(words)
    if not (1 <= unit <= 247 and 1 <= count <= MOST_WRITTEN and 0 <= address <= 0x10000 - count):
        raise MeteringError("no write of %d registers from %d to unit %d" % (count, address, unit))
    frame = bytearray((unit, WRITE, address >> 8, address & 0xFF, 0, count, 2 * count))
    for word in words:
        frame += bytes((word >> 8 & 0xFF, word & 0xFF))
    return with_crc(bytes(frame))


def response_size(function: int, count: int) -> int:
    """Return the bytes of a whole answer to a read or write of `count` registers; a refusal has 5."""
    return REQUEST_SIZE if function == WRITE else AROUND + 2 * count


def start_of_answer(request: bytes, content: "bytes | bytearray", size: int) -> int:
    """Return where in what a line brought the answer to a request begins, or may begin.

    Before it may lie the request itself, as half-duplex adapters hear it, noise, and late answers to earlier
    questions. An answer that follows another master's request is not ours. Where nothing looks like the
    answer, all of it is left for `parse_response` to name.
    """
    begin = len(request) if is_echo(request, content, size) else 0
    if (
        len(content) == begin + size
        and may_begin(request, content, begin, size)
        and content[begin + 1] < REFUSED_BIT
    ):
        # The answer and nothing else, as nearly always; where it is damaged, nothing more is to come.
        return begin
    awaited = -1
    for i in range(begin, len(content)):
        if not may_begin(request, content, i, size):
            continue
        end = i + (EXCEPTION_SIZE if len(content) > i + 1 and content[i + 1] & REFUSED_BIT else size)
        if end > len(content):
            awaited = i if awaited < 0 else awaited
        elif crc16(content[i:end]) == 0:
            if i - begin < REQUEST_SIZE or crc16(content[i - REQUEST_SIZE : i]) != 0:
                return i
        elif i == begin:
            # A whole answer that was damaged: nothing more is to come.
            return begin
    return begin if awaited < 0 else awaited


def is_echo(request: bytes, content: "bytes | bytearray", size: int) -> bool:
    """Return whether what came is our own request, as half-duplex adapters hear it, or begins with it.

    It may look like an answer of that size: where the address begins with the answer's count of bytes,
    and always where registers are written, for their answer begins as the request does.
    """
    count = min(len(request), len(content))
    if count < min(len(request), size):
        return False
    for i in range(count):
        if content[i] != request[i]:
            return False
    return count == len(request) or crc16(content[:size]) != 0


def is_refusal(content: "bytes | bytearray", start: int) -> bool:
    """Return whether a sound exception answer lies there, which is shorter than what was asked for."""
    if len(content) < start + EXCEPTION_SIZE or not content[start + 1] & REFUSED_BIT:
        return False
    return crc16(content[start : start + EXCEPTION_SIZE]) == 0


def may_go_on(request: bytes, content: "bytes | bytearray", end: int) -> bool:
    """Return whether the bytes up to `end` look like an answer of which the rest of `content` is to come:
    nothing else lies before it, and it is no refusal.
    """
    return end < len(content) and content[0] == request[0] and not (end > 1 and content[1] & REFUSED_BIT)


def may_begin(request: bytes, content: "bytes | bytearray", i: int, size: int) -> bool:
    """Return whether the bytes there, as far as they have come in, look like the head of the answer."""
    if content[i] != request[0]:
        return False
    if len(content) == i + 1:
        return True
    if content[i + 1] != request[1]:
        return content[i + 1] == request[1] | REFUSED_BIT
    if len(content) == i + 2:
        return True
    return content[i + 2] == (request[2] if request[1] == WRITE else size - EXCEPTION_SIZE)


def parse_response(
    unit: int, function: int, count: int, frame: "bytes | bytearray", address: "int | None" = None
) -> memoryview:
    """Return a view of the `2 * count` bytes of the registers in an answer; raises as `check_response`."""
    check_response(unit, function, count, frame, address)
    return memoryview(frame)[REGISTERS_AT:-2]


def check_response(
    unit: int, function: int, count: int, frame: "bytes | bytearray", address: "int | None" = None
) -> None:
    """Check that a frame is the whole answer; its registers begin at REGISTERS_AT. `address` serves messages.

    Raises MeterSilent for no answer or a damaged one, MeterRefused for an exception answer, and MeteringError
    for a sound answer to another question, as two meters or two masters on one line cause it.
    """
    problem = _problem(unit, function, frame)
    if problem is None and (frame[2] != 2 * count or len(frame) != response_size(function, count)):
        sizes = (frame[2], len(frame))
        problem = MeteringError, "%d bytes came in a frame of %d; keep other masters off the line" % sizes
    if problem:
        raise _named(problem, unit, function, count, address, frame)


def parse_written(request: bytes, frame: "bytes | bytearray") -> None:
    """Check the answer to a `write_request`; raises as `parse_response` does."""
    problem = _problem(request[0], WRITE, frame)
    if problem is None and (len(frame) != REQUEST_SIZE or frame[2:6] != request[2:6]):
        problem = MeteringError, "another write was answered; keep other masters off the line"
    if problem:
        raise _named(problem, request[0], WRITE, request[5], request[2] << 8 | request[3], frame)


def _named(
    problem: tuple, unit: int, function: int, count: int, address: "int | None", frame: "bytes | bytearray"
) -> MeteringError:
    """Return the exception of a problem, with what was asked."""
    kind, what = problem
    if kind is MeterSilent and frame:
        what = what % (len(frame), response_size(function, count))
    start = "" if address is None else " from 0x%04X" % address
    error: MeteringError = kind(
        "%s (asked of unit %d: function %d, %d registers%s)" % (what, unit, function, count, start)
    )
    return error


def _problem(unit: int, function: int, frame: "bytes | bytearray") -> "tuple | None":
    """Return the exception and the reason for which a frame is not the answer of that unit, or None."""
    if not frame:
        return MeterSilent, "the meter did not answer; check its wiring, baud rate, parity and unit"
    if len(frame) < EXCEPTION_SIZE or crc16(frame) != 0:
        return MeterSilent, "a damaged answer, %d of %d bytes; check the line's ends and parity"
    if frame[0] != unit:
        return MeteringError, "unit %d answered; give each meter on the line its own unit" % frame[0]
    if frame[1] == function | REFUSED_BIT and len(frame) == EXCEPTION_SIZE:
        return MeterRefused, "the meter refused with exception %d, %s" % (frame[2], _exception_name(frame[2]))
    if frame[1] != function:
        return MeteringError, "function %d was answered; keep other masters off the line" % frame[1]
    return None


def _exception_name(code: int) -> str:
    for known, name in EXCEPTIONS:
        if known == code:
            return name
    return "which the standard does not name"
