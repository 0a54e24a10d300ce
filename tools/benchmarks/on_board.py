"""Measures signing and verifying on the MicroPython that runs it; a line a round, the times of both sides.

It does not know bounds; it is started as `-m tools.benchmarks.on_board ROUNDS NAME`.
"""

import hashlib
import sys

from firmware.crypto import curve, p256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Comparison = tuple[Callable[[], object], Callable[[], object]]

    def ticks_us() -> int: ...
    def ticks_diff(later_us: int, earlier_us: int) -> int: ...

elif sys.implementation.name == "micropython":
    from time import ticks_diff, ticks_us

TIMES = 15
PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
DIGEST = hashlib.sha256(b"sample").digest()


def took_us(act: "Callable[[], object]") -> int:
    """Return the microseconds that something takes."""
    began_us = ticks_us()
    act()
    return ticks_diff(ticks_us(), began_us)


def multiplications(count: int) -> "Callable[[], int]":
    """Return a function that multiplies so often modulo P."""

    def run() -> int:
        product, factor, modulus = curve.GX, curve.GY, curve.P
        for _ in range(count):
            product = product * factor % modulus
        return product

    return run


def compare(subject: "Callable[[], object]", yardstick: "Callable[[], object]", rounds: int) -> None:
    """Print the times of both in microseconds, round by round; the first round only warms up."""
    for turn in range(rounds + 1):
        pairs = [(took_us(subject), took_us(yardstick)) for _ in range(TIMES)]
        if turn:
            # The shortest of each: a shared machine stops a process for milliseconds at a time.
            print(min([ours for ours, _ in pairs]), min([theirs for _, theirs in pairs]))


def sign() -> "Comparison":
    """Compare a signature with 1,000 multiplications."""
    return lambda: p256.sign(PRIVATE, DIGEST), multiplications(1000)


def verify() -> "Comparison":
    """Compare a verification with 4,000 multiplications, which take about as long; a stall then hits both."""
    public, signature = p256.public_key(PRIVATE), p256.sign(PRIVATE, DIGEST)
    return lambda: p256.verify(public, DIGEST, signature), multiplications(4000)


BENCHMARKS = {"sign": sign, "sign-verify": verify}

if __name__ == "__main__":
    subject, yardstick = BENCHMARKS[sys.argv[2]]()
    compare(subject, yardstick, int(sys.argv[1]))
