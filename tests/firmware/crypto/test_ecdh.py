"""Proves the agreement on a secret. The vectors are those of RFC 5903, 8.1 (group 19, which is P-256)."""

from firmware.crypto import curve, ecdh, p256
from firmware.errors import CryptoError
from tests.portable import raises

INITIATOR = bytes.fromhex("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433")
RESPONDER = bytes.fromhex("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53")
INITIATOR_PUBLIC = bytes.fromhex(
    "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
    "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3"
)
SHARED = bytes.fromhex("D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE")


def test_both_sides_agree_on_the_secret_of_rfc_5903():
    assert p256.public_key(INITIATOR) == INITIATOR_PUBLIC
    assert ecdh.shared(INITIATOR, p256.public_key(RESPONDER)) == SHARED
    assert ecdh.shared(RESPONDER, INITIATOR_PUBLIC) == SHARED


def test_small_and_large_scalars_of_either_parity_agree_with_the_comb():
    for number in (1, 2, 3, 7, 8, 9, 16, 2**255, curve.N - 1, curve.N - 2, curve.N >> 1):
        private = number.to_bytes(32, "big")
        product = (number * 5 % curve.N).to_bytes(32, "big")
        five = p256.public_key((5).to_bytes(32, "big"))
        assert ecdh.shared(private, five) == p256.public_key(product)[:32]


def test_with_a_point_off_the_curve_nothing_is_agreed_on():
    # One of these lies on another curve, on which the secret's remainders would show.
    for public in (bytes(64), INITIATOR_PUBLIC[:63] + b"\0", INITIATOR_PUBLIC[1:], b"\xff" * 64):
        raises(CryptoError, ecdh.shared, INITIATOR, public)


def test_what_is_no_private_key_agrees_on_nothing():
    for private in (bytes(32), curve.N.to_bytes(32, "big"), INITIATOR[1:]):
        raises(CryptoError, ecdh.shared, private, INITIATOR_PUBLIC)
