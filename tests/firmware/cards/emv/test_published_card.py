"""A test card that is no work of ours: Mastercard M/Chip, number 5413330089020011, under test CA key F1.

Its certificates and a signature that it once made are public, as is the key (the scheme's list of test keys).
"""

import hashlib

from firmware.cards.emv import certificates
from firmware.errors import CardError
from tests.portable import raises

RID_AND_INDEX = bytes.fromhex("a000000004f1")
AUTHORITY = bytes.fromhex(
    "a0dcf4bde19c3546b4b6f0414d174dde294aabbb828c5a834d73aae27c99b0b053a90278007239b6459ff0bbcd7b4b9c6c50"
    "ac02ce91368da1bd21aaeadbc65347337d89b68f5c99a09d05be02dd1f8c5ba20e2f13fb2a27c41d3f85cad5cf6668e75851"
    "ec66edbf98851fd4e42c44c1d59f5984703b27d5b9f21b8fa0d93279fbbf69e090642909c9ea27f898959541aa6757f5f624"
    "104f6e1d3a9532f2a6e51515aead1b43b3d7835088a2fafa7be7"
)
CHECKSUM = "d8e68da167ab5a85d8c3d55ecb9b0517a1a5b4bb"
NUMBER = "5413330089020011"
OBJECTS = {
    0x90: bytes.fromhex(
        "3312205b0efa6715ba18134bb2168a9ca250d268853506d925dd72b2a2e0cf107518de182f0089b255b7d70a189d9085"
        "9e741e7d79bb5d36339b16d9b1508ddbc35e2a3008b923e14417a42e86d3ad0a1ad6dbb394e7bc0ba812f3d4971412de"
        "4997c8b34ba93f3ce0f5ae27e0a052db57cd7595c467e831041ac2dbec91e2ec8d27d4eabaa31322b769415b550b8b18"
        "e3b05b32cae7813ab21d8f3b2bff3741c6ad967ae694800f5b24a20ef78013e4"
    ),
    0x9F32: b"\3",
}
ISSUER = (
    "99903295da9dfa7cb84e664e6500e48a5a1d2edd3f460be4ad52066435a644c5a803ae5b829c31b21e81889869bf98d7"
    "3d9a126f222ac762298808ea0afb94b33d8fe26af363faeacc3b1557cf31f7ccc996e430ea74f6936993c37f638538c0"
    "75039ad3a8baf26e44d25fadd3524107"
)
# The card's own key is a special one, which everybody can see through: it is a test card's.
CARD = bytes.fromhex(
    "900000000000000000000000001200000000000000000000000000000000480000000000000000000000000000000010"
    "800000000000000000000000019800000000000000000000000000000006600000000000000000000000000000000055"
)
SIGNED = bytes.fromhex(
    "7b9f22b297ccead536b87c449eee744c6971aa0ebdd6b611c88e30fff0a671cc6d6ac45a5555311e30c466863817ea0a"
    "a3d13b54bea6849976592dfc73ded0bb958d506df7180faa7a1fd0540859c0e539035bab64ce8891353ddd3008a0b446"
)
UNPREDICTABLE = bytes.fromhex("8b55633b")


def issuer(number=NUMBER, today=(2025, 5)):
    return certificates.issuer_key(certificates.Key(AUTHORITY, 3), OBJECTS, number, today)


def test_the_authority_is_the_published_one():
    assert hashlib.sha1(RID_AND_INDEX + AUTHORITY + b"\3").digest().hex() == CHECKSUM


def test_the_issuers_certificate_holds_its_key():
    assert issuer().modulus.hex() == ISSUER
    assert issuer().exponent == 3
    assert issuer(today=(2027, 12)).exponent == 3
    raises(CardError, issuer, today=(2028, 1))
    raises(CardError, issuer, number="4761739001010119")


def test_the_cards_signature_holds_what_it_said():
    key = certificates.Key(CARD, 3)
    told = certificates.dynamic_data(key, SIGNED, UNPREDICTABLE)
    # Number, information, cryptogram, hash over the transaction (EMV Book 2, table 19).
    assert told[:18].hex() == "08537eb5e03cc433c8" + "0055b6408dbc985131"
    assert told[18:].hex() == "a04620c52455ea8f2370647af36748a2ca4aa9f6"
    raises(CardError, certificates.dynamic_data, key, SIGNED, bytes(4))
    raises(CardError, certificates.dynamic_data, key, SIGNED[:-1] + b"\x47", UNPREDICTABLE)
