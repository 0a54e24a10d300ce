"""Exact rational numbers as pairs of integers (numerator, denominator) in lowest terms.

It does not know what the numbers count, and it never rounds unless its name says so.
"""

ZERO = (0, 1)
ONE = (1, 1)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Ratio = tuple[int, int]


def reduced(numerator: int, denominator: int) -> "Ratio":
    """Return the pair in lowest terms with a positive denominator. Raises ZeroDivisionError for one of 0."""
    if denominator == 0:
        raise ZeroDivisionError("a ratio with the denominator 0")
    a, b = abs(numerator), abs(denominator)
    while b:
        a, b = b, a % b
    if denominator < 0:
        a = -a
    return numerator // a, denominator // a


def multiple(left: int, right: int) -> int:
    """Return the least common multiple of two positive integers."""
    return left if left % right == 0 else left * reduced(left, right)[1]


def add(left: "Ratio", right: "Ratio") -> "Ratio":
    """Return left + right."""
    return reduced(left[0] * right[1] + right[0] * left[1], left[1] * right[1])


def sub(left: "Ratio", right: "Ratio") -> "Ratio":
    """Return left - right."""
    return reduced(left[0] * right[1] - right[0] * left[1], left[1] * right[1])


def mul(left: "Ratio", right: "Ratio") -> "Ratio":
    """Return left * right."""
    return reduced(left[0] * right[0], left[1] * right[1])


def compare(left: "Ratio", right: "Ratio") -> int:
    """Return -1, 0 or 1 as left is smaller than, equal to or greater than right."""
    difference = left[0] * right[1] - right[0] * left[1]
    return (difference > 0) - (difference < 0)


def floor(pair: "Ratio") -> int:
    """Return the greatest integer that is not greater."""
    return pair[0] // pair[1]


def round_half_up(pair: "Ratio") -> int:
    """Return the nearest integer; a half goes away from zero."""
    rounded = (2 * abs(pair[0]) + pair[1]) // (2 * pair[1])
    return -rounded if pair[0] < 0 else rounded


def text(pair: "Ratio") -> str:
    """Write the exact number: a plain decimal where one exists (`0.49`), else a fraction (`1201/1800`)."""
    rest, digits = pair[1], 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        digits = max(digits, power)
    if rest != 1:
        return "%d/%d" % pair
    return places(pair[0] * 10**digits // pair[1], digits)


def parse(text: str) -> "Ratio":
    """Return the number that `text` wrote; ValueError for what it would not write."""
    above, bar, below = text.partition("/")
    if bar:
        return reduced(int(above), int(below))
    whole, _point, fraction = text.partition(".")
    return reduced(int(whole + fraction), 10 ** len(fraction))


def places(scaled: int, digits: int) -> str:
    """Write an integer that counts units of 10**-digits as a plain decimal with just so many digits."""
    if digits == 0:
        return str(scaled)
    unit = 10**digits
    # The unit added in front keeps the leading zeros of the fraction.
    return "%s%d.%s" % ("-" if scaled < 0 else "", abs(scaled) // unit, str(abs(scaled) % unit + unit)[1:])
