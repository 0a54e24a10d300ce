"""Proves the JOSE forms. Vectors: RFC 7515, appendix A.3 (a JWS with ES256) and appendix C (base64url)."""

import hashlib

from firmware.crypto import canonical, jose, p256
from firmware.errors import CryptoError
from tests.portable import raises

# RFC 7515, A.3.1: key, signing input and signature.
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
SIGNING_INPUT = (
    b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAi"
    b"OjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

PRIVATE = (1).to_bytes(32, "big")
PUBLIC = p256.public_key(PRIVATE)
TYP = "record+jws"


def signed(payload=b'{"a":1}', header=None):
    header = header or {"alg": "ES256", "kid": jose.thumbprint(PUBLIC), "typ": TYP}
    signing_input = jose.signing_input(header, payload)
    return jose.compact(signing_input, p256.sign(PRIVATE, hashlib.sha256(signing_input).digest()))


def test_the_signature_of_rfc_7515_verifies():
    public = jose.public_from_jwk(KEY)
    digest = hashlib.sha256(SIGNING_INPUT).digest()
    assert p256.verify(public, digest, jose.unb64url(SIGNATURE))
    assert jose.jwk(public) == KEY


def test_base64url_is_that_of_rfc_7515_appendix_c():
    assert jose.b64url(bytes((3, 236, 255, 224, 193))) == "A-z_4ME"
    for size in range(5):
        content = bytes(range(250, 250 + size))
        assert jose.unb64url(jose.b64url(content)) == content


def test_base64url_has_one_spelling():
    for text in (
        "A-z_4ME=",
        "A+z/4ME",
        "A-z_4MF",
        "A",
        "A-z_\n4ME",
        "A-z _4ME",
        "\u00e9\u00e9",
        "====",
        "QQ==",
    ):
        raises(CryptoError, jose.unb64url, text)


def test_a_compact_jws_comes_apart_as_it_was_made():
    payload, signing_input, signature = jose.split(signed(), TYP)
    assert payload == b'{"a":1}'
    assert p256.verify(PUBLIC, hashlib.sha256(signing_input).digest(), signature)
    assert jose.compact(signing_input, signature) == signed()


def test_other_headers_are_refused():
    kid = jose.thumbprint(PUBLIC)
    for header in (
        {"alg": "none", "kid": kid, "typ": TYP},
        {"alg": "ES256", "kid": kid, "typ": "orders+jws"},
        {"alg": "ES256", "typ": TYP},
        {"alg": "ES256", "kid": "", "typ": TYP},
        {"alg": "ES256", "kid": 'a","b64":"x', "typ": TYP},
        {"alg": "ES256", "kid": "x" * 65, "typ": TYP},
        {"alg": "ES256", "kid": kid, "typ": TYP, "crit": ["x"]},
    ):
        raises(CryptoError, jose.split, signed(header=header), TYP)
    # The same members in another spelling are another header.
    spaced = jose.b64url(b'{"alg": "ES256","kid":"a","typ":"record+jws"}')
    raises(CryptoError, jose.split, spaced + signed()[signed().index(".") :], TYP)


def test_other_shapes_are_refused():
    good = signed()
    header, payload, signature = good.split(".")
    for compact in (
        "",
        ".",
        "..",
        good + ".",
        good + "=",
        header + "." + payload,
        good[:-4],
        good + "AAAA",
        " " + good,
        good + "\n",
    ):
        raises(CryptoError, jose.split, compact, TYP)
    assert "at most 16384" in str(raises(CryptoError, jose.split, signed(bytes(13000)), TYP))


def test_keys_of_other_kinds_are_refused():
    for change in (
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": None},
        {"x": KEY["x"] + "A"},
        {"y": KEY["x"]},
        {"x": jose.b64url(bytes(31)), "y": jose.b64url(bytes(33))},
        {"d": "AQ"},
    ):
        key = dict(KEY)
        key.update(change)
        raises(CryptoError, jose.public_from_jwk, key)
    raises(CryptoError, jose.public_from_jwk, "key")


def test_a_refused_private_key_is_not_told():
    key = dict(KEY)
    key["d"] = "c2VjcmV0"
    assert "c2Vj" not in str(raises(CryptoError, jose.public_from_jwk, key))


def test_the_thumbprint_is_taken_over_the_four_members_in_order():
    text = '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (KEY["x"], KEY["y"])
    assert canonical.encode(KEY) == text.encode()
    assert jose.thumbprint(jose.public_from_jwk(KEY)) == jose.b64url(hashlib.sha256(text.encode()).digest())
