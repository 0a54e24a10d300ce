"""AES-CMAC by the vectors of RFC 4493 (4) and NIST SP 800-38B, derived keys by the example of NXP AN10922."""

from firmware.cards import cmac
from firmware.errors import CardError
from hal.common import aes
from tests.portable import raises

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
MASTER = bytes.fromhex("00112233445566778899aabbccddeeff")


def test_the_vectors_of_rfc_4493_hold():
    for size, code in (
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ):
        assert cmac.cmac(aes, KEY, MESSAGE[:size]).hex() == code


def test_the_vectors_of_nist_hold():
    # The examples of NIST SP 800-38B for AES-128 that RFC 4493 has not: a message of 20 bytes.
    assert cmac.cmac(aes, KEY, MESSAGE[:20]).hex() == "7d85449ea6ea19c823a7bf78837dfade"


def test_the_example_of_an10922_holds():
    # UID 04782E21801D80, application 3042F5, system "NXP Abu".
    identity = bytes.fromhex("04782e21801d80" + "3042f5" + "4e585020416275")
    assert cmac.diversified(aes, MASTER, identity).hex() == "a8dd63a3b89d54b37ca802473fda9175"


def test_a_short_identity_fills_two_blocks_and_a_whole_one_is_not_filled():
    # A CMAC of one block would be another key: AN10922 always takes two.
    assert cmac.diversified(aes, MASTER, b"\1") != cmac.cmac(aes, MASTER, b"\1\1")
    assert cmac.diversified(aes, MASTER, bytes(31)) == cmac.cmac(aes, MASTER, b"\1" + bytes(31))


def test_an_identity_of_another_size_is_refused():
    raises(CardError, cmac.diversified, aes, MASTER, b"")
    raises(CardError, cmac.diversified, aes, MASTER, bytes(32))
