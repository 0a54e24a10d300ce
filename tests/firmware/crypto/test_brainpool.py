"""Proves the curve brainpoolP256r1 by the numbers of RFC 7027, and its signatures by their forgeries."""

import hashlib

from emulator.models.vde import KeyPair
from firmware.crypto import brainpool, curve

# RFC 7027, A.1: two private keys, their points, and the x of the point that they agree on.
PRIVATE_A = 0x81DB1EE100150FF2EA338D708271BE38300CB54241D79950F77B063039804F1D
PRIVATE_B = 0x55E40BC41E37E3E2AD25C3C6654511FFA8474A91A0032087593852D3E7D76BD3
PUBLIC_A = (
    0x44106E913F92BC02A1705D9953A8414DB95E1AAA49E81D9E85F929A8E3100BE5,
    0x8AB4846F11CACCB73CE49CBDD120F5A900A69FD32C272223F789EF10EB089BDC,
)
PUBLIC_B = (
    0x8D2D688C6CF93E1160AD04CC4429117DC2C41825E1E9FCA0ADDD34E6F1B39F7B,
    0x990C57520812BE512641E47034832106BC7D3E8DD0E4C7F1136D7006547CEC6A,
)
AGREED = 0x89AFC39D41D3B327814B80940B042590F96556EC91E6AE7939BCE31F3A18BF2B


def affine(point):
    x, y, z = point
    unit = curve.finish(curve.inverse_steps(z, brainpool.P))
    return x * unit * unit % brainpool.P, y * unit * unit * unit % brainpool.P


def combined(base_scalar, scalar, point):
    return curve.finish(brainpool.combine_steps(base_scalar, scalar, *point))


def test_points_are_those_of_the_rfc():
    assert affine(combined(PRIVATE_A, 0, PUBLIC_B)) == PUBLIC_A
    assert affine(combined(PRIVATE_B, 0, PUBLIC_A)) == PUBLIC_B
    assert affine(combined(0, PRIVATE_A, PUBLIC_B))[0] == AGREED
    assert affine(combined(0, PRIVATE_B, PUBLIC_A))[0] == AGREED


def test_sums_go_through_doubling_and_infinity():
    base = brainpool.GX, brainpool.GY
    assert affine(combined(5, 7, base)) == affine(combined(12, 0, base))
    assert affine(combined(3, 3, base)) == affine(combined(6, 0, base))
    assert combined(brainpool.N - 7, 7, base)[2] == 0
    assert combined(0, 0, base)[2] == 0


def test_a_key_is_on_the_curve_or_signs_nothing():
    honest = b"".join([part.to_bytes(32, "big") for part in PUBLIC_A])
    assert brainpool.is_public(honest)
    for wrong in (b"", honest[:-1], honest + b"\0", bytes(64), honest[32:] + honest[:32]):
        assert not brainpool.is_public(wrong)
        assert not brainpool.verify(wrong, bytes(32), bytes(31) + b"\1" + bytes(31) + b"\1")
    # X and X + P are one point; only the one below P is its spelling.
    assert not brainpool.is_public((PUBLIC_A[0] + brainpool.P).to_bytes(33, "big")[1:] + honest[32:])


def test_a_signature_holds_for_its_digest_and_key_alone():
    key = KeyPair(PRIVATE_A.to_bytes(32, "big"))
    assert key.public == b"".join([part.to_bytes(32, "big") for part in PUBLIC_A])
    digest, signature = hashlib.sha256(b"sample").digest(), key.sign(b"sample")
    assert brainpool.verify(key.public, digest, signature)
    other = KeyPair(PRIVATE_B.to_bytes(32, "big"))
    assert not brainpool.verify(other.public, digest, signature)
    assert not brainpool.verify(key.public, hashlib.sha256(b"other").digest(), signature)
    assert not brainpool.verify(key.public, digest[:-1], signature)
    zero, order = bytes(32), brainpool.N.to_bytes(32, "big")
    for wrong in (
        b"",
        signature[:-1],
        bytes(64),
        zero + signature[32:],
        signature[:32] + zero,
        order + signature[32:],
        signature[:32] + order,
        signature[32:] + signature[:32],
    ):
        assert not brainpool.verify(key.public, digest, wrong)


def test_no_slice_is_long():
    key = KeyPair(PRIVATE_A.to_bytes(32, "big"))
    signature = key.sign(b"sample")
    steps = brainpool.verify_steps(key.public, hashlib.sha256(b"sample").digest(), signature)
    count = 0
    try:
        while True:
            next(steps)
            count += 1
    except StopIteration as done:
        assert done.value is True
    assert count > 256
