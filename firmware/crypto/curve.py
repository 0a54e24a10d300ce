"""Arithmetic on the curve P-256 (FIPS 186-4, D.1.2.3) in plain integers, in slices for an event loop.

It does not know keys and signatures. Python's integers take a time that depends on their values: where an
attacker can measure it to the microsecond, the board needs a secure element.
"""

from firmware.crypto import comb

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

# The comb: a scalar of 258 bits in 6 rows (teeth) of 43 columns; the second table serves columns 22 to 42.
TEETH = 6
COLUMNS = 43
HALF = 22
# By so many bits a number gets shorter between two yields of Euclid's, in some 25 divisions.
EUCLID_BITS = 42

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeVar

    Result = TypeVar("Result")
    Point = tuple[int, int, int]  # Jacobian: x = X / Z**2, y = Y / Z**3; Z is 0 at infinity
    Affine = tuple[int, int]


def inverse_steps(number: int, modulus: int) -> "Generator[None, None, int]":
    """Return the inverse modulo a prime. Euclid's time depends on the number: blind a secret one."""
    low, high = number % modulus, modulus
    factor, previous = 1, 0
    while low:
        yield
        enough = low >> EUCLID_BITS
        while low > enough:
            quotient, rest = divmod(high, low)
            low, high = rest, low
            factor, previous = previous - quotient * factor, factor
    return previous % modulus


def is_public(public: bytes) -> bool:
    """Return whether 64 bytes are X and Y of a point on the curve."""
    if len(public) != 64:
        return False
    x = int.from_bytes(public[:32], "big")
    y = int.from_bytes(public[32:], "big")
    return x < P and y < P and (y * y - (x * x - 3) * x - B) % P == 0


def double(point: "Point") -> "Point":
    """Return 2 P (dbl-2001-b of the Explicit-Formulas Database, a = -3; beta is four times theirs)."""
    x, y, z = point
    delta = z * z % P
    gamma = y * y % P
    beta = 4 * x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x = (alpha * alpha - beta - beta) % P
    return x, (alpha * (beta - x) - 8 * gamma * gamma) % P, 2 * y * z % P


def add(point: "Point", other_x: int, other_y: int) -> "Point":
    """Return P + Q for an affine Q that is not infinity (madd of the Explicit-Formulas Database)."""
    x, y, z = point
    if not z:
        return other_x, other_y, 1
    square = z * z % P
    difference = (other_x * square - x) % P
    slope = (square * z % P * other_y - y) % P
    if not difference:
        return (0, 1, 0) if slope else double(point)
    squared = difference * difference % P
    cubed = difference * squared % P
    middle = x * squared % P
    x = (slope * slope - cubed - middle - middle) % P
    return x, (slope * (middle - x) - y * cubed) % P, z * difference % P


def affine_steps(points: "list[Point]", blind: int = 1) -> "Generator[None, None, list[Affine]]":
    """Return x and y of points that are not infinity, with one inverse for all (Montgomery's trick).

    A factor that nobody knows blinds the inverse, where the points follow from a secret.
    """
    product = blind
    products = []
    for point in points:
        products.append(product)
        product = product * point[2] % P
    rest = yield from inverse_steps(product, P)
    result = []
    for index in range(len(points) - 1, -1, -1):
        x, y, z = points[index]
        factor = rest * products[index] % P
        rest = rest * z % P
        square = factor * factor % P
        result.append((x * square % P, y * square % P * factor % P))
    result.reverse()
    return result


def base_steps(scalar: int) -> "Generator[None, None, Point]":
    """Return scalar·G for 0 < scalar < N; a generator that yields between slices."""
    bits = _comb_bits(scalar)
    point = 0, 1, 0
    for column in range(HALF - 1, -1, -1):
        point = double(point) if point[2] else point
        point = _add_columns(point, bits, column, scalar & 1 == 0)
        yield
    return point


def _comb_bits(scalar: int) -> bytes:
    """Return the signs of the comb's digits as text, 1 for plus and 0 for minus, of weight 2**257 first.

    An odd scalar has a form whose digits are all +1 or -1, so that every column costs one addition; for an
    even one these are the digits of N - scalar, and the caller subtracts.
    """
    odd = scalar if scalar & 1 else N - scalar
    return bin((odd + (1 << TEETH * COLUMNS) - 1) >> 1).encode()[2:]


def _add_columns(point: "Point", bits: bytes, column: int, subtract: bool) -> "Point":
    """Add what the comb holds for a column, and for the column of the second table that goes with it."""
    for table in (comb.FIRST, comb.SECOND):
        if column < COLUMNS:
            entry = 0
            for index in range(column, TEETH * COLUMNS, COLUMNS):
                entry = entry << 1 | bits[-1 - index] & 1
            point = _add_entry(point, table, entry, subtract)
        column += HALF
    return point


def _add_entry(point: "Point", table: bytes, entry: int, subtract: bool) -> "Point":
    """Add the sum for a choice of signs; the table holds those with plus for the highest tooth, bit 0."""
    if not entry & 1:
        entry ^= (1 << TEETH) - 1
        subtract = not subtract
    offset = (entry >> 1) * 64
    y = int.from_bytes(table[offset + 32 : offset + 64], "big")
    return add(point, int.from_bytes(table[offset : offset + 32], "big"), P - y if subtract else y)


def finish(steps: "Generator[None, None, Result]") -> "Result":
    """Run a generator of slices to its end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: "Result" = done.value
            return result


def combine_steps(base_scalar: int, scalar: int, x: int, y: int) -> "Generator[None, None, Point]":
    """Return base_scalar·G + scalar·Q for public scalars below N and an affine Q, with shared doublings.

    Q's scalar is in width-4 non-adjacent form; G's columns of the comb join in the last doublings.
    """
    bits = _comb_bits(base_scalar) if base_scalar else b""
    multiples = yield from multiples_steps(x, y)
    digits = non_adjacent(scalar)
    point = 0, 1, 0
    for position in range(len(digits) - 1, -1, -1):
        point = double(point) if point[2] else point
        digit = digits[position]
        if digit:
            x, y = multiples[(digit if digit < 8 else 16 - digit) >> 1]
            point = add(point, x, y if digit < 8 else P - y)
        if bits and position < HALF:
            point = _add_columns(point, bits, position, base_scalar & 1 == 0)
        yield
    return point


def multiples_steps(x: int, y: int) -> "Generator[None, None, list[Affine]]":
    """Return Q, 3·Q, 5·Q and 7·Q of an affine Q."""
    odd: "list[Point]" = [(x, y, 1)]
    ((x, y),) = yield from affine_steps([double(odd[0])])
    for _ in range(3):
        odd.append(add(odd[-1], x, y))
    multiples = yield from affine_steps(odd)
    yield
    return multiples


def non_adjacent(scalar: int) -> bytearray:
    """Return digits 0 or -7, -5 … 7 modulo 16, the lowest first; of four neighbours at most one is not 0."""
    digits = bytearray(257)
    position = 0
    while scalar:
        zeros = 1
        if scalar & 1:
            digit = scalar & 15
            digits[position] = digit
            scalar -= digit if digit < 8 else digit - 16
            zeros = 4
        scalar >>= zeros
        position += zeros
    return digits
