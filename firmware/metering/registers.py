"""What the bytes of registers say, as exact integers.

It does not know which register means what. Floats are taken apart by hand: a terminal's own may be too short.
Where the number fits into 30 bits nothing on the way is longer: a small board makes no garbage of it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What registers lie in: bytes, or a view of a frame.
    Block = bytes | bytearray | memoryview

# Up to this scale both halves of a mantissa, scaled, stay below 2**29.
_SMALL_SCALE = 1 << 17


def float32(registers: "Block", offset: int, scale: int, low_first: bool = False) -> "int | None":
    """Return a binary32 times `scale`, rounded half away from zero; None for no number."""
    low = offset if low_first else offset + 2
    if low_first:
        offset += 2
    biased = (registers[offset] & 0x7F) << 1 | registers[offset + 1] >> 7
    if biased == 255:
        return None
    mantissa = (registers[offset + 1] & 0x7F) << 16 | registers[low] << 8 | registers[low + 1]
    # Subnormal numbers have no implied leading bit and the step of the smallest normal ones (IEEE 754, 3.4).
    if biased:
        mantissa |= 0x800000
    scaled = _scaled(mantissa, scale, 150 - (biased or 1))
    return -scaled if registers[offset] & 0x80 else scaled


def float32_step(registers: "Block", offset: int, scale: int, low_first: bool = False) -> int:
    """Return by how much the scaled number grows at its next representable value, rounded up, at least 1."""
    if low_first:
        offset += 2
    biased = (registers[offset] & 0x7F) << 1 | registers[offset + 1] >> 7
    if biased == 255:
        return 1
    shift = 150 - (biased or 1)
    if shift <= 0:
        return max(1, scale << -shift)
    # So small a step is one, however much smaller still.
    return max(1, (scale + (1 << shift) - 1) >> shift) if shift < 29 else 1


def _scaled(mantissa: int, scale: int, shift: int) -> int:
    """Return mantissa * scale / 2**shift, rounded half up."""
    if scale > _SMALL_SCALE or shift <= 0:
        product = mantissa * scale
        return product << -shift if shift <= 0 else (product + (1 << (shift - 1))) >> shift
    # In two halves of twelve bits: high * 4096 + low is the product.
    low = (mantissa & 0xFFF) * scale
    high = (mantissa >> 12) * scale + (low >> 12)
    low &= 0xFFF
    if shift > 12:
        # What the shift drops of the lower half is less than its half, which begins above it.
        return (high + (1 << (shift - 13))) >> (shift - 12) if shift < 43 else 0
    return (high << (12 - shift)) + ((low + (1 << (shift - 1))) >> shift)


def unsigned(registers: "Block", offset: int, count: int, low_first: bool) -> int:
    """Return so many registers as an unsigned integer, high or low word first; bytes are high first."""
    number = 0
    for i in range(count):
        place = offset + 2 * (count - 1 - i if low_first else i)
        number = number << 16 | registers[place] << 8 | registers[place + 1]
    return number


def is_negative(registers: "Block", offset: int, count: int, low_first: bool) -> bool:
    """Return whether a two's complement number has its sign set."""
    return registers[offset + 2 * (count - 1) if low_first else offset] >= 0x80


def ratio(number: int, numerator: int, denominator: int) -> int:
    """Return number * numerator / denominator, rounded half away from zero."""
    if denominator == 1:
        return number if numerator == 1 else number * numerator
    scaled = abs(number) * numerator
    rounded = (2 * scaled + denominator) // (2 * denominator)
    return -rounded if number < 0 else rounded


def text(registers: "Block", offset: int, count: int) -> str:
    """Return the printable ASCII characters of so many registers.

    Some meters fill up with NUL at the end, some before each character.
    """
    found = ""
    for i in range(offset, offset + 2 * count):
        if 0x20 < registers[i] < 0x7F:
            found += chr(registers[i])
    return found
