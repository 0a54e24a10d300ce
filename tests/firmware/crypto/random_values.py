"""Makes random JSON values from a seed, the same ones on every interpreter.

It does not know how they are written.
"""

from firmware.crypto.jsontext import Number

MAX_INTEGER = 2**53 - 1
# The first code point of each stretch that a text draws from, and how many follow: controls and ASCII twice,
# Latin, Greek, the euro's block, what sorts differently in UTF-16 (above the surrogates), and beyond 16 bits.
STRETCHES = (
    (0x00, 0x80),
    (0x20, 0x5F),
    (0x80, 0x180),
    (0x370, 0x90),
    (0x20A0, 0x20),
    (0xE000, 0x2000),
    (0x10000, 0x10000),
    (0x10FF00, 0x100),
)
MAX_DEPTH = 4
COUNT = 10000


class RandomValues:
    """A stream of values; Marsaglia's xorshift of 32 bits draws them."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        """Draw a number of 0 … limit - 1."""
        state = self.state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        self.state = state
        return state % limit

    def value(self, depth=0):
        """Draw a value of any kind, mostly small."""
        kind = self.below(9 if depth < MAX_DEPTH else 7)
        if kind < 2:
            return (None, True, False)[self.below(3)]
        if kind == 2:
            return self.below(1000) - 500
        if kind == 3:
            return self.integer(MAX_INTEGER)
        if kind == 4:
            return self.decimal()
        if kind < 7:
            return self.text()
        if kind == 7:
            return [self.value(depth + 1) for _ in range(self.below(5))]
        members = {}
        for _ in range(self.below(5)):
            members[self.text()] = self.value(depth + 1)
        return members

    def integer(self, largest):
        """Draw a number between -largest and largest."""
        number = (self.below(1 << 30) << 30 | self.below(1 << 30)) % (largest + 1)
        return -number if self.below(2) else number

    def decimal(self):
        """Draw a decimal of at most 15 digits and 6 places; a whole one comes as the int that it is."""
        number = Number(self.integer(10 ** (1 + self.below(15)) - 1), -self.below(7))
        return number if number.exponent else number.digits

    def text(self):
        """Draw a text of up to 7 characters."""
        characters = []
        for _ in range(self.below(8)):
            start, count = STRETCHES[self.below(len(STRETCHES))]
            characters.append(chr(start + self.below(count)))
        return "".join(characters)
