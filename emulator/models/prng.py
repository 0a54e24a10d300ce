"""Numbers that one seed decides, the same on every interpreter.

It does not know what they decide, and it is no source of secrets.
"""

import hashlib


class Prng:
    """A stream of numbers: Marsaglia's xorshift128 ("Xorshift RNGs", section 4), seeded through SHA-256."""

    __slots__ = ("words",)

    def __init__(self, seed: int, stream: str = ""):
        """Begin the stream of that name: two names under one seed have nothing to do with each other."""
        digest = hashlib.sha256(("%d/%s" % (seed, stream)).encode()).digest()
        self.words = [int.from_bytes(digest[i : i + 4], "big") for i in (0, 4, 8, 12)]

    def next_u32(self) -> int:
        """Return the next number of 32 bits."""
        x, y, z, w = self.words
        x = (x ^ x << 11) & 0xFFFFFFFF
        last = w ^ w >> 19 ^ x ^ x >> 8
        self.words = [y, z, w, last]
        return last

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1 (at most 2**32), each equally likely."""
        if not 1 <= limit <= 1 << 32:
            raise ValueError("no number below %d: give a limit from 1 to 2**32" % limit)
        # The top numbers that would make the first remainders likelier are drawn again.
        fair = (1 << 32) - (1 << 32) % limit
        while True:
            drawn = self.next_u32()
            if drawn < fair:
                return drawn % limit

    def between(self, lowest: int, highest: int) -> int:
        """Return a number from `lowest` to `highest`, both included."""
        return lowest + self.below(highest - lowest + 1)

    def chance(self, hits: int, of: int) -> bool:
        """Return True `hits` times in `of`, on average."""
        return self.below(of) < hits

    def choice(self, things):
        """Return one of the things."""
        return things[self.below(len(things))]

    def random_bytes(self, count: int) -> bytes:
        """Return so many bytes."""
        return bytes([self.next_u32() >> 24 for _ in range(count)])
