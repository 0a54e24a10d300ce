"""Holds agreements, key forms and sealed texts against the packages cryptography, joserfc and jwcrypto."""

import json
import os
import random

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk

from firmware.crypto import curve, der, ecdh, jose, jwe, keyforms, p256
from firmware.errors import CryptoError
from hal.common import aes

DER, RAW = serialization.Encoding.DER, serialization.Encoding.X962
PLAIN = serialization.NoEncryption()
HEADER = {"alg": "ECDH-ES", "enc": "A128CBC-HS256"}
SOURCE = random.Random(1905)
SCALARS = (1, 2, 3, 2**255, curve.N >> 1, curve.N - 1, *(SOURCE.randrange(1, curve.N) for _ in range(40)))
PRIVATE = SCALARS[-1].to_bytes(32, "big")
PUBLIC = p256.public_key(PRIVATE)


def key_pairs():
    """Yield (private key, public key, OpenSSL's key)."""
    for scalar in SCALARS:
        private = scalar.to_bytes(32, "big")
        yield private, p256.public_key(private), ec.derive_private_key(scalar, ec.SECP256R1())


def test_we_agree_on_what_openssl_agrees_on():
    other = ec.generate_private_key(ec.SECP256R1())
    other_public = other.public_key().public_bytes(RAW, serialization.PublicFormat.UncompressedPoint)[1:]
    for private, _, key in key_pairs():
        assert ecdh.shared(private, other_public) == key.exchange(ec.ECDH(), other.public_key())


def test_points_and_public_keys_are_written_as_openssl_writes_them():
    forms = serialization.PublicFormat
    for _, public, key in key_pairs():
        theirs = key.public_key()
        assert keyforms.point(public) == theirs.public_bytes(RAW, forms.UncompressedPoint)
        assert keyforms.point(public, True) == theirs.public_bytes(RAW, forms.CompressedPoint)
        assert keyforms.spki(public) == theirs.public_bytes(DER, forms.SubjectPublicKeyInfo)
        assert keyforms.public_from_point(theirs.public_bytes(RAW, forms.CompressedPoint)) == public


def test_private_keys_are_written_and_read_as_openssl_does():
    forms = serialization.PrivateFormat
    for private, public, key in key_pairs():
        pkcs8, sec1 = (
            key.private_bytes(DER, forms.PKCS8, PLAIN),
            key.private_bytes(DER, forms.TraditionalOpenSSL, PLAIN),
        )
        assert keyforms.pkcs8(private, public) == pkcs8
        assert keyforms.ec_private_key(private, public) == sec1
        assert keyforms.private_from_der(pkcs8) == private == keyforms.private_from_der(sec1)


def test_points_are_refused_where_openssl_refuses_them():
    refused = 0
    for _ in range(200):
        content = bytes((SOURCE.choice((2, 3, 4)),)) + SOURCE.randbytes(32)
        content += SOURCE.randbytes(32) if content[0] == 4 else b""
        try:
            ours = keyforms.public_from_point(content)
        except CryptoError:
            ours = None
        try:
            numbers = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content).public_numbers()
            theirs = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        except ValueError:
            theirs = None
        assert ours == theirs
        refused += ours is None
    assert 60 < refused < 180


def test_der_signatures_are_taken_only_where_the_library_takes_them():
    taken = 0
    for number in range(400):
        encoded = bytearray(
            utils.encode_dss_signature(SOURCE.getrandbits(256 - number % 9), SOURCE.getrandbits(250))
        )
        if number & 1:
            encoded[SOURCE.randrange(len(encoded))] ^= 1 << SOURCE.randrange(8)
        try:
            raw = der.raw_signature(bytes(encoded))
        except CryptoError:
            continue
        r, s = utils.decode_dss_signature(bytes(encoded))
        assert raw == r.to_bytes(32, "big") + s.to_bytes(32, "big")
        taken += 1
    assert taken > 200


def sealed(plaintext):
    return curve.finish(jwe.encrypt_steps(PUBLIC, plaintext, os.urandom, aes.encrypt_cbc, "gateway-1"))


@pytest.mark.parametrize("size", [1, 16, 300, 5000])
def test_joserfc_and_jwcrypto_open_what_we_seal(size):
    plaintext = SOURCE.randbytes(size)
    compact = sealed(plaintext)
    document = {**jose.jwk(PUBLIC), "d": jose.b64url(PRIVATE)}
    opened = joserfc_jwe.decrypt_compact(
        compact, ECKey.import_key(document), algorithms=list(HEADER.values())
    )
    assert opened.plaintext == plaintext and opened.headers()["kid"] == "gateway-1"
    token = jwcrypto_jwe.JWE(algs=list(HEADER.values()))
    token.deserialize(compact, jwcrypto_jwk.JWK.from_json(json.dumps(document)))
    assert token.payload == plaintext


def of_jwcrypto(plaintext, header):
    key = jwcrypto_jwk.JWK.from_json(json.dumps(jose.jwk(PUBLIC)))
    token = jwcrypto_jwe.JWE(plaintext, protected=header, recipient=key, algs=list(header.values()))
    return token.serialize(compact=True)


def test_we_open_what_joserfc_and_jwcrypto_seal():
    for size in (1, 15, 16, 17, 900):
        plaintext = SOURCE.randbytes(size)
        key = ECKey.import_key(jose.jwk(PUBLIC))
        theirs = joserfc_jwe.encrypt_compact({**HEADER}, plaintext, key, algorithms=list(HEADER.values()))
        assert jwe.decrypt(PRIVATE, theirs, aes.decrypt_cbc) == plaintext
        header = {**HEADER, "kid": "gateway-1", "apu": "QWxpY2U", "apv": "Qm9i"}
        assert jwe.decrypt(PRIVATE, of_jwcrypto(plaintext, header), aes.decrypt_cbc) == plaintext


def test_other_algorithms_that_libraries_seal_with_are_refused():
    for header in (
        {"alg": "ECDH-ES", "enc": "A256GCM"},
        {"alg": "ECDH-ES+A128KW", "enc": "A128CBC-HS256"},
        {"alg": "ECDH-ES", "enc": "A256CBC-HS512"},
        {"alg": "ECDH-ES", "enc": "A128CBC-HS256", "zip": "DEF"},
    ):
        with pytest.raises(CryptoError):
            jwe.decrypt(PRIVATE, of_jwcrypto(b"card", header), aes.decrypt_cbc)
