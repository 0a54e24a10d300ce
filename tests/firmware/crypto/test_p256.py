"""Proves keys and signatures on P-256. The vectors are those of RFC 6979, A.2.5, for P-256 with SHA-256."""

import hashlib

from firmware.crypto import curve, p256, rfc6979
from firmware.errors import CryptoError
from tests.portable import raises

PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
PUBLIC = bytes.fromhex(
    "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
)
# Message, k, r and s.
VECTORS = (
    (
        b"sample",
        "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        b"test",
        "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
)


def base(scalar):
    return curve.finish(curve.base_steps(scalar))


def combine(base_scalar, scalar, x, y):
    return curve.finish(curve.combine_steps(base_scalar, scalar, x, y))


def affine(point):
    return curve.finish(curve.affine_steps([point]))


def digest(message):
    return hashlib.sha256(message).digest()


def test_public_key_and_signatures_are_those_of_rfc_6979():
    assert p256.public_key(PRIVATE) == PUBLIC
    for message, nonce, r, s in VECTORS:
        assert next(rfc6979.numbers(PRIVATE, digest(message), curve.N)) == int(nonce, 16)
        signature = p256.sign(PRIVATE, digest(message))
        assert signature == bytes.fromhex(r + s)
        assert p256.verify(PUBLIC, digest(message), signature)


def test_hmac_is_that_of_rfc_4231():
    # RFC 4231, 4.3 (test case 2).
    assert rfc6979.hmac_sha256(b"Jefe", b"what do ya want ", b"for nothing?") == bytes.fromhex(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_any_changed_bit_makes_a_signature_false():
    message = digest(b"sample")
    signature = p256.sign(PRIVATE, message)
    for index in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[index] ^= 1
        assert not p256.verify(PUBLIC, message, bytes(changed))
    assert not p256.verify(PUBLIC, digest(b"test"), signature)
    other = p256.public_key((7).to_bytes(32, "big"))
    assert not p256.verify(other, message, signature)


def test_a_high_s_and_a_low_one_are_both_signatures():
    # RFC 6979's first vector has a high s, its second a low one; JOSE and OCMF ask for neither.
    for message, _, r, s in VECTORS:
        other = (curve.N - int(s, 16)).to_bytes(32, "big")
        assert p256.verify(PUBLIC, digest(message), bytes.fromhex(r) + other)


def test_numbers_out_of_range_are_no_signature():
    message = digest(b"sample")
    signature = p256.sign(PRIVATE, message)
    r, s = signature[:32], signature[32:]
    order = curve.N.to_bytes(32, "big")
    for forged in (bytes(64), r + bytes(32), bytes(32) + s, r + order, order + s, r, signature + b"\0", b""):
        assert not p256.verify(PUBLIC, message, forged)
    # s and s + N are the same number to a careless verifier.
    assert not p256.verify(PUBLIC, message, r + b"\xff" * 32)


def test_keys_off_the_curve_verify_nothing():
    message = digest(b"sample")
    signature = p256.sign(PRIVATE, message)
    for public in (bytes(64), PUBLIC[:63], PUBLIC[:63] + b"\0", b"\xff" * 64, PUBLIC[32:] + PUBLIC[:32]):
        assert not p256.verify(public, message, signature)


def test_a_digest_of_zero_is_signed_and_verified():
    # Then nothing of G takes part in verifying.
    signature = p256.sign(PRIVATE, bytes(32))
    assert p256.verify(PUBLIC, bytes(32), signature)
    assert not p256.verify(PUBLIC, digest(b""), signature)


def test_small_and_large_scalars_meet_on_the_curve():
    # (N - k)·G is k·G mirrored; k·G by additions alone is the reference.
    point = curve.GX, curve.GY, 1
    for scalar in range(1, 8):
        if scalar > 1:
            point = curve.add(point, curve.GX, curve.GY)
        ((x, y),) = affine(point)
        assert affine(base(scalar)) == [(x, y)]
        assert affine(base(curve.N - scalar)) == [(x, curve.P - y)]
        assert affine(combine(0, scalar, curve.GX, curve.GY)) == [(x, y)]
        # 5·G + scalar·G, and scalar·G - scalar·G, which is infinity.
        assert affine(combine(5, scalar, curve.GX, curve.GY)) == affine(base(5 + scalar))
        assert combine(scalar, curve.N - 1, x, y)[2] == 0


def test_signing_comes_in_slices():
    slices = 0
    steps = p256.sign_steps(PRIVATE, digest(b"sample"))
    try:
        while True:
            assert next(steps) is None
            slices += 1
    except StopIteration as done:
        assert done.value == p256.sign(PRIVATE, digest(b"sample"))
    assert slices >= 20


def test_a_key_is_drawn_until_it_is_below_the_order():
    draws = [bytes(32), curve.N.to_bytes(32, "big"), b"\xff" * 32, (5).to_bytes(32, "big"), b"\xee" * 32]

    def random(count):
        assert count == 32
        return draws.pop(0)

    assert p256.generate(random) == (5).to_bytes(32, "big")
    assert draws == []


def test_a_source_without_randomness_makes_no_key():
    raises(CryptoError, p256.generate, bytes)  # bytes(32) is 32 zeros.
    raises(CryptoError, p256.generate, lambda count: bytes(count - 1))
    assert "stuck" in str(raises(CryptoError, p256.generate, lambda count: b"\x55" * count))


def test_what_is_no_key_and_no_digest_is_refused():
    for private in (bytes(32), curve.N.to_bytes(32, "big"), PRIVATE[1:], PRIVATE + b"\0"):
        raises(CryptoError, p256.sign, private, digest(b""))
        raises(CryptoError, p256.public_key, private)
    raises(CryptoError, p256.sign, PRIVATE, b"short")
