"""Keeps the decimals of JSON exact: 0.49 stays 0.49, and is no float.

It does not know how they are read or written.
"""


class Number:
    """An exact decimal, `digits * 10**exponent`, in lowest form; whole numbers are read as int instead."""

    __slots__ = ("digits", "exponent")

    def __init__(self, digits: int, exponent: int) -> None:
        """Normalise to the largest exponent not above zero."""
        if exponent > 0:
            digits, exponent = digits * 10**exponent, 0
        while exponent < 0 and digits % 10 == 0:
            digits //= 10
            exponent += 1
        self.digits = digits
        self.exponent = exponent

    def ratio(self) -> "tuple[int, int]":
        """Return it as (numerator, denominator), not reduced."""
        return self.digits, 10**-self.exponent

    def __str__(self) -> str:
        """Return the shortest plain decimal, such as `-0.05`."""
        text = str(abs(self.digits))
        places = -self.exponent
        if places:
            text = "0" * (places + 1 - len(text)) + text
            text = text[:-places] + "." + text[-places:]
        return "-" + text if self.digits < 0 else text

    def __repr__(self) -> str:
        """Return the same, for messages show people what a document gave."""
        return str(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Number):
            return self.digits == other.digits and self.exponent == other.exponent
        return isinstance(other, int) and self.exponent == 0 and self.digits == other

    def __hash__(self) -> int:
        return hash((self.digits, self.exponent)) if self.exponent else hash(self.digits)
