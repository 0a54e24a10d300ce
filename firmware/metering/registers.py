"""What the bytes of registers say, as exact integers.

It does not know which register means what. Floats are taken apart by hand: a terminal's own may be too short.
"""


def float32(registers: bytes, offset: int, scale: int) -> "int | None":
    """Return a big-endian binary32 times `scale`, rounded half away from zero; None for no number."""
    exponent, mantissa = _float32_parts(registers, offset)
    if exponent is None:
        return None
    scaled = _shifted(mantissa * scale, exponent, True)
    return -scaled if registers[offset] & 0x80 else scaled


def float32_step(registers: bytes, offset: int, scale: int) -> int:
    """Return by how much the scaled number grows at its next representable value, rounded up, at least 1."""
    exponent, _ = _float32_parts(registers, offset)
    return 1 if exponent is None else max(1, _shifted(scale, exponent, False))


def unsigned32(registers: bytes, offset: int, scale: int) -> int:
    """Return two registers, high word first, as an unsigned integer times `scale`."""
    return int.from_bytes(registers[offset : offset + 4], "big") * scale


def unsigned32_step(registers: bytes, offset: int, scale: int) -> int:
    """Return by how much the scaled integer grows at the next."""
    return scale


def _float32_parts(registers: bytes, offset: int) -> tuple:
    """Return exponent and mantissa of the magnitude, mantissa * 2**exponent; (None, 0) for no number."""
    biased = (registers[offset] & 0x7F) << 1 | registers[offset + 1] >> 7
    fraction = (registers[offset + 1] & 0x7F) << 16 | registers[offset + 2] << 8 | registers[offset + 3]
    if biased == 255:
        return None, 0
    # Subnormal numbers have no implied leading bit and the step of the smallest normal ones (IEEE 754, 3.4).
    return (biased - 150, fraction | 0x800000) if biased else (-149, fraction)


def _shifted(number: int, exponent: int, half_up: bool) -> int:
    """Return number * 2**exponent, rounded half up or else up."""
    if exponent >= 0:
        return number << exponent
    divisor = 1 << -exponent
    return (number + (divisor >> 1 if half_up else divisor - 1)) >> -exponent
