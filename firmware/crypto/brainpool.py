"""Verifies ECDSA signatures on brainpoolP256r1 (RFC 5639, 3.4; FIPS 186-5, 6.4.2), in slices.

It does not know certificates, and no secret: nothing here is hardened against the measuring of time. The
prime has no form that reduces fast and a is not -3, so it shares with P-256 only what needs neither.
"""

from firmware.crypto import curve

P = 0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377
N = 0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7
A = 0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9
B = 0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6
GX = 0x8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262
GY = 0x547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997

INFINITY = 0, 1, 0

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from firmware.crypto.curve import Point


def is_public(public: bytes) -> bool:
    """Return whether 64 bytes are X and Y of a point on the curve."""
    if len(public) != 64:
        return False
    x = int.from_bytes(public[:32], "big")
    y = int.from_bytes(public[32:], "big")
    return x < P and y < P and (y * y - (x * x + A) * x - B) % P == 0


def verify(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether r and s (64 bytes) sign a SHA-256 digest; a key off the curve signs nothing."""
    return curve.finish(verify_steps(public, digest, signature))


def verify_steps(public: bytes, digest: bytes, signature: bytes) -> "Generator[None, None, bool]":
    """Verify as a generator that yields between slices of at most 60 multiplications."""
    if len(digest) != 32 or len(signature) != 64 or not is_public(public):
        return False
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    if not 0 < r < N or not 0 < s < N:
        return False
    unit = yield from curve.inverse_steps(s, N)
    x, _, z = yield from combine_steps(
        int.from_bytes(digest, "big") * unit % N,
        r * unit % N,
        int.from_bytes(public[:32], "big"),
        int.from_bytes(public[32:], "big"),
    )
    square = z * z % P
    # The point's x is below P and r below N: x modulo N is r where x is r, or r + N.
    return z != 0 and (r * square % P == x or (r + N < P and (r + N) * square % P == x))


def combine_steps(base_scalar: int, scalar: int, x: int, y: int) -> "Generator[None, None, Point]":
    """Return base_scalar·G + scalar·Q for public scalars below N and an affine Q, with shared doublings."""
    parts = []
    for number, point in ((base_scalar, (GX, GY, 1)), (scalar, (x, y, 1))):
        parts.append((curve.non_adjacent(number), _odd_multiples(point)))
        yield
    result = INFINITY
    for position in range(256, -1, -1):
        result = double(result)
        for digits, multiples in parts:
            digit = digits[position]
            if digit:
                other_x, other_y, z = multiples[(digit if digit < 8 else 16 - digit) >> 1]
                result = add(result, (other_x, other_y if digit < 8 else P - other_y, z))
        yield
    return result


def double(point: "Point") -> "Point":
    """Return 2 P for any a (Cohen, Miyaji and Ono 1998; dbl-1998-cmo-2 of the Explicit-Formulas Database)."""
    x, y, z = point
    if not z:
        return point
    squared, square = y * y % P, z * z % P
    span = 4 * x * squared % P
    slope = (3 * x * x + A * (square * square % P)) % P
    x = (slope * slope - span - span) % P
    return x, (slope * (span - x) - 8 * squared * squared) % P, 2 * y * z % P


def add(point: "Point", other: "Point") -> "Point":
    """Return P + Q, neither in affine form (add-1998-cmo-2 of the Explicit-Formulas Database)."""
    if not point[2]:
        return other
    if not other[2]:
        return point
    (x, y, z), (other_x, other_y, other_z) = point, other
    square, other_square = z * z % P, other_z * other_z % P
    x, y = x * other_square % P, y * other_square % P * other_z % P
    width = (other_x * square - x) % P
    rise = (other_y * square % P * z - y) % P
    if not width:
        return INFINITY if rise else double(point)
    squared = width * width % P
    cubed, middle = width * squared % P, x * squared % P
    x = (rise * rise - cubed - middle - middle) % P
    return x, (rise * (middle - x) - y * cubed) % P, z * other_z % P * width % P


def _odd_multiples(point: "Point") -> "list[Point]":
    """Return Q, 3·Q, 5·Q and 7·Q."""
    twice = double(point)
    multiples = [point]
    for _ in range(3):
        multiples.append(add(multiples[-1], twice))
    return multiples
