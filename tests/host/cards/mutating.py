"""Bends what cards say: bits, bytes, lengths, pieces of one answer in another, from a seed.

It knows no parser.
"""

import random

# Values at which lengths and counts tip over.
EDGES = (0, 1, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x1F, 0x9F, 0xFE, 0xFF)


def bent(octets: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return octets with up to four changes."""
    told = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(told) + 1)
        kind = chance.randrange(6)
        if kind == 0 and told:
            told[at % len(told)] ^= 1 << chance.randrange(8)
        elif kind == 1 and told:
            told[at % len(told)] = chance.choice(EDGES)
        elif kind == 2:
            del told[at : at + chance.randint(1, 4)]
        elif kind == 3:
            told[at:at] = bytes(chance.choice(EDGES) for _ in range(chance.randint(1, 4)))
        elif kind == 4:
            other = chance.choice(others)
            begin = chance.randrange(len(other) + 1)
            told[at:at] = other[begin : begin + chance.randint(1, 40)]
        else:
            del told[at:]
    return bytes(told)
