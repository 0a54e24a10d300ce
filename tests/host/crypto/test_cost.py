"""Counts what a signature costs: products of long numbers, and how many of them lie between two yields.

The bounds are the project's own: an ESP32 makes a signature in a tenth of a second, and nothing waits for it
longer than 60 multiplications.
"""

import hashlib
from collections.abc import Callable, Generator

import pytest

from firmware.crypto import comb, curve, ecdh, p256

MAX_PRODUCTS = 700
MAX_SLICE = 60
# A factor below this is a constant of a formula (2, 3, 8) or one of Euclid's quotients.
LONG = 1 << 64
PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
DIGEST = hashlib.sha256(b"sample").digest()


class Tally:
    """What was done since it was made."""

    def __init__(self) -> None:
        self.products = 0
        self.divisions = 0


class Long(int):
    """A number that counts the products it takes part in; every result is another one."""

    tally = Tally()

    def __mul__(self, other: int) -> "Long":
        if abs(self) >= LONG and abs(other) >= LONG:
            Long.tally.products += 1
        return Long(int(self) * int(other))

    def __divmod__(self, other: int) -> "tuple[Long, Long]":
        Long.tally.divisions += 1
        quotient, rest = divmod(int(self), int(other))
        return Long(quotient), Long(rest)

    def __rdivmod__(self, other: int) -> "tuple[Long, Long]":
        return Long(other).__divmod__(self)

    def __add__(self, other: int) -> "Long":
        return Long(int(self) + int(other))

    def __sub__(self, other: int) -> "Long":
        return Long(int(self) - int(other))

    def __rsub__(self, other: int) -> "Long":
        return Long(int(other) - int(self))

    def __mod__(self, other: int) -> "Long":
        return Long(int(self) % int(other))

    def __rmod__(self, other: int) -> "Long":
        return Long(int(other) % int(self))

    __rmul__, __radd__ = __mul__, __add__


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Generator], tuple[object, Tally, int]]:
    """Run a generator of slices; return its result, what it did, and the most products of one slice."""
    # What is reduced modulo one of these counts from then on.
    monkeypatch.setattr(curve, "P", Long(curve.P))
    monkeypatch.setattr(curve, "N", Long(curve.N))

    def run(steps: Generator) -> tuple[object, Tally, int]:
        total, largest = Tally(), 0
        while True:
            Long.tally = Tally()
            try:
                next(steps)
                result = None
            except StopIteration as done:
                result = done.value
            total.products += Long.tally.products
            total.divisions += Long.tally.divisions
            # A division of Euclid's shortens numbers by a digit or two; a product costs more than one.
            largest = max(largest, Long.tally.products + Long.tally.divisions)
            if result is not None:
                return result, total, largest

    return run


def test_a_product_of_two_long_numbers_is_counted_once() -> None:
    Long.tally = Tally()
    large = Long(curve.P)
    assert large * (curve.P - 1) % curve.P == 0 == (curve.P - 1) * large % curve.P
    assert large * 8 + 3 * large == 11 * curve.P
    assert divmod(large, curve.N) == divmod(curve.P, curve.N) == divmod(curve.P, Long(curve.N))
    assert (Long.tally.products, Long.tally.divisions) == (2, 2)


def test_a_signature_costs_at_most_700_products_and_gives_way_every_60(counted: Callable) -> None:
    expected = p256.sign(PRIVATE, DIGEST)
    signature, total, largest = counted(p256.sign_steps(PRIVATE, DIGEST))
    assert signature == expected
    # The comb alone: 22 doublings less one, of 8, and 43 additions less the first, of 11.
    assert 21 * 8 + 42 * 11 <= total.products <= MAX_PRODUCTS
    assert 200 < total.divisions < 400
    assert largest <= MAX_SLICE


def test_every_scalar_costs_the_same_products(counted: Callable) -> None:
    costs = set()
    for number in range(8):
        digest = hashlib.sha256(b"%d" % number).digest()
        costs.add(counted(p256.sign_steps(PRIVATE, digest))[1].products)
    # The first doubling of Z 1, and a factor that happens to be short, may make one less.
    assert max(costs) - min(costs) <= 2


def test_whatever_else_takes_long_gives_way_every_60_products(counted: Callable) -> None:
    public, signature = p256.public_key(PRIVATE), p256.sign(PRIVATE, DIGEST)
    verified, total, largest = counted(p256.verify_steps(public, DIGEST, signature))
    assert verified is True and largest <= MAX_SLICE
    assert total.products > 2500
    assert counted(p256.public_key_steps(PRIVATE))[2] <= MAX_SLICE
    assert counted(ecdh.shared_steps(PRIVATE, public))[2] <= MAX_SLICE


def test_the_table_has_at_most_8_kilobytes() -> None:
    assert len(comb.FIRST) + len(comb.SECOND) == 4096 <= 8192
