"""Numbers from a seed: the published ones of the algorithm, fairness, and independence of streams."""

from emulator.models.prng import Prng
from tests.portable import raises


def test_numbers_are_those_of_xorshift128():
    # Marsaglia, "Xorshift RNGs", section 4, with the paper's initial words.
    prng = Prng(0)
    prng.words = [123456789, 362436069, 521288629, 88675123]
    assert [prng.next_u32() for _ in range(5)] == [3701687786, 458299110, 2500872618, 3633119408, 516391518]


def test_a_seed_and_a_name_decide_the_stream():
    # Computed once; the same on every interpreter ever after, or stored seeds would lose their meaning.
    assert Prng(7, "a").random_bytes(8) == bytes.fromhex("0858b3077876fbbf")
    assert Prng(7, "a").random_bytes(8) != Prng(7, "b").random_bytes(8)
    assert Prng(7, "a").random_bytes(8) != Prng(8, "a").random_bytes(8)
    assert Prng(7).next_u32() == Prng(7, "").next_u32()


def test_limits_are_kept_and_reached():
    prng = Prng(1)
    assert {prng.below(3) for _ in range(100)} == {0, 1, 2}
    assert {prng.between(-1, 1) for _ in range(100)} == {-1, 0, 1}
    assert {prng.choice("xyz") for _ in range(100)} == {"x", "y", "z"}
    assert prng.below(1) == 0
    assert prng.between(5, 5) == 5
    assert 0 <= prng.below(1 << 32) < 1 << 32
    raises(ValueError, prng.below, 0)
    raises(ValueError, prng.below, (1 << 32) + 1)


def test_chances_are_about_right():
    prng = Prng(2)
    hits = sum([1 for _ in range(3000) if prng.chance(1, 3)])
    assert 900 < hits < 1100  # five standard deviations of 26
    assert not prng.chance(0, 5)
    assert prng.chance(5, 5)
