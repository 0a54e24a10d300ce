"""Proves the forms of points and keys. The key is that of RFC 6979, A.2.5, framed by hand after
the standards that the module names; tests/host/crypto holds the same against OpenSSL.
"""

from firmware.crypto import curve, keyforms, p256
from firmware.errors import CryptoError
from tests.portable import raises

PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
PUBLIC = p256.public_key(PRIVATE)
OTHER = p256.public_key((5).to_bytes(32, "big"))
ALGORITHM = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")


def test_points_are_those_of_sec_1():
    # Y of the key is odd: it ends with 99.
    assert keyforms.point(PUBLIC) == b"\x04" + PUBLIC
    assert keyforms.point(PUBLIC, True) == b"\x03" + PUBLIC[:32]
    mirrored = PUBLIC[:32] + (curve.P - int.from_bytes(PUBLIC[32:], "big")).to_bytes(32, "big")
    assert keyforms.point(mirrored, True) == b"\x02" + PUBLIC[:32]
    for public in (PUBLIC, mirrored, OTHER):
        assert keyforms.public_from_point(keyforms.point(public)) == public
        assert keyforms.public_from_point(keyforms.point(public, True)) == public


def test_points_off_the_curve_and_other_spellings_are_refused():
    x = PUBLIC[:32]
    # x = 4 has no y: 4**3 - 3*4 + b is no square. Above P, x is another spelling of a smaller one.
    no_square = (4).to_bytes(32, "big")
    beyond = (curve.P + 5).to_bytes(32, "big")
    for content in (
        b"",
        b"\0",
        PUBLIC,
        b"\x04" + PUBLIC[:63] + b"\0",
        b"\x04" + PUBLIC + b"\0",
        b"\x06" + PUBLIC,
        b"\x07" + PUBLIC,
        b"\x02" + PUBLIC,
        b"\x04" + x,
        b"\x05" + x,
        b"\x02" + no_square,
        b"\x03" + no_square,
        b"\x02" + beyond,
        b"\x02" + b"\xff" * 32,
    ):
        raises(CryptoError, keyforms.public_from_point, content)
    # x = 5 does have one, so it was its spelling that was refused.
    assert keyforms.public_from_point(b"\x02" + (5).to_bytes(32, "big"))


def test_a_subject_public_key_info_is_framed_as_rfc_5480_says():
    framed = bytes.fromhex("3059") + ALGORITHM + bytes.fromhex("03420004") + PUBLIC
    assert keyforms.spki(PUBLIC) == framed
    assert keyforms.public_from_spki(framed) == PUBLIC
    compressed = bytes.fromhex("3039") + ALGORITHM + bytes.fromhex("03220003") + PUBLIC[:32]
    assert keyforms.public_from_spki(compressed) == PUBLIC


def test_private_keys_are_framed_as_their_standards_say():
    tail = bytes.fromhex("a14403420004") + PUBLIC
    inner = bytes.fromhex("0201010420") + PRIVATE
    sec1 = bytes.fromhex("3077") + inner + bytes.fromhex("a00a06082a8648ce3d030107") + tail
    pkcs8 = bytes.fromhex("308187020100") + ALGORITHM + bytes.fromhex("046d306b") + inner + tail
    bare = bytes.fromhex("3041020100") + ALGORITHM + bytes.fromhex("04273025") + inner
    assert keyforms.ec_private_key(PRIVATE, PUBLIC) == sec1
    assert keyforms.pkcs8(PRIVATE, PUBLIC) == pkcs8
    assert keyforms.pkcs8(PRIVATE, b"") == bare
    for content in (sec1, pkcs8, bare, keyforms.ec_private_key(PRIVATE, b"")):
        assert keyforms.private_from_der(content) == PRIVATE


def test_every_changed_bit_of_a_framed_key_is_noticed_or_makes_another_key():
    framed = keyforms.spki(PUBLIC)
    for index in range(len(framed)):
        raises(CryptoError, keyforms.public_from_spki, changed(framed, index))
    framed = keyforms.pkcs8(PRIVATE, b"")
    start = framed.find(PRIVATE)
    for index in range(start):
        raises(CryptoError, keyforms.private_from_der, changed(framed, index))
    for content in (framed + b"\0", framed[:-1], b"", b"\x30", b"\0" * 64):
        raises(CryptoError, keyforms.private_from_der, content)
        raises(CryptoError, keyforms.public_from_spki, content)


def test_a_private_key_beside_anothers_public_key_is_refused_and_not_told():
    error = raises(CryptoError, keyforms.private_from_der, keyforms.pkcs8(PRIVATE, OTHER))
    assert "not its own" in str(error) and PRIVATE.hex() not in str(error)
    raises(CryptoError, keyforms.private_from_der, keyforms.pkcs8(bytes(32), b""))
    raises(CryptoError, keyforms.private_from_der, keyforms.pkcs8(b"\xff" * 32, b""))


def changed(content, index):
    return content[:index] + bytes((content[index] ^ 1,)) + content[index + 1 :]
