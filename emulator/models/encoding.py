"""Numbers as the registers of meters hold them, from exact ratios.

It does not know meters. What it writes the firmware's own code has to read, which is not used here.
"""

# letter: (bytes, whether it has a sign, whether the low word comes first, "not available")
INTEGERS = {
    "u": (2, False, False, "ffff"),
    "U": (4, False, False, "ffffffff"),
    "Q": (8, False, False, "ffffffffffffffff"),
    "I": (4, True, False, "7fffffff"),
    "q": (8, True, False, "8000000000000000"),
    "L": (4, True, True, "7fffffff"),
    "l": (8, True, True, "7fffffffffffffff"),
}
NOT_A_NUMBER = "7fc00000"
# Iskra's: units with one or two decimals, energies in tens of Wh.
EXPONENTS = {(10, 1): -1, (1, 10): -2, (1, 100): -1}


def encode(kind: str, number: int, numerator: int, denominator: int) -> bytes:
    """Return number * numerator / denominator as a register holds it; what it cannot hold is cut off."""
    if kind == "f":
        return float32(number * numerator, denominator)
    if kind in ("5", "6"):
        exponent = EXPONENTS[(numerator, denominator)]
        return bytes((exponent & 0xFF,)) + _bytes(number * numerator // denominator, 3, False)
    if kind == "e":
        return b"\0\1\0\0\0\0\0\0" + _bytes(number * numerator // denominator, 4, False)
    size, _signed, low_first, _absent = INTEGERS[kind]
    return _bytes(number * numerator // denominator, size, low_first)


def not_available(kind: str) -> bytes:
    """Return what a register holds that has nothing to say, where there is such a thing."""
    if kind == "f":
        return bytes.fromhex(NOT_A_NUMBER)
    if kind == "e":
        return b"\0\1\0\0\0\0\0\0\x80\0\0\0"
    absent = bytes.fromhex(INTEGERS[kind][3])
    return swapped(absent) if INTEGERS[kind][2] else absent


def text(content: str, count: int) -> bytes:
    """Return so many registers of ASCII, filled up with NUL."""
    return (content.encode() + bytes(2 * count))[: 2 * count]


def swapped(content: bytes) -> bytes:
    """Return registers in the opposite order, each with its bytes as they are."""
    turned = b""
    for i in range(len(content) - 2, -2, -2):
        turned += content[i : i + 2]
    return turned


def _bytes(number: int, size: int, low_first: bool) -> bytes:
    content = (number & ((1 << 8 * size) - 1)).to_bytes(size, "big")
    return swapped(content) if low_first else content


def float32(numerator: int, denominator: int) -> bytes:
    """Return the binary32 nearest to a ratio, ties to even, big endian; for normal numbers and zero."""
    if numerator == 0:
        return bytes(4)
    magnitude = abs(numerator)
    shift = 24 - (len(bin(magnitude)) - len(bin(denominator)))
    mantissa = _rounded(magnitude, denominator, shift)
    while mantissa >= 1 << 24:
        # The guess was one too high, or rounding carried: with one bit less it is computed anew.
        shift -= 1
        mantissa = _rounded(magnitude, denominator, shift)
    bits = (150 - shift) << 23 | (mantissa & 0x7FFFFF) | (0x80000000 if numerator < 0 else 0)
    return bits.to_bytes(4, "big")


def _rounded(numerator: int, denominator: int, shift: int) -> int:
    """Return numerator * 2**shift / denominator, rounded half to even."""
    if shift >= 0:
        numerator <<= shift
    else:
        denominator <<= -shift
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1):
        quotient += 1
    return quotient
