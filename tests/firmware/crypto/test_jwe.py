"""Proves what is sealed for another. Vectors: RFC 7518, appendix B.1 (text and tag of A128CBC-HS256) and C
(ECDH-ES with its key derivation).
"""

from firmware.crypto import canonical, curve, ecdh, envelope, jose, jwe, p256
from firmware.errors import CryptoError
from hal.common import aes
from tests.portable import raises

# RFC 7518, appendix C: Alice's ephemeral key, and Bob's.
ALICE = jose.unb64url("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")
BOB = jose.unb64url("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw")
BOB_PUBLIC = jose.unb64url("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ") + jose.unb64url(
    "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"
)

# RFC 7518, appendix B.1.
KEY = bytes(range(32))
VECTOR = bytes.fromhex("1af38c2dc2b96ffdd86694092341bc04")
ASSOCIATED = b"The second principle of Auguste Kerckhoffs"
PLAINTEXT = (
    b"A cipher system must not be required to be secret, and it must be able to fall into the hands of "
    b"the enemy without inconvenience"
)
SEALED = bytes.fromhex(
    "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9"
    "a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336"
    "09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b"
    "384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5"
    "4b8851ffb598f7f80074b9473c82e2db"
)
TAG = bytes.fromhex("652c3fa36b0a7c5b3219fab3a30bc1c4")


class Counting:
    """Randomness that can be told in advance: bytes 1, 2, 3 …, a new run of them each time."""

    def __init__(self):
        self.calls = 0

    def random(self, count):
        self.calls += 1
        return bytes([self.calls + index & 0xFF for index in range(count)])


def sealed(plaintext=b"card", kid="gateway"):
    steps = jwe.encrypt_steps(BOB_PUBLIC, plaintext, Counting().random, aes.encrypt_cbc, kid)
    return curve.finish(steps)


def resealed(header, plaintext=b"card", padded=None):
    """Seal with a header of the test's own, as whoever knows the standard but not our form could."""
    protected = jose.b64url(header)
    key = envelope.concat_kdf(ecdh.shared(ALICE, BOB_PUBLIC), "A128CBC-HS256", 256)
    padding = 16 - len(plaintext) % 16
    text = aes.encrypt_cbc(key[16:], VECTOR, padded or plaintext + bytes((padding,)) * padding)
    tag = envelope.authentication_tag(key[:16], protected.encode(), VECTOR, text)
    return ".".join((protected, "", jose.b64url(VECTOR), jose.b64url(text), jose.b64url(tag)))


def header(**changes):
    members = {"alg": "ECDH-ES", "enc": "A128CBC-HS256", "epk": jose.jwk(p256.public_key(ALICE))}
    members.update(changes)
    return canonical.encode({name: members[name] for name in members if members[name] is not None})


def refusal(compact):
    return str(raises(CryptoError, jwe.decrypt, BOB, compact, aes.decrypt_cbc))


def test_the_key_agreement_is_that_of_rfc_7518_appendix_c():
    secret = ecdh.shared(ALICE, BOB_PUBLIC)
    assert secret == bytes(
        (158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132)
        + (38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196)
    )
    assert (
        jose.b64url(envelope.concat_kdf(secret, "A128GCM", 128, b"Alice", b"Bob")) == "VqqN6vgjbSBcIijNcacQGg"
    )


def test_text_and_tag_are_those_of_rfc_7518_appendix_b_1():
    padded = PLAINTEXT + bytes((16,)) * 16
    assert aes.encrypt_cbc(KEY[16:], VECTOR, padded) == SEALED
    assert aes.decrypt_cbc(KEY[16:], VECTOR, SEALED) == padded
    assert envelope.authentication_tag(KEY[:16], ASSOCIATED, VECTOR, SEALED) == TAG


def test_what_is_sealed_is_opened_by_the_one_key():
    for size in (0, 1, 15, 16, 17, 500):
        plaintext = bytes([index & 0xFF for index in range(size)])
        assert jwe.decrypt(BOB, sealed(plaintext), aes.decrypt_cbc) == plaintext
    error = raises(CryptoError, jwe.decrypt, ALICE, sealed(), aes.decrypt_cbc)
    assert "this key does not open" in str(error)


def test_what_is_sealed_names_the_key_and_a_fresh_one():
    first, second, third, fourth, fifth = sealed().split(".")
    header = canonical.decode(jose.unb64url(first))
    assert sorted(header) == ["alg", "enc", "epk", "kid"] and second == ""
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", "A128CBC-HS256", "gateway")
    ephemeral = Counting().random(32)
    assert header["epk"] == jose.jwk(p256.public_key(ephemeral))
    # The second run of bytes shows that the source is not stuck, the third is the vector.
    assert jose.unb64url(third) == Counting().random(18)[2:]
    assert [len(jose.unb64url(part)) for part in (fourth, fifth)] == [16, 16]


def test_sealing_comes_in_slices():
    steps = jwe.encrypt_steps(BOB_PUBLIC, b"", Counting().random, aes.encrypt_cbc, "gateway")
    slices = 0
    for paused in steps:
        assert paused is None
        slices += 1
    assert slices > 120


def test_any_changed_character_is_noticed():
    compact = sealed()
    for index in range(0, len(compact), 7):
        other = "A" if compact[index] != "A" else "B"
        refusal(compact[:index] + other + compact[index + 1 :])


def test_other_algorithms_and_members_are_refused():
    assert jwe.decrypt(BOB, resealed(header()), aes.decrypt_cbc) == b"card"
    assert jwe.decrypt(BOB, resealed(header(typ="JOSE", kid="x")), aes.decrypt_cbc) == b"card"
    epk = jose.jwk(p256.public_key(ALICE))
    private = dict(epk)
    private["d"] = "AQ"
    off_curve = dict(epk)
    off_curve["y"] = epk["x"]
    for changes in (
        {"alg": "none"},
        {"alg": "dir"},
        {"alg": "ECDH-ES+A128KW"},
        {"alg": "RSA1_5"},
        {"alg": None},
        {"enc": "A256GCM"},
        {"enc": None},
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"jwk": epk},
        {"jku": "https://evil.example/keys"},
        {"x5c": ["AA"]},
        {"p2c": 100000000},
        {"epk": None},
        {"epk": "AA"},
        {"epk": private},
        {"epk": off_curve},
        {"epk": {"crv": "P-384", "kty": "EC", "x": epk["x"], "y": epk["y"]}},
        {"kid": ["a"]},
        {"kid": "x" * 129},
        {"apu": "="},
    ):
        assert refusal(resealed(header(**changes))), changes


def test_headers_that_are_no_clean_json_are_refused():
    good = header()
    for content in (
        b"",
        b"[]",
        b'"a"',
        good + b"{}",
        good[:-1],
        good[:-1] + b',"alg":"ECDH-ES"}',
        b'{"alg":"none",' + good[1:],
        b"[" * 1000,
        good[:-1] + b',"kid":"' + b"x" * 1000 + b'"}',
    ):
        refusal(resealed(content))


def test_other_shapes_are_refused():
    good = sealed()
    first, _, third, fourth, fifth = good.split(".")
    for compact in (
        "",
        "....",
        good + ".",
        good + "=",
        good + "\n",
        good + "AA",
        " " + good,
        good[:-3],
        ".".join((first, "AA", third, fourth, fifth)),
        ".".join((first, "", third[:-2], fourth, fifth)),
        ".".join((first, "", third, "", fifth)),
        ".".join((first, "", third, fourth + "AAAA", fifth)),
        ".".join((first, "", third, fourth)),
        "A" * 17000,
    ):
        refusal(compact)


def test_a_text_with_bad_padding_is_refused_even_under_a_right_tag():
    for padded in (bytes(16), bytes(15) + b"\x11", bytes(14) + b"\x01\x02", b"\xff" * 16):
        assert "PKCS #7" in refusal(resealed(header(), padded=padded))


def test_too_long_a_text_is_not_sealed_and_a_bad_key_seals_nothing():
    raises(CryptoError, sealed, bytes(8193))
    steps = jwe.encrypt_steps(bytes(64), b"", Counting().random, aes.encrypt_cbc, "gateway")
    raises(CryptoError, curve.finish, steps)


def test_an_envelope_made_beforehand_seals_what_comes_later():
    counting = Counting()
    made = curve.finish(jwe.envelope_steps(BOB_PUBLIC, counting.random, "gateway"))
    compact = envelope.seal(made, b"card", counting.random, aes.encrypt_cbc)
    assert compact == sealed()
    assert jwe.decrypt(BOB, compact, aes.decrypt_cbc) == b"card"
    raises(CryptoError, envelope.seal, made, bytes(8193), counting.random, aes.encrypt_cbc)
